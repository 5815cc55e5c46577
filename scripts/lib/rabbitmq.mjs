// Finds or provides a RabbitMQ broker. Used by `npm test`, `npm run stack` and by the tests that kill their broker.
//
//   ensureRabbit(...)    what there is: AMQP_URL, a server on 5672, rabbitmq-server, Docker, apt
//   startOwnRabbit(...)  an own broker with own folders, ports, node name and port mapper: it disturbs no other
//
// Node's own modules only: this runs before anything is installed.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findExecutable, freePort, run, until } from './processes.mjs';

// Debian's /usr/sbin/rabbitmq-server is a wrapper that changes user and settings; the real scripts are these.
const SERVER_FOLDERS = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/usr/sbin'];
const DOCKER_IMAGE = 'rabbitmq:3.13-alpine';
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 20_000;

/** What to type so that the broker's tests can run, for machines where nothing of it was found. */
export const HOW_TO_ENABLE = 'AMQP_URL=amqp://user:password@host:5672 npm test   (or install rabbitmq-server, or start Docker)';

/**
 * @typedef {object} Rabbit
 * @property {string} url
 * @property {string} how a sentence: where this broker comes from
 * @property {() => Promise<void>} stop ends what was started here; does nothing to a broker that was there before
 * @property {OwnRabbit} [own] when it is an own broker
 */

/**
 * The first broker of: AMQP_URL, a local server on 5672, rabbitmq-server on this machine, Docker, apt (as root on Debian).
 * @param {{ say?: (line: string) => void, install?: boolean }} [options] `install: false` leaves apt out
 * @returns {Promise<Rabbit | { url: undefined, how: string, stop: () => Promise<void> }>}
 */
export async function ensureRabbit({ say = () => {}, install = true } = {}) {
  const nothingToStop = async () => {};
  const given = process.env.AMQP_URL;
  if (given) {
    const { hostname, port } = new URL(given);
    if (await answers(Number(port || 5672), hostname)) return { url: given, how: 'AMQP_URL', stop: nothingToStop };
    return { url: undefined, how: `nothing answers at AMQP_URL (${hostname}:${port || 5672})`, stop: nothingToStop };
  }
  if (await answers(5672))
    return { url: 'amqp://guest:guest@127.0.0.1:5672', how: 'the server that answers on port 5672', stop: nothingToStop };
  if (findServer()) {
    say(`starting an own broker with ${findServer()}`);
    return ownAsRabbit(await startOwnRabbit(), 'an own broker, started with the installed rabbitmq-server');
  }
  const inDocker = await startInDocker(say);
  if (inDocker) return inDocker;
  if (install && (await installWithApt(say))) {
    return ownAsRabbit(await startOwnRabbit(), 'an own broker, started with the rabbitmq-server that apt installed');
  }
  return {
    url: undefined,
    how: 'no AMQP_URL, no server on port 5672, no rabbitmq-server, no Docker engine, no apt as root',
    stop: nothingToStop,
  };
}

function ownAsRabbit(own, how) {
  return { url: own.url, how: `${how} (port ${own.port})`, stop: () => own.stop(), own };
}

/** The rabbitmq-server script of this machine, if there is one. */
export function findServer() {
  return findExecutable('rabbitmq-server', SERVER_FOLDERS);
}

/** Whether an AMQP 0-9-1 server answers there. */
export function answers(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 2_000 });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => socket.write(Buffer.from('AMQP\x00\x00\x09\x01', 'latin1')));
    socket.on('data', (frame) => end(frame[0] === 1)); // a method frame: connection.start
    for (const event of ['error', 'timeout', 'close']) socket.on(event, () => end(false));
  });
}

// --- an own broker ----------------------------------------------------------------------------------------------

/**
 * @typedef {object} OwnRabbit
 * @property {string} url
 * @property {number} port
 * @property {string} home
 * @property {() => number | undefined} pid of the broker's process, undefined while it is down
 * @property {() => Promise<void>} start after `kill` or `halt`: the same data, the same port
 * @property {() => Promise<void>} kill -9, and wait until it is gone
 * @property {() => Promise<void>} halt graceful stop; data stays
 * @property {() => Promise<void>} stop halt, and remove `home` when it was made here
 * @property {(...args: string[]) => Promise<{ code: number, output: string }>} ctl rabbitmqctl on this broker
 */

/**
 * Starts an own broker and waits until it answers.
 * @param {{ home?: string, port?: number }} [options] `home`: a folder to keep its data in; without it a temporary one, removed by `stop`.
 *   A `home` used before gets the port and the name that it had.
 * @returns {Promise<OwnRabbit>}
 */
export async function startOwnRabbit({ home, port } = {}) {
  const server = findServer();
  if (!server) throw new Error('there is no rabbitmq-server on this machine');
  const folder = home ? path.resolve(home) : mkdtempSync(path.join(tmpdir(), 'tributary-rabbit-'));
  const settings = await settingsOf(folder, port);
  const rabbit = brokerIn(folder, settings, server, { temporary: home === undefined });
  try {
    await rabbit.start();
  } catch (error) {
    await rabbit.stop();
    throw error;
  }
  return rabbit;
}

/** Ports and node name stay with the folder: the data in it belongs to that name. */
async function settingsOf(home, port) {
  mkdirSync(path.join(home, 'log'), { recursive: true, mode: 0o700 });
  const file = path.join(home, 'broker.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const settings = {
    port: port ?? known.port ?? (await freePort()),
    distributionPort: known.distributionPort ?? (await freePort()),
    mapperPort: known.mapperPort ?? (await freePort()),
    node: known.node ?? `tributary-${process.pid}-${Date.now().toString(36)}@localhost`,
  };
  writeFileSync(file, JSON.stringify(settings));
  writeFileSync(path.join(home, 'rabbitmq-env.conf'), '');
  writeFileSync(path.join(home, 'enabled_plugins'), '[].');
  writeFileSync(
    path.join(home, 'rabbitmq.conf'),
    [`listeners.tcp.1 = 127.0.0.1:${settings.port}`, 'disk_free_limit.absolute = 50MB', 'log.console = false', ''].join('\n'),
  );
  return settings;
}

function environmentOf(home, { node, distributionPort, mapperPort }) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ_|ERL_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: home, // where Erlang keeps its cookie
    RABBITMQ_NODENAME: node,
    RABBITMQ_DIST_PORT: String(distributionPort),
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: path.join(home, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: path.join(home, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: path.join(home, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(home, 'enabled_plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: path.join(home, 'config'),
    RABBITMQ_MNESIA_BASE: path.join(home, 'data'),
    RABBITMQ_LOG_BASE: path.join(home, 'log'),
    RABBITMQ_PID_FILE: path.join(home, 'broker.pid'),
  };
}

function brokerIn(home, settings, server, { temporary }) {
  const env = environmentOf(home, settings);
  let child;
  const isUp = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const endWithUs = () => {
    if (isUp()) signalGroup(child.pid, 'SIGKILL');
    if (temporary) rmSync(home, { recursive: true, force: true });
  };
  process.once('exit', endWithUs); // when nobody got round to `stop`

  async function start() {
    if (isUp()) return;
    const output = openSync(path.join(home, 'log', 'console.log'), 'a');
    child = spawn(server, [], { env, cwd: home, stdio: ['ignore', output, output], detached: true });
    child.on('error', () => {}); // `isUp` then says no, and the wait below ends with its words
    await until(
      `RabbitMQ to answer on port ${settings.port} (see ${path.join(home, 'log')})`,
      () => answers(settings.port),
      START_TIMEOUT_MS,
    );
    await until('RabbitMQ to be fully started', async () => (await ctl('await_startup')).code === 0, START_TIMEOUT_MS, 500);
  }

  async function end(signal, timeoutMs) {
    if (!isUp()) return;
    signalGroup(child.pid, signal);
    await until('RabbitMQ to end', () => !isUp(), timeoutMs).catch(() => signalGroup(child.pid, 'SIGKILL'));
    await until('RabbitMQ to end', () => !isUp(), STOP_TIMEOUT_MS);
  }

  async function stop() {
    await end('SIGTERM', STOP_TIMEOUT_MS);
    await stopMapper(settings.mapperPort);
    process.off('exit', endWithUs);
    if (temporary) rmSync(home, { recursive: true, force: true });
  }

  const ctl = (...args) => run(path.join(path.dirname(server), 'rabbitmqctl'), args, { env, timeoutMs: 60_000 });
  return {
    url: `amqp://guest:guest@127.0.0.1:${settings.port}`,
    port: settings.port,
    home,
    pid: () => (isUp() ? child.pid : undefined),
    start,
    kill: () => end('SIGKILL', STOP_TIMEOUT_MS),
    halt: () => end('SIGTERM', STOP_TIMEOUT_MS),
    stop,
    ctl,
  };
}

/** The start script waits for the Erlang machine that it starts: both are of one process group. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Erlang's port mapper was started by the broker as a daemon of its own. */
async function stopMapper(port) {
  const epmd = findExecutable('epmd', ['/usr/bin']);
  if (epmd) await run(epmd, ['-port', String(port), '-kill'], { timeoutMs: 5_000 });
}

// --- Docker -----------------------------------------------------------------------------------------------------

async function startInDocker(say) {
  const docker = findExecutable('docker');
  if (!docker || (await run(docker, ['info'], { timeoutMs: 10_000 })).code !== 0) return undefined;
  say(`starting ${DOCKER_IMAGE} in Docker`);
  const port = await freePort();
  const started = await run(docker, ['run', '--detach', '--rm', '--publish', `127.0.0.1:${port}:5672`, DOCKER_IMAGE], {
    timeoutMs: 300_000,
  });
  if (started.code !== 0) {
    say(`Docker could not: ${started.output.trim().split('\n').at(-1)}`);
    return undefined;
  }
  const container = started.output.trim().split('\n').at(-1);
  const stop = async () => void (await run(docker, ['stop', container]));
  try {
    await until('RabbitMQ in Docker to answer', () => answers(port), START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `amqp://guest:guest@127.0.0.1:${port}`, how: `${DOCKER_IMAGE} in Docker (port ${port})`, stop };
}

// --- apt --------------------------------------------------------------------------------------------------------

/** Installs Debian's rabbitmq-server without letting it start: our brokers are our own. */
async function installWithApt(say) {
  const apt = findExecutable('apt-get');
  if (!apt || process.getuid?.() !== 0) return false;
  const policy = '/usr/sbin/policy-rc.d'; // Debian's way to say that packages shall start no service
  const hadPolicy = existsSync(policy);
  if (!hadPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    say("installing Debian's rabbitmq-server: apt-get update && apt-get install rabbitmq-server");
    await run(apt, ['update', '-q'], { env, timeoutMs: 300_000 });
    const installed = await run(apt, ['install', '-y', '-q', '--no-install-recommends', 'rabbitmq-server'], { env, timeoutMs: 900_000 });
    if (installed.code !== 0) say(`apt could not: ${installed.output.trim().split('\n').at(-1)}`);
  } finally {
    if (!hadPolicy) rmSync(policy, { force: true });
  }
  return findServer() !== undefined;
}
