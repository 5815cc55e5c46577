import { bucketOf, bucketRange } from '@tributary/calendar';
import { createWithdrawal } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, created, NotYetKnown, type Route } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { allSchedules, type ScheduleRow } from '../schedules/schedule-store.js';
import { buildRun } from '../shared/build-run.js';
import { lockBrands, payingBrands } from '../shared/claim-payables.js';
import { matureAll } from '../shared/mature-entries.js';
import { runView } from '../shared/run-view.js';
import { nothingToPay } from './nothing-to-pay.js';
import { findRun } from './run-store.js';

/** Asks for a partner's balance to be paid before it has reached the minimum: a run of one payout, less the fee. */
export function createWithdrawalRoute(parts: Parts): Route {
  return command(createWithdrawal, async ({ params: { partnerId }, body, tx, now, context, scope }) => {
    const { brandId } = body;
    if (!(await seesPartner(tx, partnerId, scope))) throw new NotYetKnown('partner', partnerId);
    const brand = (await payingBrands(tx, [brandId])).get(brandId);
    if (!brand) throw new NotYetKnown('brand', brandId);
    const { currency = brand.currency } = body;
    await matureAll(tx, parts.outbox, context, now);
    // Of two that are asked for at once, the second sees what the first has had waived.
    await lockBrands(tx, [brandId]);
    const schedule = (await allSchedules(tx, [brandId])).findLast((each) => each.currency === currency);
    const forced = schedule?.forced ?? null;
    const { runId, left } = await buildRun(tx, parts, {
      brandIds: [brandId],
      currency,
      asOf: now,
      cutOffOf: null,
      clearedBefore: null,
      minimum: null,
      rail: null,
      include: [partnerId],
      exclude: [],
      builtBy: context.actorId,
      scheduled: null,
      withdrawal: { forced, allowanceLeft: schedule ? await allowanceLeft(tx, schedule, partnerId, now) : 0n },
      context,
      now,
    });
    const run = runId === null ? undefined : await findRun(tx, runId);
    if (!run) throw nothingToPay(left);
    return created(await runView(tx, run), { headers: { location: `/api/v1/payout-runs/${run.id}` } });
  });
}

/** What is left of the allowance in its month or year; what came to nothing has used nothing of it. */
async function allowanceLeft(tx: Tx, { brandId, currency, forced, timeZone }: ScheduleRow, partnerId: string, now: Date): Promise<bigint> {
  if (!forced?.waivedUpTo) return 0n;
  const { amount, per } = forced.waivedUpTo;
  const from = per === 'all' ? new Date(0) : new Date(bucketRange(bucketOf(now.toISOString(), per, timeZone), timeZone).from);
  const { rows } = await tx.query<{ waived: bigint }>(
    `SELECT coalesce(sum(fee_waived), 0)::bigint AS waived FROM payout WHERE partner_id = $1 AND brand_id = $2 AND coalesce(exchange ->> 'currency', currency) = $3 AND created_at >= $4 AND status NOT IN ('failed', 'returned')`,
    [partnerId, brandId, currency, from],
  );
  return BigInt(amount) - (rows[0]?.waived ?? 0n);
}
