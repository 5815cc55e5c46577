import { Command } from 'commander';
import { type ApiOptions, callApi, runTool, withApiOptions } from './shared/api.js';

interface ReplayOptions extends ApiOptions {
  service: string;
  from: string;
  rate?: string;
  rebuild?: boolean;
}

/** `npm run replay -- --service <name> --from <instant>`: sends the archive to one service again. */
const program = withApiOptions(new Command('replay'))
  .description('Sends the archive from an instant on to one service again; it passes over what it has handled')
  .requiredOption('--service <name>', 'who gets it')
  .requiredOption('--from <instant>', 'ISO 8601, by the time of recording')
  .option('--rate <events>', 'events a second')
  .option('--rebuild', 'insights only: it drops its projections and its memory first')
  .parse();

const { service, from, rate, rebuild, ...api } = program.opts<ReplayOptions>();
await runTool(async () => {
  const body = {
    service,
    from: new Date(from).toISOString(),
    ...(rate ? { eventsPerSecond: Number(rate) } : {}),
    ...(rebuild ? { rebuild } : {}),
  };
  const { sent } = await callApi<{ sent: number }>(api, 'POST', '/api/v1/operations/replays', body);
  console.log(`${sent} events are on their way to ${service}`);
});
