import { getOutcomeCounts } from '@tributary/contracts';
import { ok, query } from '@tributary/service-kit';
import type { OutcomeStore } from './outcome-store.js';

/** Every accepted conversion stands in exactly one outcome, so the counts sum to their number. */
export const getOutcomesRoute = (outcomes: OutcomeStore) =>
  query(getOutcomeCounts, async ({ query: { brandId }, scope }) => {
    const counts = await outcomes.count(scope, brandId);
    return ok({
      conversions: counts.reduce((total, { conversions }) => total + conversions, 0),
      outcomes: Object.fromEntries(counts.map(({ outcome, conversions }) => [outcome, conversions])),
    });
  });
