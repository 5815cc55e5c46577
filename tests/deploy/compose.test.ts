// docker-compose.yml held against the Compose specification and against what the services really read and do. No engine is needed.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { serviceNames } from '@tributary/contracts';
import { keysFromText, readProcessConfig } from '@tributary/service-kit';
import { reuseVariable } from '@tributary/testkit';
import { Ajv } from 'ajv';
import pg from 'pg';
import { randomEnvironment } from '../../deploy/make-env.mjs';
import { type ComposeService, interpolate, readCompose, readRawCompose, variablesOf } from '../../scripts/lib/compose.mjs';
import { readSettings as readGateway, readUpstreams } from '../../services/gateway/src/settings.js';
import { readSettings as readNotifications } from '../../services/notifications/src/settings.js';

const root = path.resolve(import.meta.dirname, '../..');
const env = randomEnvironment();
const compose = readCompose(root, env);
const raw = readRawCompose(root);
const folder = mkdtempSync(path.join(tmpdir(), 'tributary-compose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (name: string): ComposeService => {
  const service = compose.services[name];
  if (!service) throw new Error(`there is no ${name} in docker-compose.yml`);
  return service;
};
const environmentOf = (name: string) => own(name).environment ?? {};

/** The Compose specification's own JSON schema, as the package dclint ships it. */
function composeSchema(): object {
  const shipped = path.join(path.dirname(createRequire(import.meta.url).resolve('dclint/package.json')), 'schemas/compose.schema.json');
  const { $schema: _, ...schema } = JSON.parse(readFileSync(shipped, 'utf8'));
  return schema;
}

test('the Compose file is valid against the schema of the Compose specification, as written and with its variables filled in', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(composeSchema());
  const problems = (file: unknown) =>
    validate(file) ? [] : validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
  expect(problems(raw)).toEqual([]);
  expect(problems(compose)).toEqual([]);
  expect(problems({ ...compose, services: { ...compose.services, broken: { image: 'x', port: ['1:1'] } } })).not.toEqual([]);
});

const composePlugin = spawnSync('docker', ['compose', 'version']).status === 0;
test('`docker compose config` takes the file, where the plugin is installed', () => {
  if (!composePlugin) return void process.stdout.write('`docker compose` is not installed: only the schema was checked\n');
  execFileSync('docker', ['compose', 'config', '--quiet'], { cwd: root, env: { ...process.env, ...env } });
});

test('every service is there once, from the one image, and says which it is', () => {
  for (const name of serviceNames) {
    expect(environmentOf(name)).toMatchObject({ SERVICE: name, OTEL_SERVICE_NAME: name });
    expect(own(name)).toMatchObject({ image: 'tributary:local', restart: 'unless-stopped', read_only: true });
  }
  const ours = Object.keys(compose.services).filter((name) => environmentOf(name)['SERVICE']);
  expect(ours.sort()).toEqual([...serviceNames].sort());
});

test('every file and folder that is built from or mounted exists, and is mounted read-only', () => {
  const mounts = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
  const bound = mounts.filter((mount) => mount.startsWith('.'));
  expect(bound.length).toBeGreaterThan(4);
  for (const mount of bound) {
    const [source = '', , mode] = mount.split(':');
    expect([source, existsSync(path.join(root, source)), mode]).toEqual([source, true, 'ro']);
  }
  for (const mount of mounts.filter((one) => !one.startsWith('.'))) expect(Object.keys(compose.volumes)).toContain(mount.split(':')[0]);
  for (const { build } of Object.values(compose.services)) if (build) expect(existsSync(path.join(root, build.dockerfile))).toBe(true);
});

/** What the containers of others listen on. */
const listens: Record<string, number[]> = {
  postgres: [5432],
  rabbitmq: [5672, 15672, 15692],
  'otel-collector': [4317, 4318, 8888],
  jaeger: [4317, 16686],
  prometheus: [9090],
  grafana: [3000],
  mailpit: [1025, 8025],
};

/** Every `host:port` in a text that names something of the Compose file; a password that begins with digits is no port. */
function addressesIn(text: string): { host: string; port: number }[] {
  const names = Object.keys(compose.services).join('|');
  return [...text.matchAll(new RegExp(`(?<![\\w.-])(${names}):(\\d{3,5})(?![\\w.@])`, 'g'))].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }));
}

test('every address in the Compose file and in the files of deploy/ is one that its service listens on', () => {
  const portOf = (name: string) => listens[name] ?? [readProcessConfig(environmentOf(name)).port];
  const texts = [
    JSON.stringify(compose),
    ...['prometheus/prometheus.yml', 'otel-collector/config.yaml', 'grafana/provisioning/datasources/datasources.yml'].map((file) =>
      readFileSync(path.join(root, 'deploy', file), 'utf8'),
    ),
  ];
  const found = texts.flatMap(addressesIn);
  expect(found.length).toBeGreaterThan(60);
  for (const { host, port } of found) expect([host, portOf(host).includes(port), port]).toEqual([host, true, port]);
});

test('only the gateway is open to the network; the pages for watching are for this machine; each published port is one that is listened on', () => {
  const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => ({ name, parts: port.split(':') })),
  );
  for (const { name, parts } of published) {
    expect(listens[name] ?? [8080]).toContain(Number(parts.at(-1)));
    expect(own(name).networks).toContain('outside');
    expect(name === 'gateway' ? parts.length : parts[0]).toBe(name === 'gateway' ? 2 : '127.0.0.1');
  }
  expect(published.map(({ name }) => name).sort()).toEqual(['gateway', 'grafana', 'jaeger', 'mailpit', 'prometheus', 'rabbitmq']);
  expect(compose.networks['inside']).toEqual({ internal: true });
});

test.each([...serviceNames])('the environment of %s satisfies its schemas', (name) => {
  const config = readProcessConfig(environmentOf(name));
  expect(config).toMatchObject({ port: 8080, dataDir: '/data', otlpEndpoint: 'http://otel-collector:4318', requireDurableDatabase: true });
  expect(new URL(config.databaseUrl)).toMatchObject({ pathname: `/${name}`, username: `${name}_migrator`, host: 'postgres:5432' });
  expect(new URL(config.databaseAppUrl)).toMatchObject({ pathname: `/${name}`, username: `${name}_app`, host: 'postgres:5432' });
  const keys = keysFromText(environmentOf(name)['TRIBUTARY_KEYS'] ?? '');
  expect(keys.verify(Buffer.from('x'), keys.publicKey().keyId, keys.sign(Buffer.from('x')).signature)).toBe(true);
});

test('the gateway knows where everybody answers, and notifications where the directory and the mail server are', () => {
  expect(readGateway(environmentOf('gateway'))).toMatchObject({ adminKey: env['TRIBUTARY_ADMIN_KEY'] });
  const upstreams = readUpstreams(environmentOf('gateway'));
  for (const name of serviceNames.filter((one) => one !== 'gateway'))
    expect(upstreams[name]).toEqual({ kind: 'http', baseUrl: `http://${name}:8080` });
  const config = readProcessConfig(environmentOf('notifications'));
  expect(readNotifications({ env: environmentOf('notifications'), config }, undefined)).toMatchObject({
    directory: { kind: 'http', baseUrl: 'http://directory:8080' },
    smtpUrl: 'smtp://mailpit:1025',
  });
});

test('services start after the broker is healthy and their databases are made, and those after PostgreSQL is healthy', () => {
  for (const name of serviceNames)
    expect(own(name).depends_on).toEqual({
      databases: { condition: 'service_completed_successfully' },
      rabbitmq: { condition: 'service_healthy' },
    });
  expect(own('databases').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  for (const name of ['postgres', 'rabbitmq']) expect(own(name).healthcheck?.test[0]).toBe('CMD');
});

test('no secret has a default: without .env nothing starts, and the message says what to run', () => {
  const required = variablesOf(root).filter((one) => one.required);
  expect(required.map(({ name }) => name).sort()).toEqual(Object.keys(env).sort());
  for (const { name } of required) expect(() => readCompose(root, { ...env, [name]: '' })).toThrow(`${name}: run node deploy/make-env.mjs`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are Compose's
  expect(interpolate('$${a} ${B:-b}', {})).toBe('${a} b');
  expect(() => interpolate('$a', {})).toThrow();
  const secrets = variablesOf(root).filter(({ name }) => /PASSWORD|KEY/.test(name));
  expect(secrets.filter((one) => !one.required)).toEqual([]);
});

test('.env.example names exactly the variables that must or may be set, and holds no secret', () => {
  const example = parseEnv(readFileSync(path.join(root, '.env.example'), 'utf8'));
  const read = variablesOf(root).map(({ name }) => name);
  expect(read).toEqual(expect.arrayContaining(Object.keys(example)));
  expect(Object.keys(example)).toEqual(expect.arrayContaining(Object.keys(env)));
  for (const name of Object.keys(env)) expect(example[name]).toBe('');
});

const makeEnv = (...args: string[]) =>
  execFileSync(process.execPath, [path.join(root, 'deploy/make-env.mjs'), ...args], { encoding: 'utf8' });

test('make-env writes what is needed, keeps what is there, and rotates a key without losing the old one', () => {
  const file = path.join(folder, '.env');
  const read = () => parseEnv(readFileSync(file, 'utf8'));
  expect(makeEnv('--file', file)).toContain('Back this file up');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const first = read();
  expect(Object.keys(first).sort()).toEqual(Object.keys(env).sort());
  expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
  readCompose(root, first as Record<string, string>);
  makeEnv('--file', file);
  expect(read()).toEqual(first);

  const before = keysFromText(first['TRIBUTARY_KEYS'] ?? '');
  const sealed = before.encrypt('ptr_1', 'text');
  for (const purpose of ['master', 'evidence', 'token', 'hmac']) makeEnv('--file', file, '--rotate', purpose);
  const after = keysFromText(read()['TRIBUTARY_KEYS'] ?? '');
  expect(after.publicKey().keyId).not.toBe(before.publicKey().keyId);
  expect(after.publicKeys().map(({ keyId }) => keyId)).toContain(before.publicKey().keyId);
  expect(after.decrypt('ptr_1', sealed)).toBe('text');
  expect(after.hmacs('x', 'y')).toContain(before.hmac('x', 'y'));
  expect(after.tokenKeys()).toHaveLength(2);
});

test('databases are made with two roles each, again without harm; each service enters its own only; a new password is taken over', async () => {
  const server = process.env[reuseVariable] as string;
  const letters = () => Array.from({ length: 10 }, () => 'abcdefghijklmnop'[randomInt(16)]).join('');
  const [first, second] = [letters(), letters()];
  const run = (password: string) =>
    execFileSync(process.execPath, [path.join(root, 'deploy/postgres/make-databases.mjs')], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        TRIBUTARY_POSTGRES_URL: server,
        [`TRIBUTARY_${first.toUpperCase()}_DB_PASSWORD`]: password,
        [`TRIBUTARY_${second.toUpperCase()}_DB_PASSWORD`]: password,
      },
    });
  const enter = async (database: string, user: string, password: string) => {
    const client = new pg.Client({
      connectionString: Object.assign(new URL(server), { pathname: `/${database}`, username: user, password }).href,
    });
    try {
      await client.connect();
      return (await client.query('SELECT current_user')).rows[0].current_user;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    expect(run('first')).toBe(`${first}: made\n${second}: made\n`);
    expect(run('second')).toBe(`${first}: was there\n${second}: was there\n`);
    for (const role of [`${first}_app`, `${first}_migrator`]) expect(await enter(first, role, 'second')).toBe(role);
    await expect(enter(second, `${first}_app`, 'second')).rejects.toThrow('permission denied');
    await expect(enter(second, `${first}_migrator`, 'second')).rejects.toThrow('permission denied');
  } finally {
    for (const name of [first, second]) {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`DROP ROLE IF EXISTS ${name}_app, ${name}_migrator`);
    }
    await admin.end();
  }
}, 60_000);
