import { expect } from '@jest/globals';
import type { DealTerms } from '@tributary/contracts';
import type { World } from '../builders.js';
import { aLedger, sale, withPartner } from './history.js';
import { batchSize, consumerOf, type Rows, timed } from './service.js';

/** A retroactive scale by number: with the sale after `bound` every sale of the month goes up. */
const retroactive = (bound: number): DealTerms => ({
  components: [
    {
      name: 'main',
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      tiers: {
        metric: { measure: 'count' },
        reset: 'month',
        scale: 'whole',
        bounds: 'inclusive',
        retroactive: 'all',
        demotion: 'unwind',
        bands: [
          { upTo: bound, rate: '0.10' },
          { upTo: null, rate: '0.12' },
        ],
      },
    },
  ],
});

interface Cost extends Rows {
  ms: number;
  entries: number;
}
export interface CrossingCost {
  /** What one changed entry costs in the crossing, as a multiple of what one costs that is accrued plainly. */
  time: number;
  written: number;
  report: string;
}

/** The cost of the sale that lifts `lines` earlier ones, beside that of accruing as many. */
export async function crossingCost(lines: number): Promise<CrossingCost> {
  const terms = retroactive(lines);
  const warm = await aLedger(terms);
  try {
    await accrue(warm, Math.min(lines, 2_000));
    const world = await withPartner(warm, terms);
    const plain = await accrue(world, lines);
    expect(await totalOf(world)).toBe(`${lines * 100}`);
    const crossing = await accrue(world, 1, lines);
    expect([crossing.entries, await totalOf(world)]).toEqual([lines + 1, `${(lines + 1) * 120}`]);
    const each = ({ entries, ...cost }: Cost, what: 'ms' | 'written' | 'read'): number => cost[what] / entries;
    const shown = (cost: Cost): string =>
      `${cost.ms.toFixed(0)} ms, ${each(cost, 'read').toFixed(1)} rows read and ${each(cost, 'written').toFixed(1)} written an entry`;
    return {
      time: each(crossing, 'ms') / each(plain, 'ms'),
      written: each(crossing, 'written') / each(plain, 'written'),
      report: `${lines} accrued: ${shown(plain)}; lifted by one more: ${shown(crossing)}; ${(each(crossing, 'ms') / each(plain, 'ms')).toFixed(2)} times an entry`,
    };
  } finally {
    await warm.service.stop();
  }
}

/** Sales a second apart in May, some hundred at once. */
async function accrue(world: World, count: number, from = 0): Promise<Cost> {
  const consume = consumerOf(world.service);
  const before = await entries(world);
  const rows: Rows = { read: 0, written: 0 };
  const events = Array.from({ length: count }, (_, index) => sale(world, new Date(Date.UTC(2026, 4, 1) + (from + index) * 1000)));
  const ms = await timed(async () => {
    for (let at = 0; at < count; at += batchSize) {
      const { read, written } = await consume(events.slice(at, at + batchSize));
      rows.read += read;
      rows.written += written;
    }
  });
  return { ...rows, ms, entries: (await entries(world)) - before };
}

async function entries({ service }: World): Promise<number> {
  const [row] = await service.sql<{ count: number }>('SELECT count(*)::int AS count FROM commission_entry');
  return row?.count ?? 0;
}

async function totalOf({ service, partnerIds }: World): Promise<string> {
  const [row] = await service.sql<{ total: string }>('SELECT sum(net)::text AS total FROM commission_scope WHERE partner_id = $1', [
    partnerIds[0],
  ]);
  return row?.total ?? '0';
}
