import pg from 'pg';

/** Runs one statement on a server and closes the connection. */
export async function execute(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same server with another database or user. */
export function withDatabase(url: string, database: string, account?: { user: string; password: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (account) {
    changed.username = account.user;
    changed.password = account.password;
  }
  return changed.toString();
}
