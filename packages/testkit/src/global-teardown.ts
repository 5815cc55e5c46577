import { once } from 'node:events';
import type {} from './global-setup.js';

/** Jest's global tear-down: stops what the set-up started. */
export default async function tearDown(): Promise<void> {
  const child = globalThis.tributaryTestPostgres;
  if (!child || child.exitCode !== null) return;
  child.stdin?.end();
  await once(child, 'exit');
}
