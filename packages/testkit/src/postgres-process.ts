import { startTestPostgres } from './postgres.js';

// A test run's PostgreSQL in a process of its own: it says its URL on stdout and ends when its stdin does, so a test run that is
// killed leaves no server behind.

const postgres = await startTestPostgres();
process.stdout.write(`${postgres.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.stdin.resume();
process.stdin.once('close', async () => {
  await postgres.stop();
  process.exit(0);
});
