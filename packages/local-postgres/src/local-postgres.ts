import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Launcher, launcherFor } from './account.js';
import { nativeFolder } from './binaries.js';
import { freePort } from './free-port.js';

export interface LocalPostgresOptions {
  /** Where the cluster lives: made when missing, kept afterwards. */
  folder: string;
  /** Any free port when left out. */
  port?: number;
  /** Added to the server's settings, over ours. */
  settings?: Readonly<Record<string, string>>;
}
export interface LocalPostgres {
  /** The superuser's URL of the maintenance database. */
  url: string;
  port: number;
  pid: number;
  /** A fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>;
}

const defaults = {
  max_connections: '100',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  jit: 'off',
  shared_buffers: '256MB',
  // After each checkpoint every page that is touched is logged whole once: the fewer checkpoints, the less is written.
  checkpoint_timeout: '15min',
  max_wal_size: '2GB',
};

/**
 * Starts a PostgreSQL of our own from the npm package's binaries, on a cluster in `folder`. A server that an earlier, killed process
 * left behind on the same cluster is stopped first.
 * @throws when the server does not start, with what it said.
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const native = nativeFolder();
  mkdirSync(options.folder, { recursive: true });
  const launcher = launcherFor(native, options.folder);
  const cluster = path.join(options.folder, 'cluster');
  const passwordFile = path.join(options.folder, 'superuser-password');
  if (!existsSync(path.join(cluster, 'PG_VERSION'))) initialise(native, launcher, cluster, passwordFile);
  await stopLeftover(cluster);
  const port = options.port ?? (await freePort());
  const settings = Object.entries({ ...defaults, ...options.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [program, parameters] = launcher.command(path.join(native, 'bin/postgres'), ['-D', cluster, '-p', String(port), ...settings]);
  // A process group of its own: Ctrl-C in a terminal is for us, and we stop the server after the services.
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  await ready(child);
  const password = readFileSync(passwordFile, 'utf8').trim();
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, port, pid: child.pid ?? 0, stop: () => stopChild(child) };
}

function initialise(native: string, launcher: Launcher, cluster: string, passwordFile: string): void {
  rmSync(cluster, { recursive: true, force: true }); // left by an initialisation that was cut off: no PG_VERSION, no data
  mkdirSync(cluster, { mode: 0o700 });
  writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
  if (launcher.owner) {
    chownSync(cluster, launcher.owner.uid, launcher.owner.gid);
    chownSync(passwordFile, launcher.owner.uid, launcher.owner.gid);
  }
  const [program, parameters] = launcher.command(path.join(native, 'bin/initdb'), [
    `--pgdata=${cluster}`,
    '--auth=scram-sha-256',
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    // Texts are compared by code point, as the C library would in this locale, but without calling it.
    '--locale=C.UTF-8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  execFileSync(program, parameters, { stdio: 'pipe', cwd: '/' });
}

/** A server whose parent was killed goes on by itself and would hold the cluster. */
async function stopLeftover(cluster: string): Promise<void> {
  const file = path.join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!isServerOf(pid, cluster)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (isServerOf(pid, cluster)) {
    if (Date.now() > deadline) throw new Error(`a PostgreSQL server (process ${pid}) holds ${cluster} and does not stop`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Process ids are used again: only a process that names this cluster is its server. */
function isServerOf(pid: number, cluster: string): boolean {
  try {
    process.kill(pid, 0);
    const commandLine = `/proc/${pid}/cmdline`;
    return !existsSync('/proc') || readFileSync(commandLine, 'utf8').includes(cluster);
  } catch {
    return false;
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}
