// Makes a database and its two roles for each service, and sets the roles' passwords to what the environment says. Run before the
// services start, every time: it changes nothing that is there already, so a new service or a new password needs no other step.
//
//   TRIBUTARY_POSTGRES_URL               a superuser's URL
//   TRIBUTARY_<SERVICE>_DB_PASSWORD      for <service>_migrator and <service>_app

import pg from 'pg';

const names = Object.keys(process.env).flatMap((name) => /^TRIBUTARY_([A-Z]+)_DB_PASSWORD$/.exec(name)?.[1]?.toLowerCase() ?? []);
const url = process.env.TRIBUTARY_POSTGRES_URL;
if (!url || names.length === 0) {
  process.stderr.write('TRIBUTARY_POSTGRES_URL and at least one TRIBUTARY_<SERVICE>_DB_PASSWORD must be set\n');
  process.exit(1);
}

const client = new pg.Client({ connectionString: url, application_name: 'make-databases' });
await client.connect();
try {
  for (const service of names) await prepare(service, process.env[`TRIBUTARY_${service.toUpperCase()}_DB_PASSWORD`]);
} finally {
  await client.end();
}

async function prepare(service, password) {
  if (!password) throw new Error(`TRIBUTARY_${service.toUpperCase()}_DB_PASSWORD is empty`);
  const [migrator, app] = [`${service}_migrator`, `${service}_app`];
  for (const role of [migrator, app]) {
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (!rowCount) await client.query(`CREATE ROLE ${pg.escapeIdentifier(role)} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS`);
    await client.query(`ALTER ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
  }
  const database = pg.escapeIdentifier(service);
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [service]);
  if (!rowCount) await client.query(`CREATE DATABASE ${database} OWNER ${pg.escapeIdentifier(migrator)}`);
  // No service reads another's tables: only its own two roles may enter.
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${pg.escapeIdentifier(app)}`);
  process.stdout.write(`${service}: ${rowCount ? 'was there' : 'made'}\n`);
}
