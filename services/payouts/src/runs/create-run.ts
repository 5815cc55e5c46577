import { createRun } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, created, NotYetKnown, Rejected, type Route } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { lastMsOfDay } from '../schedules/domain/schedule-dates.js';
import { buildRun, type RunOrder } from '../shared/build-run.js';
import { payingBrands } from '../shared/claim-payables.js';
import { matureAll } from '../shared/mature-entries.js';
import { runView } from '../shared/run-view.js';
import { nothingToPay } from './nothing-to-pay.js';
import { findRun } from './run-store.js';

/** Matures what is due, then claims what is payable into a run. */
export function createRunRoute(parts: Parts): Route {
  return command(createRun, async ({ tx, body, now, context }) => {
    const asOf = body.asOf === undefined ? now : new Date(body.asOf);
    if (asOf > now) throw new Rejected('request-invalid', { errors: [{ pointer: '/asOf', rule: 'must not lie in the future' }] });
    await requireBrandsKnown(tx, body.brandIds);
    await matureAll(tx, parts.outbox, context, now);
    const { runId, left } = await buildRun(tx, parts, {
      brandIds: body.brandIds ?? null,
      currency: body.currency ?? null,
      asOf,
      cutOffOf: cutOffFrom(body.earnedUntil),
      clearedBefore: null,
      minimum: body.minimum === undefined ? null : BigInt(body.minimum),
      rail: null,
      include: body.include ?? null,
      exclude: body.exclude ?? [],
      builtBy: context.actorId,
      scheduled: null,
      withdrawal: null,
      context,
      now,
    });
    if (runId === null) throw nothingToPay(left);
    const run = await findRun(tx, runId);
    if (!run) throw new Error(`run ${runId} was not written`);
    const view = await runView(tx, run);
    if (body.planHash !== undefined && body.planHash !== view.planHash)
      throw new Rejected('version-stale', { detail: 'What is payable, or how it is paid, has changed since the dry run' });
    return created(view, { headers: { location: `/api/v1/payout-runs/${runId}` } });
  });
}

/** A day is in to its last millisecond, on the clocks of the brand. */
function cutOffFrom(earnedUntil: string | undefined): RunOrder['cutOffOf'] {
  if (earnedUntil === undefined) return null;
  return ({ timeZone }) => (earnedUntil.includes('T') ? new Date(earnedUntil) : lastMsOfDay(earnedUntil, timeZone));
}

async function requireBrandsKnown(tx: Tx, brandIds: readonly string[] | undefined): Promise<void> {
  if (!brandIds) return;
  const known = await payingBrands(tx, brandIds);
  const missing = brandIds.find((brandId) => !known.has(brandId));
  if (missing !== undefined) throw new NotYetKnown('brand', missing);
}
