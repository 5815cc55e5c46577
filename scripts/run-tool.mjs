// Runs a tool of tools/ by name: what is built, or the source through tsx when nothing is. `npm run verify -- evidence.ndjson`

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const [name, ...args] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '..');
const built = path.join(root, 'tools/dist', `${name}.js`);
const source = path.join(root, 'tools/src', `${name}.ts`);
const command = existsSync(built) ? [built] : ['--conditions=source', '--import', import.meta.resolve('tsx'), source];
// Files are named from where the caller stands, not from the root.
const { status } = spawnSync(process.execPath, [...command, ...args], { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() });
process.exit(status ?? 1);
