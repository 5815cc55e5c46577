// `npm run check:dockerfile`: does what deploy/Dockerfile says, without Docker. In an empty folder, from the last commit:
// the context that .dockerignore leaves, the RUN lines of the build stage with their ENV, the COPY lines of the last stage, and
// then each service by CMD, in the environment that docker-compose.yml gives it, until HEALTHCHECK says yes; last SIGTERM.
//
//   npm run check:dockerfile                      every service
//   npm run check:dockerfile -- tracking gateway  these
//   npm run check:dockerfile -- --keep            leaves the folder there
//   npm run check:dockerfile -- --again <folder>  starts the services of such a folder, without building
//
// PostgreSQL is the embedded one; RabbitMQ that of AMQP_URL, or one that is found or started here.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { randomEnvironment } from '../deploy/make-env.mjs';
import { readCompose } from './lib/compose.mjs';
import { readDockerfile } from './lib/dockerfile.mjs';
import { ignores } from './lib/dockerignore.mjs';
import { freePort } from './lib/processes.mjs';
import { ensureRabbit } from './lib/rabbitmq.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'boolean', default: false }, again: { type: 'string' } },
});
const folder = options.again ?? mkdtempSync(path.join(tmpdir(), 'tributary-image-'));
const context = path.join(folder, 'build');
const image = path.join(folder, 'image');
const began = Date.now();
let postgres;
let broker;

// Told to end: what was started here ends too. A service that runs is a child of this one and is ended with it.
const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    for (const child of children) child.kill('SIGKILL');
    await postgres?.stop();
    await broker?.stop();
    process.exit(1);
  });
}

try {
  const stages = readDockerfile(path.join(root, 'deploy/Dockerfile'));
  if (options.again === undefined) {
    checkOut();
    build(stages[0]);
    assemble(stages.at(-1));
  }
  await startServices(stages.at(-1));
  say('every service became healthy, and stopped when told to');
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
} finally {
  await postgres?.stop();
  await broker?.stop();
  if (options.keep || options.again) say(`left in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

function checkOut() {
  execFileSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', '--no-hardlinks', '--depth=1', `file://${root}`, context]);
  const ignored = ignores(readFileSync(path.join(context, '.dockerignore'), 'utf8'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: context, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files) if (ignored(file)) rmSync(path.join(context, file));
  rmSync(path.join(context, '.git'), { recursive: true });
  say(`context: ${files.filter((file) => !ignored(file)).length} of ${files.length} files`);
}

function build(stage) {
  const env = { ...outside(), ...stage.env };
  for (const line of stage.run) {
    say(`RUN ${line}`);
    const { status } = spawnSync('sh', ['-c', line], { cwd: context, env, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`RUN ${line} ended with ${status}`);
  }
}

function assemble(stage) {
  mkdirSync(image);
  for (const { from, sources, target } of stage.copy) {
    if (from !== 'build') throw new Error(`COPY from ${from} is not understood here`);
    for (const source of sources)
      cpSync(path.join(context, path.relative('/app', source)), path.resolve(image, target, target === './' ? path.basename(source) : ''), {
        recursive: true,
        verbatimSymlinks: true,
      });
  }
}

async function startServices(stage) {
  const { startLocalPostgres } = await import(path.join(image, 'packages/local-postgres/dist/index.js'));
  postgres = await startLocalPostgres({ folder: path.join(folder, 'postgres') });
  const compose = readCompose(root, { ...randomEnvironment(), TRIBUTARY_VERSION: 'check' });
  const passwords = compose.services.databases.environment;
  run('node', ['deploy/postgres/make-databases.mjs'], { ...passwords, TRIBUTARY_POSTGRES_URL: postgres.url });
  broker = await ensureRabbit({ say });
  if (!broker.url) throw new Error(`there is no RabbitMQ: ${broker.how}`);
  const all = Object.keys(compose.services).filter((name) => compose.services[name].environment?.SERVICE);
  for (const name of positionals.length > 0 ? positionals : all) await startOne(stage, name, compose.services[name].environment);
}

async function startOne(stage, name, environment) {
  const since = Date.now();
  const local = new URL(postgres.url);
  const env = {
    ...outside(),
    ...stage.env,
    ...environment,
    PORT: String(await freePort()),
    TRIBUTARY_DATA_DIR: path.join(folder, 'data', name),
  };
  for (const variable of ['DATABASE_URL', 'DATABASE_APP_URL'])
    env[variable] = Object.assign(new URL(env[variable]), { host: local.host }).href;
  Object.assign(env, {
    AMQP_URL: broker.url,
    TRIBUTARY_BUS_PREFIX: `check-${path.basename(folder).slice(-6)}.`,
    LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
  });
  mkdirSync(env.TRIBUTARY_DATA_DIR, { recursive: true });
  let said = '';
  const [command, ...args] = stage.cmd;
  const child = spawn(command, args, { cwd: image, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  children.add(child);
  const ended = new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal);
    }),
  );
  try {
    await healthy(stage, env, child, () => said.includes('"msg":"ready"'));
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${name}: ${error.message}\n${said}`);
  }
  const healthyAfter = Date.now() - since;
  child.kill('SIGTERM');
  const code = await ended;
  if (code !== 0) throw new Error(`${name} ended with ${code} after SIGTERM:\n${said}`);
  say(`${name}: healthy and ready after ${healthyAfter} ms, stopped with 0`);
}

async function healthy(stage, env, child, ready) {
  const [command, ...args] = stage.healthcheck;
  for (const until = Date.now() + 90_000; Date.now() < until; ) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (spawnSync(command, args, { cwd: image, env }).status === 0 && ready()) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error('not healthy and ready after 90 s');
}

function run(command, args, env) {
  execFileSync(command, args, { cwd: image, env: { ...outside(), ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** What the machine gives, without what steers Tributary or npm's run of this script. */
function outside() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(lifecycle|package|command)|TRIBUTARY_|NODE_|DATABASE_|JEST_|AMQP_)/.test(name)),
  );
}

function say(line) {
  process.stdout.write(`[${((Date.now() - began) / 1000).toFixed(0).padStart(3)} s] ${line}\n`);
}
