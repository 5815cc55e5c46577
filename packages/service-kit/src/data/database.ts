import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { BaseConfig } from '../platform/config.js';
import type { Database, PrismaAdapter, Scope } from '../types.js';
import { createPool } from './pools.js';
import { runTx, scopeSettings } from './tx.js';

/** The part of a generated client that scoping needs. */
interface ScopablePrisma {
  $transaction<T>(fn: (client: ScopablePrisma) => Promise<T>): Promise<T>;
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown>;
  $disconnect(): Promise<void>;
}

export interface OpenDatabase<P> extends Database<P> {
  close(): Promise<void>;
}

/**
 * Opens a service's database as the application role: one pool for callers who see some brands only, one for the system, each with
 * its Prisma client made at first use on the same connections.
 */
export function openDatabase<P>(options: {
  name: string;
  config: BaseConfig;
  log: Logger;
  prisma?: (adapter: PrismaAdapter) => P;
}): OpenDatabase<P> {
  const { config, name } = options;
  const onError = (error: Error) => options.log.warn({ reason: error.message }, 'a database connection broke');
  const requests = createPool(config.databaseAppUrl, {
    max: config.pools.request,
    applicationName: `${name} requests`,
    onError,
  });
  const system = createPool(config.databaseAppUrl, {
    max: config.pools.system,
    applicationName: `${name} system`,
    allBrands: true,
    onError,
  });
  const prismaOn = (pool: pg.Pool) => lazily(() => options.prisma?.(new PrismaPg(pool)));
  const scoped = prismaOn(requests);
  const unscoped = prismaOn(system);

  return {
    pool: system,
    tx: (scope, fn, txOptions) => runTx(requests, scope, fn, txOptions),
    async read<T>(scope: Scope, fn: (prisma: P) => Promise<T>): Promise<T> {
      const sees = scopeSettings(scope);
      const client = sees.brands === '*' && sees.partner === '' ? unscoped() : scoped();
      if (client === undefined) throw new Error(`${name} has no Prisma client: give buildService one, or read through tx`);
      if (sees.brands === '*' && sees.partner === '') return fn(client);
      return (client as unknown as ScopablePrisma).$transaction(async (inside) => {
        await inside.$queryRawUnsafe(
          "SELECT set_config('app.brands', $1, true), set_config('app.partner', $2, true)",
          sees.brands,
          sees.partner,
        );
        return fn(inside as unknown as P);
      });
    },
    async close() {
      for (const client of [scoped.made(), unscoped.made()]) await (client as unknown as ScopablePrisma | undefined)?.$disconnect();
      await Promise.all([requests.end(), system.end()]);
    },
  };
}

function lazily<T>(make: () => T): { (): T; made(): T | undefined } {
  let value: T | undefined;
  return Object.assign(
    () => {
      value ??= make();
      return value;
    },
    { made: () => value },
  );
}

/** @throws when the server may lose what it has confirmed: then "accepted" would be a lie. */
export async function requireDurability(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'",
  );
  if (rows.length > 0) {
    throw new Error(
      `PostgreSQL runs with ${rows.map((row) => row.name).join(', ')} off and may lose confirmed writes. Turn it on, or set TRIBUTARY_REQUIRE_DURABLE_DATABASE=false where nothing matters`,
    );
  }
}
