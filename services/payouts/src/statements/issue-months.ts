import { nextPeriod, periodOf } from '@tributary/calendar';
import { issueAccountStatements } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import { everyBrand, type Parts } from '../parts.js';
import { monthRange, monthsBefore } from '../schedules/domain/schedule-dates.js';
import { issueNext, type StatedMonth, type Which } from './issue-statements.js';
import { statementsWhere } from './statement-store.js';
import { statementView } from './statement-view.js';

const start: Which['after'] = ['', ''];

/**
 * The job: states each month of each brand once it is over, the earliest first. It may stop anywhere and be run again: accounts are
 * taken in chunks, each in a transaction of its own, and those that are stated are not taken again.
 */
export function issueStatements(parts: Parts): (now: Date) => Promise<void> {
  return async (now) => {
    for (const month of await parts.db.tx(everyBrand, (tx) => monthsDue(tx, now))) {
      await issueMonth(parts, month, now).catch((error: unknown) => {
        const { brandId, period } = month;
        parts.log.error({ err: error, brandId, period }, 'the statements of a month could not be issued; it will be tried again');
      });
    }
  };
}

async function issueMonth(parts: Parts, month: StatedMonth, now: Date): Promise<void> {
  const { brandId, period } = month;
  const scope = { brandIds: [brandId] };
  const context = {
    correlationId: `statements:${brandId}:${period}`,
    actorId: `system:${parts.name}`,
    actorKind: 'system',
  } as const;
  const limit = parts.settings.statementsPerBatch;
  for (let after: Which['after'] | null = start; after !== null; ) {
    const from: Which['after'] = after;
    after = await parts.db.tx(scope, (tx) => issueNext(tx, parts, month, { partnerId: null, after: from, limit }, context, now));
    parts.crashPoint('payouts.between-statements');
  }
  await parts.db.tx(scope, (tx) =>
    tx.query('INSERT INTO statement_month (brand_id, period, issued_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      brandId,
      period,
      now,
    ]),
  );
}

interface BrandClock {
  brandId: string;
  brandName: string;
  timeZone: string;
}
const brands = /* sql */ `SELECT brand_id AS "brandId", name AS "brandName", time_zone AS "timeZone", (SELECT max(period) FROM statement_month m WHERE m.brand_id = b.brand_id) AS last FROM brand_profile b`;

/** Last month, and every one since the last that is done. What lies before a brand's first month stands in it. */
async function monthsDue(tx: Tx, now: Date): Promise<StatedMonth[]> {
  const { rows } = await tx.query<BrandClock & { last: string | null }>(`${brands} ORDER BY brand_id`);
  return rows.flatMap(({ last, ...brand }) => {
    const newest = monthsBefore(periodOf(now.toISOString(), brand.timeZone), 1);
    const months: StatedMonth[] = [];
    for (let period = last === null ? newest : nextPeriod(last); period <= newest; period = nextPeriod(period))
      months.push(monthOf(brand, period));
    return months;
  });
}

const monthOf = (brand: BrandClock, period: string): StatedMonth => ({
  ...brand,
  period,
  bookedBefore: monthRange(period, brand.timeZone).to,
});

/** States a month of one partner now. */
export function issueAccountStatementsRoute(parts: Parts): Route {
  return command(issueAccountStatements, async ({ params: { partnerId }, body: { brandId, period }, tx, context, now }) => {
    const { rows } = await tx.query<BrandClock>(`${brands} WHERE brand_id = $1`, [brandId]);
    const [brand] = rows;
    if (!brand) throw new NotYetKnown('brand', brandId);
    const enrolled = await tx.query('SELECT 1 FROM enrollment_profile WHERE partner_id = $1 AND brand_id = $2', [partnerId, brandId]);
    if (enrolled.rows.length === 0) return reject('not-found');
    const month = monthOf({ brandId, brandName: brand.brandName, timeZone: brand.timeZone }, period);
    if (month.bookedBefore > now) return reject('period-not-over');
    await issueNext(tx, parts, month, { partnerId, after: start, limit: 500 }, context, now);
    const stated = await statementsWhere(tx, { brandId, partnerId, period, limit: 500 });
    return created({ data: stated.map(statementView) });
  });
}
