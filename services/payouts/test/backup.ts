import type { TestDatabase, TestService } from '@tributary/testkit';
import pg from 'pg';

const on = (url: string, database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href;
const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** A copy of the database as it is now; nobody is connected while it is made. */
export async function backUp(service: TestService<unknown>, as: string): Promise<TestDatabase> {
  const { databaseUrl, databaseAppUrl } = service.database;
  const [from, to] = [nameOf(databaseUrl), `${nameOf(databaseUrl)}_${as}`];
  const run = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: on(databaseUrl, 'postgres') });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await run(
    `ALTER DATABASE ${from} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`,
    `CREATE DATABASE ${to} TEMPLATE ${from}`,
    `ALTER DATABASE ${from} ALLOW_CONNECTIONS true`,
  );
  return {
    databaseUrl: on(databaseUrl, to),
    databaseAppUrl: on(databaseAppUrl, to),
    drop: () => run(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`),
  };
}
