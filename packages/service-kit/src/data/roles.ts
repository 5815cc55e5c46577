import pg from 'pg';

interface Grants {
  databaseAppUrl: string;
  appendOnly: readonly string[];
}

/**
 * Makes the application role when it is missing (the migrator needs CREATEROLE for that) and gives it what it may do: read and write
 * rows, but nothing except SELECT and INSERT on append-only tables, and no DDL outside of its job queue's schema.
 */
export async function grantApplicationRole(client: pg.Client, options: Grants): Promise<void> {
  const url = new URL(options.databaseAppUrl);
  const name = decodeURIComponent(url.username);
  const role = pg.escapeIdentifier(name);
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  if (!rowCount) await createRole(client, name, decodeURIComponent(url.password));

  const database = pg.escapeIdentifier(client.database ?? '');
  await client.query(`
    GRANT CONNECT ON DATABASE ${database} TO ${role};
    CREATE SCHEMA IF NOT EXISTS pgboss;
    GRANT ALL ON SCHEMA pgboss TO ${role};
    GRANT USAGE ON SCHEMA public, kit, messaging TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, kit, messaging TO ${role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public, kit, messaging TO ${role};
    REVOKE ALL ON public._prisma_migrations FROM ${role};
    GRANT SELECT ON public._prisma_migrations TO ${role};`);
  for (const table of options.appendOnly) {
    await client.query(`REVOKE UPDATE, DELETE, TRUNCATE ON public.${pg.escapeIdentifier(table)} FROM ${role}`);
  }
}

async function createRole(client: pg.Client, name: string, password: string): Promise<void> {
  try {
    await client.query(`CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)} NOSUPERUSER NOBYPASSRLS`);
  } catch (error) {
    // Roles belong to the whole server: another database's migrator may have made it just now.
    const code = (error as { code?: string }).code;
    if (code !== '42710' && code !== '23505') throw error;
  }
}
