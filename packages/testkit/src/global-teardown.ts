import type {} from './global-setup.js';

/** Jest's global tear-down: stops what the set-up started. */
export default async function tearDown(): Promise<void> {
  await globalThis.tributaryTestPostgres?.stop();
}
