import { newId } from '@tributary/contracts';
import { type EventContext, goingBackTo, type Tx } from '@tributary/messaging';
import type { ExchangeDesk } from '../exchange/domain/exchange-desk.js';
import { deskOf } from '../exchange/exchange-store.js';
import { claim, exchanged } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import type { Parts } from '../parts.js';
import type { ForcedTerms } from '../runs/domain/withdrawal-fee.js';
import { storePayoutTaxes } from '../tax/payout-tax-store.js';
import { brandsWithPayables, claimPayables, lockBrands, payables, payingBrands, unclaim } from './claim-payables.js';
import { crashAround } from './crash-around.js';
import { shareBuilding } from './erased.js';
import { refuseWhileFrozen } from './freeze.js';
import { withOffsetting, writeOffsets } from './offsets.js';
import { plan } from './plan-run.js';
import { routeRun } from './route-run.js';
import { addUp, type Built, beginRun, finishRun, forgetLeftOut, keepLeftOut, type LeftOut, nothingBuilt } from './run-record.js';
import { spanAttributes, tracesOfEntries } from './run-traces.js';
import { createdEvents, type PaidGroup, writePayouts } from './write-payouts.js';

/** What a run is asked for. */
export interface RunOrder {
  /** Null: every brand that the caller sees. */
  brandIds: readonly string[] | null;
  currency: string | null;
  asOf: Date;
  /** The last millisecond of which earnings of a brand are in; null: `asOf`. */
  cutOffOf: ((brand: { brandId: string; timeZone: string }) => Date) | null;
  /** Before when an amount must have cleared; null: by now. */
  clearedBefore: Date | null;
  /** In each currency; null: that of the schedule of brand and currency, or the brand's own. */
  minimum: bigint | null;
  /** Null: whichever the brand has an account for. */
  rail: string | null;
  /** Null: every partner. */
  include: readonly string[] | null;
  exclude: readonly string[];
  builtBy: string;
  /** The month and version of the schedule that builds it. */
  scheduled: { period: string; version: number } | null;
  /** Asked for below the minimum: on which terms. */
  withdrawal: { forced: ForcedTerms | null; allowanceLeft: bigint } | null;
  context: EventContext;
  now: Date;
}
/**
 * Claims what is payable into a run: some hundred balances at a time are claimed, added up, planned and written, and what is not paid now
 * is given back. All in the caller's transaction, so that it is whole or not at all; however many there are, few are held. No run of nothing.
 */
export async function buildRun(tx: Tx, parts: Parts, order: RunOrder): Promise<{ runId: string | null; left: readonly LeftOut[] }> {
  await refuseWhileFrozen(tx);
  await shareBuilding(tx);
  const runId = newId('run');
  const brandIds = await brandsWithPayables(tx, order);
  await lockBrands(tx, await withOffsetting(tx, brandIds));
  const started = { ...order, runId, cutOffs: await cutOffsOf(tx, brandIds, order), desk: await deskOf(tx, brandIds, order.now) };
  const built = nothingBuilt();
  for await (const owed of payables(tx, started, parts.settings.balancesAtOnce)) await buildSome(tx, parts, started, owed, built);
  if (built.payouts === 0) {
    await forgetLeftOut(tx, runId);
    return { runId: null, left: built.left };
  }
  await routeRun(tx, runId, order.now);
  await finishRun(tx, started, built);
  crashAround(tx, parts, 'build');
  return { runId, left: built.left };
}

/** An order on its way. */
export interface Started extends RunOrder {
  runId: string;
  cutOffs: ReadonlyMap<string, Date>;
  desk: ExchangeDesk;
}

/** One stage after the other for some balances. A stage sees all of them, and what the stages before wrote of those that came earlier. */
async function buildSome(tx: Tx, parts: Parts, order: Started, owed: Parameters<typeof claimPayables>[2], built: Built): Promise<void> {
  const claims = await claimPayables(tx, order, owed);
  parts.crashPoint('payouts.after-claim');
  const decisions = await plan(
    tx,
    order,
    claims.map(({ group }) => group),
    parts.settings.payoutsPerRun - built.payouts,
  );
  const outcomes = claims.map((claim, index) => ({ claim, decision: decisions[index] ?? { leftOut: 'nothing-due' as const } }));
  const paid = outcomes.flatMap(({ claim, decision }) => ('leftOut' in decision ? [] : [{ ...claim, ...decision }]));
  const left = outcomes.flatMap(({ claim, decision }) => ('leftOut' in decision ? [{ claim, ...decision }] : []));
  await unclaim(
    tx,
    left.map(({ claim }) => claim),
  );
  if (built.payouts === 0 && paid.length > 0) await beginRun(tx, order);
  await pay(tx, parts, order, paid);
  const named = left.map(({ claim, leftOut, rule }) => ({ group: claim.group, reason: leftOut, rule }));
  await keepLeftOut(tx, order.runId, named, built.leftOut);
  addUp(built, paid, named);
}

/** Of brands that are not known yet nothing is paid; their balances are named all the same. */
async function cutOffsOf(tx: Tx, brandIds: readonly string[], { asOf, cutOffOf }: RunOrder): Promise<Map<string, Date>> {
  const brands = await payingBrands(tx, brandIds);
  return new Map(
    brandIds.map((brandId) => {
      const brand = brands.get(brandId);
      const cutOff = brand && cutOffOf ? cutOffOf({ brandId, timeZone: brand.timeZone }) : asOf;
      return [brandId, cutOff < asOf ? cutOff : asOf];
    }),
  );
}

async function pay(tx: Tx, parts: Parts, { runId, context, now }: Started, paid: readonly PaidGroup[]): Promise<void> {
  if (paid.length === 0) return;
  const payouts = await writePayouts(tx, runId, paid, now);
  await storePayoutTaxes(
    tx,
    runId,
    paid.flatMap(({ payoutId, tax }) => (tax ? [{ payoutId, tax }] : [])),
  );
  const origins = await tracesOfEntries(
    tx,
    paid.map(({ payoutId }) => payoutId),
  );
  await goingBackTo('payouts create run', origins, spanAttributes(parts, context), async () => {
    await post(
      tx,
      parts.outbox,
      payouts.flatMap(({ payout }) => [claim(payout, now), ...exchanged(payout, now)].map((posting) => ({ posting, context }))),
      now,
    );
    await writeOffsets(
      tx,
      parts,
      // Debts are settled in the currency that was earned, whatever it is paid in.
      payouts.map(({ payout, shares }) => ({ ...payout, currency: payout.exchange?.currency ?? payout.currency, shares })),
      context,
      now,
    );
    await parts.outbox.append(
      tx,
      context,
      payouts.flatMap(({ payout, lines }) => createdEvents(payout, lines, now)),
    );
  });
}
