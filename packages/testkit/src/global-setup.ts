import * as tsx from 'tsx/cjs/api';
import type { TestPostgres } from './postgres.js';

declare global {
  var tributaryTestPostgres: TestPostgres | undefined;
}

/** Jest's global set-up: one PostgreSQL for the whole run, its URL handed to the workers by the environment. */
export default async function setUp(): Promise<void> {
  // Jest compiles this one file to CommonJS and resolves its imports as Node does, so the TypeScript beside it comes through tsx.
  const module: typeof import('./postgres.js') = tsx.require('./postgres.ts', __filename);
  if (process.env[module.reuseVariable]) return;
  const postgres = await module.startTestPostgres();
  globalThis.tributaryTestPostgres = postgres;
  process.env[module.reuseVariable] = postgres.url;
}
