// `npm run bench`: builds what is missing, then runs bench/main.ts on the built packages. See bench/README.md.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

try {
  await prepare();
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'bench/main.ts'), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // A Ctrl-C reaches the child by itself; we wait for it to clean up.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
