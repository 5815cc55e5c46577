// `npm run chaos`: builds what is missing, then runs tests/chaos on a broker and a PostgreSQL of its own. See docs/chaos.md.

import { prepare, runWithSources } from './lib/prepare.mjs';

try {
  await prepare();
  process.exitCode = await runWithSources('tests/chaos/main.ts', process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
