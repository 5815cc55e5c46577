import { txOver } from '@tributary/service-kit';
import type pg from 'pg';
import { knownBrands } from './intake.js';

/** Waits for brands to become known: their snapshots come soon after, not before, the first event that names them. Answers those that did not. */
export function brandWaiter(pool: pg.Pool, waitMs: number): (brandIds: readonly string[]) => Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  const none: ReadonlySet<string> = new Set();
  return async (brandIds) => {
    const strange = () => brandIds.filter((id) => !known.has(id));
    if (strange().length === 0) return none;
    const deadline = Date.now() + waitMs;
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 250)) {
      for (const id of await knownBrands(txOver(pool), strange())) known.add(id);
      const left = strange();
      if (left.length === 0 || Date.now() + pauseMs > deadline) return new Set(left);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
}
