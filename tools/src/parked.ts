import { Command } from 'commander';
import { type ApiOptions, callApi, runTool, withApiOptions } from './shared/api.js';

interface ParkedMessage {
  service: string;
  eventId: string;
  type: string;
  status: string;
  reason: string;
  attempts: number;
  receivedAt: string;
}

/** `npm run parked -- list | show | replay | discard`: messages that were set aside, over all services. */
const program = new Command('parked').description('Messages that were set aside');
const place = (service: string, eventId: string) =>
  `/api/v1/operations/parked/${encodeURIComponent(service)}/${encodeURIComponent(eventId)}`;
const line = (one: ParkedMessage) => `${one.service}\t${one.eventId}\t${one.status}\t${one.attempts}\t${one.type}\t${one.reason}`;

withApiOptions(program.command('list'))
  .option('--service <name>')
  .action((options: ApiOptions & { service?: string }) =>
    runTool(async () => {
      const filter = options.service ? `&service=${encodeURIComponent(options.service)}` : '';
      for (let cursor: string | null = ''; cursor !== null; ) {
        const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { data: ParkedMessage[]; nextCursor: string | null; unavailable: string[] } = await callApi(
          options,
          'GET',
          `/api/v1/operations/parked?limit=200${filter}${after}`,
        );
        for (const one of page.data) console.log(line(one));
        for (const service of page.unavailable) console.error(`warning: ${service} did not answer`);
        cursor = page.nextCursor;
      }
    }),
  );
withApiOptions(program.command('show <service> <eventId>')).action((service: string, eventId: string, options: ApiOptions) =>
  runTool(async () => console.log(JSON.stringify(await callApi(options, 'GET', place(service, eventId)), null, 2))),
);
withApiOptions(program.command('replay <service> <eventId>')).action((service: string, eventId: string, options: ApiOptions) =>
  runTool(async () => console.log(line(await callApi<ParkedMessage>(options, 'POST', `${place(service, eventId)}/replay`)))),
);
withApiOptions(program.command('discard <service> <eventId>'))
  .requiredOption('--reason <text>')
  .action((service: string, eventId: string, options: ApiOptions & { reason: string }) =>
    runTool(async () =>
      console.log(line(await callApi<ParkedMessage>(options, 'POST', `${place(service, eventId)}/discard`, { reason: options.reason }))),
    ),
  );
await program.parseAsync();
