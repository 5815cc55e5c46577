// Writes the secrets that docker-compose.yml insists on into .env (mode 0600). What stands there already stays as it is.
//
//   node deploy/make-env.mjs                     makes .env, or adds what is missing in it
//   node deploy/make-env.mjs --rotate evidence   adds a new current key (master, evidence, token or hmac); older ones stay readable
//   node deploy/make-env.mjs --file <path>       another file than .env

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, parseEnv } from 'node:util';

const services = ['directory', 'tracking', 'commission', 'approvals', 'payouts', 'notifications', 'insights', 'audit', 'gateway'];
const purposes = ['master', 'evidence', 'token', 'hmac'];
const secret = () => randomBytes(24).toString('hex');

const makers = {
  TRIBUTARY_ADMIN_KEY: () => `trib_${secret()}`,
  TRIBUTARY_KEYS: () => JSON.stringify({ version: 1, keys: purposes.map(makeKey) }),
  TRIBUTARY_POSTGRES_PASSWORD: secret,
  TRIBUTARY_RABBITMQ_PASSWORD: secret,
  TRIBUTARY_GRAFANA_PASSWORD: secret,
  ...Object.fromEntries(services.map((service) => [`TRIBUTARY_${service.toUpperCase()}_DB_PASSWORD`, secret])),
};

/** A value for every required variable. */
export function randomEnvironment() {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]));
}

/** A key as the services' key ring reads it. */
function makeKey(purpose) {
  const createdAt = new Date().toISOString();
  const bytes =
    purpose === 'evidence' ? generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }) : randomBytes(32);
  const id = `${purpose}-${createdAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  return { id, purpose, createdAt, secret: bytes.toString('base64url') };
}

function write(file, lines) {
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, `${lines.join('\n').trimEnd()}\n`, { mode: 0o600 });
  chmodSync(aside, 0o600);
  renameSync(aside, file);
}

function complete(file, before) {
  const given = parseEnv(before);
  const missing = Object.entries(makers).filter(([name]) => !given[name]);
  if (missing.length === 0) return `${file} has everything`;
  const names = new Set(missing.map(([name]) => name));
  const kept = before.split('\n').filter((line) => !names.has(line.split('=')[0]));
  // Single quotes: Compose and Node take what is inside as it stands.
  write(
    file,
    [...kept, ...missing.map(([name, make]) => `${name}='${make()}'`)].filter((line, index) => line !== '' || index < kept.length - 1),
  );
  return `${file}: made ${[...names].join(', ')}. Back this file up: evidence and encrypted data depend on its keys.`;
}

function rotate(file, before, purpose) {
  if (!purposes.includes(purpose)) throw new Error(`--rotate takes one of ${purposes.join(', ')}`);
  const ring = JSON.parse(parseEnv(before).TRIBUTARY_KEYS ?? 'null');
  if (!ring) throw new Error(`there is no TRIBUTARY_KEYS in ${file}`);
  const key = makeKey(purpose);
  ring.keys.push(key);
  write(
    file,
    before.split('\n').map((line) => (line.startsWith('TRIBUTARY_KEYS=') ? `TRIBUTARY_KEYS='${JSON.stringify(ring)}'` : line)),
  );
  return `${file}: ${key.id} is the current ${purpose} key at the next start of the services; ${ring.keys.length} keys in all`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const { values } = parseArgs({ options: { file: { type: 'string' }, rotate: { type: 'string' } } });
    const file = path.resolve(values.file ?? path.join(import.meta.dirname, '..', '.env'));
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    process.stdout.write(`${values.rotate === undefined ? complete(file, before) : rotate(file, before, values.rotate)}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
