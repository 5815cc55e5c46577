import { periodOf } from '@tributary/calendar';
import { newId, type PayoutCharge } from '@tributary/contracts';
import { type EventContext, goingBackTo, type Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { sumOfCharges } from '../ledger/domain/charges.js';
import { claim } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import type { Parts } from '../parts.js';
import { type EligibilityRule, firstNotMet } from '../runs/domain/eligibility.js';
import { type ClaimedGroup, type Routing, routeGroup } from '../runs/domain/split-groups.js';
import type { ForcedTerms } from '../runs/domain/withdrawal-fee.js';
import { monthRange } from '../schedules/domain/schedule-dates.js';
import { paymentRules } from '../schedules/schedule-store.js';
import { brandsWithPayables, claimPayables, lockBrands, payables, payingBrands, payingPartners, unclaim } from './claim-payables.js';
import { crashAround } from './crash-around.js';
import { eligibilityFacts } from './eligibility-facts.js';
import { refuseWhileFrozen } from './freeze.js';
import { limitsBroken } from './over-limit.js';
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
  const runId = newId('run');
  const brandIds = await brandsWithPayables(tx, order);
  await lockBrands(tx, brandIds);
  const started = { ...order, runId, cutOffs: await cutOffsOf(tx, brandIds, order) };
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

/** One stage after the other for some balances. A stage sees all of them, and what the stages before wrote of those that came earlier. */
async function buildSome(tx: Tx, parts: Parts, order: Started, owed: Parameters<typeof claimPayables>[2], built: Built): Promise<void> {
  const claims = await claimPayables(tx, order, owed);
  parts.crashPoint('payouts.after-claim');
  const planned = await plan(
    tx,
    order,
    claims.map(({ group }) => group),
    parts.settings.payoutsPerRun - built.payouts,
  );
  const outcomes = claims.map((claim, index) => ({ claim, routing: planned[index]?.routing ?? { leftOut: 'nothing-due' as const } }));
  const paid = outcomes.flatMap(({ claim, routing }) => ('rail' in routing ? [{ ...claim, routing, charges: chargesOf(routing) }] : []));
  const left = outcomes.flatMap(({ claim, routing }) => ('leftOut' in routing ? [{ claim, routing }] : []));
  await unclaim(
    tx,
    left.map(({ claim }) => claim),
  );
  if (built.payouts === 0 && paid.length > 0) await beginRun(tx, order);
  await pay(tx, parts, order, paid);
  const named = left.map(({ claim, routing }) => ({ group: claim.group, reason: routing.leftOut, rule: routing.rule }));
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

interface Planned {
  group: ClaimedGroup;
  routing: Routing;
  offsets: Offsets;
}

/** An order on its way. */
export interface Started extends RunOrder {
  runId: string;
  cutOffs: ReadonlyMap<string, Date>;
}

/** What becomes of each group, in their order: at most `room` are paid. */
async function plan(tx: Tx, order: Started, groups: readonly ClaimedGroup[], room: number): Promise<Planned[]> {
  const brandIds = [...new Set(groups.map(({ brandId }) => brandId))];
  const brands = await payingBrands(tx, brandIds);
  const partners = await payingPartners(tx, [...new Set(groups.map(({ partnerId }) => partnerId))]);
  const { minimum, rail, now } = order;
  const { minimums, eligibility } = await paymentRules(tx, brandIds);
  const notMet = await whoIsNotEligible(tx, order, groups, eligibility, brands);
  const rules = {
    minimum,
    rail,
    now,
    minimums,
    withdrawal: order.withdrawal,
    exclude: new Set(order.exclude),
  };
  const routed = groups.map((group) => ({
    group,
    routing: routeGroup(group, brands.get(group.brandId), partners.get(group.partnerId), rules),
  }));
  return leaveOut(routed, await overLimits(tx, routed, now), room);
}

/** The limit that each balance would break, by its place. */
async function overLimits(tx: Tx, routed: readonly Planned[], now: Date): Promise<Map<number, string>> {
  const outgoing = routed.flatMap(({ group, routing }, index) => {
    if ('leftOut' in routing) return [];
    const amount = group.amount + sumOfCharges(chargesOf(routing));
    return [{ ...group, amount, index, sandbox: routing.sandbox, accountHmac: routing.method?.accountHmac ?? '' }];
  });
  const broken = await limitsBroken(tx, outgoing, { now, unsent: true });
  return new Map(outgoing.flatMap(({ index }, position) => (broken[position] === undefined ? [] : [[index, broken[position]] as const])));
}

/** What breaks a limit stays in the balance, and what finds no room in the run. */
function leaveOut(routed: readonly Planned[], overLimit: ReadonlyMap<number, string>, payoutsPerRun: number): Planned[] {
  let room = payoutsPerRun;
  return routed.map(({ group, routing }, index) => {
    if ('leftOut' in routing) return { group, routing };
    const rule = overLimit.get(index);
    if (rule !== undefined) return { group, routing: { leftOut: 'over-limit', rule } };
    if (room === 0) return { group, routing: { leftOut: 'run-full' } };
    room--;
    book.take(group, offsets);
    return { group, routing, offsets };
  });
}

/** A balance that debts elsewhere use up waits: what is left over, once there is more, is paid. */
const whyNothing = (routing: Extract<Routing, { leftOut: LeftOutReason }>, { shares }: Offsets): Routing =>
  routing.leftOut === 'nothing-due' && shares.length > 0 ? { leftOut: 'owed-elsewhere' } : routing;

/** The groups that break a rule of their schedule, each with the first such rule. */
async function whoIsNotEligible(
  tx: Tx,
  { cutOffs, scheduled, now }: Started,
  groups: readonly ClaimedGroup[],
  eligibility: ReadonlyMap<string, readonly EligibilityRule[]>,
  brands: ReadonlyMap<string, { timeZone: string }>,
): Promise<Map<ClaimedGroup, string>> {
  const rulesOf = ({ brandId, currency }: ClaimedGroup) => eligibility.get(`${brandId} ${currency}`) ?? [];
  const judged = groups.filter((group) => rulesOf(group).length > 0);
  const months = new Map(
    [...new Set(judged.map(({ brandId }) => brandId))].map((brandId) => {
      const timeZone = brands.get(brandId)?.timeZone ?? 'UTC';
      return [brandId, monthRange(scheduled?.period ?? periodOf((cutOffs.get(brandId) ?? now).toISOString(), timeZone), timeZone)];
    }),
  );
  const facts = await eligibilityFacts(tx, judged, months, now);
  return new Map(
    judged.flatMap((group, index) => {
      const rule = firstNotMet(rulesOf(group), facts[index] ?? {});
      return rule === undefined ? [] : [[group, rule] as const];
    }),
  );
}

async function pay(tx: Tx, parts: Parts, { runId, context, now }: Started, paid: readonly PaidGroup[]): Promise<void> {
  if (paid.length === 0) return;
  const payouts = await writePayouts(tx, runId, paid, now);
  const origins = await tracesOfEntries(
    tx,
    paid.map(({ payoutId }) => payoutId),
  );
  await goingBackTo('payouts create run', origins, spanAttributes(parts, context), async () => {
    await post(
      tx,
      parts.outbox,
      payouts.map(({ payout }) => ({ posting: claim(payout, now), context })),
      now,
    );
    await writeOffsets(
      tx,
      parts,
      payouts.map(({ payout, shares }) => ({ ...payout, shares })),
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

type TaxedPaidGroup = PaidGroup & { tax: PayoutTax | undefined };

/** What is paid otherwise than earned: fees first, tax of what is left. */
async function withCharges(tx: Tx, routed: readonly Omit<PaidGroup, 'charges'>[], now: Date): Promise<TaxedPaidGroup[]> {
  const taxed = routed.map(({ group, routing }) => ({ ...group, net: group.amount, base: group.amount - routing.fee.charged }));
  const brands = await payingBrands(tx, [...new Set(taxed.map(({ brandId }) => brandId))]);
  const taxes = await taxesOf(tx, taxed, brands, now);
  return routed.map(({ group, routing }, index) => {
    const tax = taxed[index] && taxes.get(taxed[index]);
    return { group, routing, tax, charges: [...feesOf(routing), ...taxCharges(tax)] };
  });
}

const feesOf = ({ fee }: PaidGroup['routing']): PayoutCharge[] =>
  fee.charged === 0n ? [] : [{ kind: 'fee', amount: toWireAmount(-fee.charged) }];
