// Runs a tool of tools/ by name: its source where there is tsx to run it, so that it is never old, else what was built.
// `npm run verify -- evidence.ndjson`

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const [name, ...args] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'tools/src', `${name}.ts`);
const loader = tsx();
const command =
  loader && existsSync(source) ? ['--conditions=source', '--import', loader, source] : [path.join(root, 'tools/dist', `${name}.js`)];
// Files are named from where the caller stands, not from the root.
const { status } = spawnSync(process.execPath, [...command, ...args], { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() });
process.exit(status ?? 1);

function tsx() {
  try {
    return import.meta.resolve('tsx');
  } catch {
    return undefined;
  }
}
