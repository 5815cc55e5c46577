import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { monthRange } from '@tributary/engine';
import { everything } from '@tributary/service-kit';
import { startWorld, type World } from './builders.js';
import { close, manyShares } from './months.js';

const partners = Number(process.env['TRIBUTARY_SCALE'] ?? 10_000);
/** A month of a partner with a handful of players. The close pays for each month, plain SQL for each fact: the fewer facts, the more times. */
const factsEach = Number(process.env['TRIBUTARY_FACTS'] ?? 50);
/** How many times what plain SQL takes the close may take: its explanations, journal, statements and events are more than totals. */
const timesPlain = 10;

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-07-01T12:00:00Z' });
  await manyShares(world, partners, factsEach, {
    components: [
      {
        name: 'share',
        on: 'player-activity',
        model: 'revshare',
        rate: '0.40',
        carryover: { policy: 'component', unit: 'base' },
        waterfall: {
          name: 'net-revenue',
          version: 1,
          lines: [
            { name: 'bonuses', effect: 'deduct', of: 'bonuses' },
            { name: 'fees', effect: 'deduct', of: 'fees' },
            { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.10' },
          ],
        },
      },
    ],
  });
  await repeatMarch(world);
}, 300_000);
afterAll(() => world.service.stop());

/** The next two months, like March. */
async function repeatMarch({ service }: World): Promise<void> {
  for (const months of [1, 2]) {
    await service.sql(
      `INSERT INTO conversion (conversion_id, level, brand_id, program_id, partner_id, event_id, kind, occurred_at, currency, correlation_id, message_id, rated_level, customer_id, details)
       SELECT conversion_id || '-' || $1, level, brand_id, program_id, partner_id, event_id, kind, occurred_at + $1::int * interval '1 month', currency, correlation_id, message_id, rated_level, customer_id, details
       FROM conversion WHERE occurred_at < '2026-03-31T22:00:00Z'`,
      [months],
    );
  }
  await service.sql('ANALYZE conversion');
}

/** What a script would do that knows these terms: add up, deduct, share, round, and keep one row for each partner. */
const plain = /* sql */ `
INSERT INTO plain_total
SELECT deal_id, partner_id, $2, gross, bonuses, fees, gross * 0.9 - bonuses - fees, round((gross * 0.9 - bonuses - fees) * 0.4)
FROM (
  SELECT deal.deal_id, deal.partner_id, sum((told.details ->> 'grossRevenue')::numeric) AS gross,
    sum((told.details -> 'deductions' ->> 'bonuses')::numeric) AS bonuses, sum((told.details -> 'deductions' ->> 'fees')::numeric) AS fees
  FROM deal_version AS deal JOIN conversion AS told ON told.brand_id = deal.brand_id AND told.partner_id = deal.partner_id AND told.program_id = deal.program_id
    AND told.kind = 'player-activity' AND told.occurred_at >= $3 AND told.occurred_at < $4
  WHERE deal.brand_id = $1 GROUP BY deal.deal_id, deal.partner_id
) AS sums`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const months = ['2026-03', '2026-04', '2026-05'];

test(`the close of ${partners} revenue shares takes at most ${timesPlain} times what plain SQL takes for the same sums`, async () => {
  const { service, brandId } = world;
  await service.sql(`CREATE TABLE plain_total (deal_id text, partner_id text, period text, gross numeric, bonuses numeric, fees numeric, net numeric, total bigint, PRIMARY KEY (deal_id, period));
    GRANT ALL ON plain_total TO PUBLIC`);
  const rounds: { closeMs: number; plainMs: number }[] = [];
  for (const [index, month] of months.entries()) {
    const { from, to } = monthRange(month, 'Europe/Berlin');
    const plainMs = await timed(() => service.db.tx(everything, (tx) => tx.query(plain, [brandId, month, from, to])));
    const closeMs = await timed(async () => {
      await close(world, month).expect(200);
      await service.moveClock(`2026-07-01T12:00:0${index + 1}Z`);
    });
    rounds.push({ closeMs, plainMs });
    process.stdout.write(
      `close of ${partners} months of ${factsEach} facts each: ${Math.round(closeMs)} ms; plain SQL ${Math.round(plainMs)} ms\n`,
    );
  }
  const [compared] = await service.sql<{ statements: number; different: number }>(
    `SELECT count(*)::int AS statements, count(*) FILTER (WHERE plain_total.total IS DISTINCT FROM statement.total)::int AS different
     FROM statement LEFT JOIN plain_total USING (deal_id, period)`,
  );
  expect(compared).toEqual({ statements: months.length * partners, different: 0 });
  const times = rounds.map(({ closeMs, plainMs }) => closeMs / plainMs).sort((a, b) => a - b)[1] ?? 0;
  process.stdout.write(`the close takes ${times.toFixed(1)} times as long (median of ${rounds.length} rounds)\n`);
  expect(times).toBeLessThan(timesPlain);
}, 600_000);
