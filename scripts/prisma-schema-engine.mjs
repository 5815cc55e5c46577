#!/usr/bin/env node
// Stands in for Prisma's native schema engine, which the Prisma CLI would otherwise download: the same arguments and
// the same JSON-RPC over stdio, served by the WebAssembly build of that engine (@prisma/schema-engine-wasm) through
// @prisma/adapter-pg. So `generate` and `migrate` work without a network, and they write the very rows in
// `_prisma_migrations` that the native engine writes: either may take over a database from the other.
//
// scripts/prisma.mjs points PRISMA_SCHEMA_ENGINE_BINARY here. TRIBUTARY_PRISMA_TRACE=1 prints each request.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { PrismaPg } = require('@prisma/adapter-pg');
const { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } = require('@prisma/driver-adapter-utils');
const pg = require('pg');

const CHAR_TYPE = 18; // the catalogue type "char", which adapter-pg refuses
const BPCHAR_TYPE = 1042; // character(n), which it reads the same way

const JSON_RPC_FAILURE = 4466; // what the CLI expects of an engine error

async function main(argv) {
  const options = readArguments(argv);
  const glue = await loadEngine();
  if (options.version) {
    process.stdout.write(`schema-engine-cli ${glue.version()}\n`);
    return;
  }
  if (options.command) {
    process.exitCode = await runCommand(options.command, new URL(options.datasource.url));
    return;
  }
  await serve(glue, options);
}

/** `[--datamodels file]... [--datasource json] [cli <command> | --version]` */
function readArguments(argv) {
  const options = { datamodels: [], datasource: {}, command: undefined, version: false };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--datamodels') options.datamodels.push(argv[++i]);
    else if (argv[i] === '--datasource') options.datasource = JSON.parse(argv[++i]);
    else if (argv[i] === 'cli') options.command = argv[++i];
    else if (argv[i] === '--version') options.version = true;
  }
  return options;
}

async function loadEngine() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => (panic = message) };
  const folder = path.dirname(require.resolve('@prisma/schema-engine-wasm'));
  const glue = await import(pathToFileURL(path.join(folder, 'schema_engine_bg.js')).href);
  const module = new WebAssembly.Module(readFileSync(path.join(folder, 'schema_engine_bg.wasm')));
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}

// --- `cli` commands: does the database answer, make it, drop it -------------------------------------------------

async function runCommand(command, url) {
  const name = decodeURIComponent(url.pathname.slice(1));
  const quoted = `"${name.replaceAll('"', '""')}"`;
  const server = new URL(url);
  server.pathname = '/postgres';
  process.stderr.write('\n');
  try {
    if (command === 'can-connect-to-database') await onServer(url.href, 'SELECT 1');
    else if (command === 'create-database') await onServer(server.href, `CREATE DATABASE ${quoted}`);
    else if (command === 'drop-database') await onServer(server.href, `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
    else throw new Error(`unknown command ${command}`);
    logLine('INFO', 'done');
    return 0;
  } catch (error) {
    const code = { '3D000': 'P1003', '28P01': 'P1000' }[error.code] ?? 'P1001';
    logLine('ERROR', error.message, { error_code: code, is_panic: false });
    return 1;
  }
}

async function onServer(connectionString, statement) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function logLine(level, message, extra = {}) {
  const line = { level, target: 'schema_engine::logger', timestamp: new Date().toISOString(), fields: { message, ...extra } };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

// --- JSON-RPC over stdio ----------------------------------------------------------------------------------------

let panic; // the message of the engine's panic, which then surfaces outside of any promise
let current; // the id of the request in work

async function serve(glue, { datamodels, datasource }) {
  process.on('uncaughtException', (error) => {
    fail(panic ?? error.message, { is_panic: panic !== undefined }); // the CLI would take a silent end for success
    process.exitCode = 1;
    process.stdin.destroy();
  });
  let started;
  const engine = () => {
    started ??= glue.SchemaEngine.new(
      { datamodels: datamodels.length > 0 ? datamodels.map((file) => [file, readFileSync(file, 'utf8')]) : undefined },
      (line) => process.env.DEBUG && process.stderr.write(`${line}\n`),
      bindMigrationAwareSqlAdapterFactory(new CatalogAwarePg(poolConfig(datasource.url))),
    );
    return started;
  };
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    if (process.env.TRIBUTARY_PRISMA_TRACE) process.stderr.write(`> ${line.slice(0, 400)}\n`);
    const { id, method, params } = JSON.parse(line);
    if (!method) continue; // the CLI's answer to our `print`
    current = id;
    try {
      send({ id, result: await answer(await engine(), method, params) });
    } catch (error) {
      fail(error.message, { error_code: error.code ?? 'UNKNOWN' });
    }
  }
}

let printed = 0;

async function answer(engine, method, params) {
  if (method === 'debugPanic') return null;
  if (method === 'getDatabaseVersion') return engine.version(null);
  if (method !== 'diff') return (await engine[method](params)) ?? {};
  const { stdout, exitCode } = await engine.diff(params);
  if (stdout != null) send({ id: `print${++printed}`, method: 'print', params: { content: stdout } });
  return { exitCode };
}

function fail(message, data = {}) {
  send({ id: current, error: { code: JSON_RPC_FAILURE, message, data: { is_panic: false, message, meta: null, ...data } } });
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

// --- the driver -------------------------------------------------------------------------------------------------

// The adapter makes its shadow database by overriding `database`; a connection string would win over that and send the
// engine to the real database. So the parts are spelled out.
function poolConfig(url = 'postgres://localhost/postgres') {
  const parts = new URL(url);
  return {
    host: parts.hostname,
    port: Number(parts.port || 5432),
    user: decodeURIComponent(parts.username),
    password: decodeURIComponent(parts.password),
    database: decodeURIComponent(parts.pathname.slice(1)),
    ssl: parts.searchParams.get('sslmode') === 'require' || undefined,
  };
}

class CatalogAwarePg extends PrismaPg {
  async connect() {
    return withWholeScripts(withReadableCatalog(await super.connect()));
  }

  // The stock version drops the shadow database while its own pool is still connected to it.
  async connectToShadowDb() {
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    const admin = await this.connect();
    await admin.executeScript(`CREATE DATABASE "${name}"`);
    const shadow = await new CatalogAwarePg({ ...this.config, database: name }).connect();
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await admin.executeScript(`DROP DATABASE "${name}" WITH (FORCE)`);
      await admin.dispose();
    };
    return shadow;
  }
}

/**
 * The engine reads columns of type "char" from the catalogue (constraint kinds, for one) and panics unless they come as
 * characters; the adapter refuses the type altogether. So it is shown as character(n), and named Character afterwards.
 */
function withReadableCatalog(queryable) {
  const charColumns = new WeakMap(); // query -> positions of its "char" columns
  const performIO = queryable.performIO.bind(queryable);
  const queryRaw = queryable.queryRaw.bind(queryable);
  queryable.performIO = async (query) => {
    const result = await performIO(query);
    const chars = result.fields?.filter((field) => field.dataTypeID === CHAR_TYPE) ?? [];
    charColumns.set(
      query,
      chars.map((field) => result.fields.indexOf(field)),
    );
    for (const field of chars) field.dataTypeID = BPCHAR_TYPE;
    return result;
  };
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const position of charColumns.get(query) ?? []) result.columnTypes[position] = ColumnTypeEnum.Character;
    return result;
  };
  const startTransaction = queryable.startTransaction?.bind(queryable);
  if (startTransaction) queryable.startTransaction = async (...args) => withReadableCatalog(await startTransaction(...args));
  return queryable;
}

/** The adapter cuts scripts at every semicolon, also in the body of a function. PostgreSQL takes them whole. */
function withWholeScripts(adapter) {
  adapter.executeScript = async (script) => {
    try {
      await adapter.client.query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
  return adapter;
}

await main(process.argv.slice(2));
