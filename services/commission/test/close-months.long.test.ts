import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from '@tributary/service-kit';
import { startWorld, type World } from './builders.js';
import { close, manyShares } from './months.js';

const partners = 10_000;
const factsEach = 10;
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
}, 300_000);
afterAll(() => world.service.stop());

/** What a script would do: add up, deduct, share, round, and keep one row for each partner's total and one for each line. */
const plain = /* sql */ `
WITH fact AS (
  SELECT deal.deal_id, deal.partner_id, (told.details ->> 'grossRevenue')::numeric AS gross, (told.details ->> 'turnover')::numeric AS turnover, told.details -> 'deductions' AS deductions
  FROM deal_version AS deal JOIN conversion AS told ON told.brand_id = deal.brand_id AND told.partner_id = deal.partner_id AND told.program_id = deal.program_id
    AND told.kind = 'player-activity' AND told.occurred_at >= '2026-02-28T23:00:00Z' AND told.occurred_at < '2026-03-31T22:00:00Z'
  WHERE deal.brand_id = $1
), taken AS (
  SELECT deal_id, sum(amount) AS amount, jsonb_object_agg(name, amount) AS lines
  FROM (SELECT deal_id, deduction.key AS name, sum(deduction.value::numeric) AS amount FROM fact, jsonb_each_text(deductions) AS deduction GROUP BY 1, 2) AS by_name GROUP BY deal_id
), sums AS (SELECT deal_id, partner_id, sum(gross) AS gross, sum(turnover) AS turnover FROM fact GROUP BY 1, 2), total AS (
  INSERT INTO plain_total SELECT deal_id, partner_id, gross, turnover, gross * 0.9 - taken.amount, round((gross * 0.9 - taken.amount) * 0.4)
  FROM sums JOIN taken USING (deal_id) RETURNING deal_id, gross
)
INSERT INTO plain_line SELECT deal_id, 'admin', gross * -0.1 FROM total
UNION ALL SELECT deal_id, line.key, -line.value::numeric FROM taken, jsonb_each_text(taken.lines) AS line`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

test(`the close of ${partners} revenue shares takes at most ${timesPlain} times what plain SQL takes for the same totals`, async () => {
  const { service, brandId } = world;
  await service.sql(`CREATE TABLE plain_total (deal_id text PRIMARY KEY, partner_id text, gross numeric, turnover numeric, net numeric, total bigint);
    CREATE TABLE plain_line (deal_id text, name text, amount numeric, PRIMARY KEY (deal_id, name));
    GRANT ALL ON plain_total, plain_line TO PUBLIC`);
  const plainMs: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await service.sql('TRUNCATE plain_total, plain_line');
    plainMs.push(await timed(() => service.db.tx(everything, (tx) => tx.query(plain, [brandId]))));
  }
  const closeMs = await timed(async () => {
    await close(world, '2026-03').expect(200);
    await service.moveClock('2026-07-01T12:00:01Z');
  });
  const clockMs = await timed(() => service.moveClock('2026-07-01T12:00:02Z'));
  process.stdout.write(`a move of the clock by itself: ${Math.round(clockMs)} ms\n`);
  const [compared] = await service.sql<{ statements: number; different: number }>(
    `SELECT count(*)::int AS statements, count(*) FILTER (WHERE plain_total.total IS DISTINCT FROM statement.total)::int AS different
     FROM statement LEFT JOIN plain_total USING (deal_id)`,
  );
  expect(compared).toEqual({ statements: partners, different: 0 });
  const sqlMs = plainMs.sort((a, b) => a - b)[1] ?? 0;
  process.stdout.write(
    `close of ${partners} months of ${factsEach} facts each: ${Math.round(closeMs)} ms; plain SQL ${Math.round(sqlMs)} ms; ${(closeMs / sqlMs).toFixed(1)} times\n`,
  );
  expect(closeMs / sqlMs).toBeLessThan(timesPlain);
}, 300_000);
