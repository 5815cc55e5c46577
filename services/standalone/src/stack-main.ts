import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigInvalid } from '@tributary/service-kit';
import { readSettings } from './settings.js';
import { startStack, untilReady } from './stack/stack.js';

/** `npm run stack`: every service its own process. AMQP_URL is given by scripts/stack.mjs, which finds or starts a broker. */
async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const settings = readSettings(process.env);
  const { amqpUrl } = settings;
  if (!amqpUrl) throw new Error('AMQP_URL is not set: start this by `npm run stack`, which finds or starts a broker.');
  const fresh = !existsSync(path.join(settings.dataDir, 'keys.json'));
  say(`Starting every service (data and logs in ${settings.dataDir}) …`);
  const stack = await startStack({
    settings,
    amqpUrl,
    onEnd: (name, how, ms) => say(`${name} ended (${how}); starting it again in ${ms} ms`),
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say('Stopping …');
    await stack.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await untilReady(stack, 120_000);
  for (const service of stack.services.values())
    say(`  ${service.name.padEnd(14)} process ${service.pid}  ${stack.urlOf(service.name as never)}`);
  say(`Tributary is ready at ${stack.url}  (API explorer: ${stack.url}/api)`);
  if (fresh && !settings.env['TRIBUTARY_ADMIN_KEY'])
    say(`The first operator's key stands once in ${path.join(stack.logFolder, 'gateway.log')}.`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigInvalid || error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
