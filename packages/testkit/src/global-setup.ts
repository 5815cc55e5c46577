import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

declare global {
  var tributaryTestPostgres: ChildProcess | undefined;
}

// Jest compiles this file to CommonJS and resolves its imports as Node does, so it uses nothing of ours: see postgres.ts.
const reuseVariable = 'TRIBUTARY_TEST_DATABASE_URL';

/** Jest's global set-up: one PostgreSQL for the whole run, its URL handed to the workers by the environment. */
export default async function setUp(): Promise<void> {
  if (process.env[reuseVariable]) return;
  const program = path.join(__dirname, 'postgres-process.ts');
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (child.exitCode !== null) throw new Error('PostgreSQL for the tests did not start');
  process.env[reuseVariable] = String(said[0]).trim();
  globalThis.tributaryTestPostgres = child;
}
