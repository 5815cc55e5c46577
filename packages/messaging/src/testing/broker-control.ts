import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';

/** A RabbitMQ server of one's own, on own ports and folders, that faults may be done to. */
export interface BrokerControl {
  readonly url: string;
  /** Starts it (again) and waits until it answers. */
  start(): Promise<void>;
  /** SIGKILL, as when the machine dies. */
  kill(): Promise<void>;
  /** Orderly stop. */
  stop(): Promise<void>;
  rabbitmqctl(...words: string[]): Promise<string>;
  /** Stops it and removes its folder. */
  destroy(): Promise<void>;
}

/** The folders in which distributions put the real scripts, which unlike the wrappers on the path do not change the user. */
const folders = ['/usr/lib/rabbitmq/bin', '/usr/local/lib/rabbitmq/bin', '/opt/rabbitmq/sbin', '/usr/local/sbin', '/usr/sbin'];

/** Where RabbitMQ's scripts are on this machine, if it has them. */
export function findRabbitmq(): string | undefined {
  const asked = process.env['TRIBUTARY_RABBITMQ_BIN'];
  return [...(asked === undefined ? [] : [asked]), ...folders].find((folder) => existsSync(path.join(folder, 'rabbitmq-server')));
}

/** Prepares a broker; nothing runs before `start`. Undefined when RabbitMQ is not installed. */
export async function brokerControl(): Promise<BrokerControl | undefined> {
  const bin = findRabbitmq();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-broker-'));
  const [port, distPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const env = environment(folder, port, distPort, epmdPort);
  const epmd = spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], { env, stdio: 'ignore' });
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  const rabbitmqctl = async (...words: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(path.join(bin, 'rabbitmqctl'), words, { env, timeout: 60_000 });
    return stdout;
  };
  const exited = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve())));
  const kill = async (): Promise<void> => {
    const child = server;
    server = undefined;
    if (child?.pid === undefined) return;
    const gone = exited(child);
    // The script's whole group: the virtual machine is its grandchild.
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  };

  return {
    url,
    rabbitmqctl,
    kill,
    async start() {
      server = spawn(path.join(bin, 'rabbitmq-server'), [], { env, detached: true, stdio: 'ignore' });
      const until = Date.now() + 60_000;
      while (!(await answers(url))) {
        if (Date.now() > until) throw new Error(`RabbitMQ did not start; its log is in ${folder}/log`);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    },
    async stop() {
      const child = server;
      server = undefined;
      if (child === undefined) return;
      await rabbitmqctl('stop');
      await exited(child);
    },
    async destroy() {
      await kill();
      epmd.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function environment(folder: string, port: number, distPort: number, epmdPort: number): NodeJS.ProcessEnv {
  for (const name of ['log', 'data']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'plugins'), '[].\n');
  writeFileSync(path.join(folder, 'env.conf'), '');
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: `tributary${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: path.join(folder, 'data'),
    RABBITMQ_LOG_BASE: path.join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(folder, 'plugins'),
    RABBITMQ_CONF_ENV_FILE: path.join(folder, 'env.conf'),
    RABBITMQ_CONFIG_FILE: path.join(folder, 'rabbitmq'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none',
    RABBITMQ_CTL_ERL_ARGS: '+S 1:1',
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await connect(url, { timeout: 2000 });
    await connection.close();
    return true;
  } catch {
    return false;
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
