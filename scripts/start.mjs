// `npm start`: the whole platform in one process, installing and building what is missing first.
//   npm start                PORT, TRIBUTARY_DATA_DIR, TRIBUTARY_ADMIN_KEY steer it
//   npm start -- --demo      filled with a living sandbox

import { prepare, runBuilt } from './lib/prepare.mjs';

try {
  await prepare();
  process.exitCode = await runBuilt('services/standalone/dist/main.js', process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
