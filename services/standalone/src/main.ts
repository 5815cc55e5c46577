import { parseArgs } from 'node:util';
import { ConfigInvalid } from '@tributary/service-kit';
import { demoWeeks, fillDemo } from './demo/fill-demo.js';
import { startPlatform } from './platform.js';
import { readSettings, type Settings } from './settings.js';

/** `npm start`: the whole platform in one process. `--demo` fills it with a living sandbox. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false } } });
  const settings = settingsFor(values.demo);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`Tributary is starting (data in ${settings.dataDir}) …`);
  const platform = await startPlatform(settings);
  const url = `http://localhost:${platform.port}`;
  say(`Tributary is ready at ${url}  (API explorer: ${url}/api)`);
  if (platform.firstKey) say(`First operator's key, shown this once: ${platform.firstKey}`);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say('Stopping …');
    await platform.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (values.demo) await fillDemo({ url, key: settings.env['TRIBUTARY_ADMIN_KEY'] ?? platform.firstKey, say });
}

/** A sandbox lives on simulated time, and begins a year ago so that it has a past when it is filled. */
function settingsFor(demo: boolean): Settings {
  if (!demo) return readSettings(process.env);
  const clockStart = new Date(Date.now() - (demoWeeks * 7 + 1) * 24 * 3600 * 1000);
  return { ...readSettings({ ...process.env, TRIBUTARY_CLOCK: 'simulated' }), clockStart };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigInvalid || error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
