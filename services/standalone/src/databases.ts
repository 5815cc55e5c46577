import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ServiceName } from '@tributary/contracts';
import { execute, startLocalPostgres, withDatabase } from '@tributary/local-postgres';
import type { Settings } from './settings.js';

export interface Databases {
  /** The migrator's URL and the application role's, for one service. */
  urlsOf(service: ServiceName): { databaseUrl: string; databaseAppUrl: string };
  stop(): Promise<void>;
}

/** One PostgreSQL (ours, or the one given) with a database for each service and two roles for each database. */
export async function openDatabases(settings: Settings, dataDir: string, services: readonly ServiceName[]): Promise<Databases> {
  const own = settings.postgresUrl === undefined ? await startLocalPostgres({ folder: path.join(dataDir, 'postgres') }) : undefined;
  const url = own?.url ?? settings.postgresUrl ?? '';
  const passwords = passwordsOf(dataDir, services);
  try {
    const existing = new Set((await execute(url, 'SELECT datname FROM pg_database')).rows.map((row: { datname: string }) => row.datname));
    for (const service of services) await prepare(url, service, passwords[service] ?? '', existing.has(service));
  } catch (error) {
    await own?.stop();
    throw error;
  }
  return {
    urlsOf: (service) => ({
      databaseUrl: withDatabase(url, service, { user: `${service}_migrator`, password: passwords[service] ?? '' }),
      databaseAppUrl: withDatabase(url, service, { user: `${service}_app`, password: passwords[service] ?? '' }),
    }),
    stop: async () => own?.stop(),
  };
}

async function prepare(url: string, service: ServiceName, password: string, exists: boolean): Promise<void> {
  for (const role of [`${service}_migrator`, `${service}_app`]) {
    // Names and password are ours (a service name, hexadecimal digits): nothing to escape.
    await execute(
      url,
      `DO $$ BEGIN CREATE ROLE "${role}" LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; ALTER ROLE "${role}" PASSWORD '${password}'`,
    );
  }
  if (!exists) await execute(url, `CREATE DATABASE "${service}" OWNER "${service}_migrator"`);
}

/** Made at the first start, kept beside the data they protect. */
function passwordsOf(dataDir: string, services: readonly ServiceName[]): Partial<Record<ServiceName, string>> {
  const file = path.join(dataDir, 'database-passwords.json');
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<ServiceName, string>>) : {};
  const missing = services.filter((service) => stored[service] === undefined);
  if (missing.length === 0) return stored;
  const all = { ...stored, ...Object.fromEntries(missing.map((service) => [service, randomBytes(18).toString('hex')])) };
  writeFileSync(file, JSON.stringify(all, null, 2), { mode: 0o600 });
  return all;
}
