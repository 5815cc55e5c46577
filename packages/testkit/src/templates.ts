import { randomBytes } from 'node:crypto';
import { withDatabase } from '@tributary/local-postgres';
import { type DatabaseNeeds, type DatabaseUrls, migrate, migrationsFingerprint } from '@tributary/service-kit';
import pg from 'pg';

const application = { user: 'tributary_test_app', password: 'app' };

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlsOf(server: string, database: string): DatabaseUrls {
  return { databaseUrl: withDatabase(server, database), databaseAppUrl: withDatabase(server, database, application) };
}

/**
 * The migrated template of a service, made once per server and set of migrations. Test files in other processes that ask meanwhile
 * wait. A template that was begun and not finished is made anew.
 */
async function templateFor(server: string, needs: DatabaseNeeds): Promise<string> {
  const template = `template_${needs.name}_${migrationsFingerprint(needs)}`;
  await onServer(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const { rows } = await client.query<{ finished: boolean }>('SELECT datistemplate AS finished FROM pg_database WHERE datname = $1', [
      template,
    ]);
    if (rows[0]?.finished) return;
    await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${template}`);
    await migrate({ ...needs, ...urlsOf(server, template) });
    await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
  });
  return template;
}

export interface TestDatabase extends DatabaseUrls {
  drop(): Promise<void>;
}

/** A migrated database of its own for one test file, copied from the service's template in tens of milliseconds. */
export async function createTestDatabase(server: string, needs: DatabaseNeeds): Promise<TestDatabase> {
  const template = await templateFor(server, needs);
  const database = `test_${needs.name}_${randomBytes(6).toString('hex')}`;
  await onServer(server, (client) => client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`));
  return {
    ...urlsOf(server, database),
    drop: () => onServer(server, async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`))),
  };
}
