import type { ServiceName } from '@tributary/contracts';
import { readSettings, startPlatform } from '@tributary/standalone/testing';

// The standalone platform as `npm start` runs it, or with the services of BENCH_SERVICES alone.

const names = process.env['BENCH_SERVICES']?.split(',') as ServiceName[] | undefined;
const platform = await startPlatform(readSettings(process.env), names);
process.once('SIGTERM', async () => {
  await platform.stop();
  process.exit(0);
});
