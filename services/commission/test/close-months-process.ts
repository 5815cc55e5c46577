import { monthRange } from '@tributary/engine';
import { everything } from '@tributary/service-kit';
import { startWorld, type World } from './builders.js';
import { close, manyShares } from './months.js';
import { startForgetful } from './scale/service.js';

// The program of close-months.long.test.ts: `partners` and `factsEach` are its arguments. Prints what it measured as one line of JSON.

/** What is measured: each month's close beside the same sums in plain SQL, and how many of the statements say what that SQL says. */
export interface Measured {
  rounds: { closeMs: number; plainMs: number }[];
  statements: number;
  different: number;
}

const months = ['2026-03', '2026-04', '2026-05'];

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

async function measured(world: World): Promise<Measured> {
  const { service, brandId } = world;
  await service.sql(`CREATE TABLE plain_total (deal_id text, partner_id text, period text, gross numeric, bonuses numeric, fees numeric, net numeric, total bigint, PRIMARY KEY (deal_id, period));
    GRANT ALL ON plain_total TO PUBLIC`);
  const rounds: Measured['rounds'] = [];
  for (const [index, month] of months.entries()) {
    const { from, to } = monthRange(month, 'Europe/Berlin');
    const plainMs = await timed(() => service.db.tx(everything, (tx) => tx.query(plain, [brandId, month, from, to])));
    const closeMs = await timed(async () => {
      await close(world, month).expect(200);
      await service.moveClock(`2026-07-01T12:00:0${index + 1}Z`);
    });
    rounds.push({ closeMs, plainMs });
  }
  const [compared] = await service.sql<Omit<Measured, 'rounds'>>(
    `SELECT count(*)::int AS statements, count(*) FILTER (WHERE plain_total.total IS DISTINCT FROM statement.total)::int AS different
     FROM statement LEFT JOIN plain_total USING (deal_id, period)`,
  );
  return { rounds, statements: compared?.statements ?? 0, different: compared?.different ?? 0 };
}

const [partners = 0, factsEach = 0] = process.argv.slice(2).map(Number);
const world = await startWorld({ service: await startForgetful('2026-07-01T12:00:00Z') });
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
process.stdout.write(`${JSON.stringify(await measured(world))}\n`);
await world.service.stop();
