import { periodOf } from '@tributary/calendar';
import { newId, type PayoutCharge } from '@tributary/contracts';
import { activeTraceparent, type EventContext, goingBackTo, type Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { groupBy } from '../group-by.js';
import { claim } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import type { Parts } from '../parts.js';
import { type EligibilityRule, firstNotMet } from '../runs/domain/eligibility.js';
import { type ClaimedGroup, type LeftOutReason, type Routing, routeGroup } from '../runs/domain/split-groups.js';
import type { ForcedTerms } from '../runs/domain/withdrawal-fee.js';
import { contentHash } from '../runs/run-store.js';
import { monthRange } from '../schedules/domain/schedule-dates.js';
import { paymentRules } from '../schedules/schedule-store.js';
import { brandsWithPayables, claimPayables, lockBrands, payingBrands, payingPartners, unclaim } from './claim-payables.js';
import { eligibilityFacts } from './eligibility-facts.js';
import { routeRun } from './route-run.js';
import { spanAttributes, tracesOfEntries } from './run-traces.js';
import { amountOf, createdEvents, type PaidGroup, writePayouts } from './write-payouts.js';

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
export interface LeftOut {
  group: ClaimedGroup;
  reason: LeftOutReason;
  rule?: string | undefined;
}

/** Claims what is payable into a run: claims, adds up what was claimed, and gives back what is not paid now. No run of nothing. */
export async function buildRun(tx: Tx, parts: Parts, order: RunOrder): Promise<{ runId: string | null; left: LeftOut[] }> {
  const runId = newId('run');
  const brandIds = await brandsWithPayables(tx, order);
  await lockBrands(tx, brandIds);
  const cutOffs = await cutOffsOf(tx, brandIds, order);
  const groups = await claimPayables(tx, { ...order, runId, cutOffs });
  const planned = await plan(tx, parts, { ...order, runId, cutOffs }, groups);
  const paid = planned.flatMap(({ group, routing }) => ('rail' in routing ? [{ group, routing, charges: chargesOf(routing) }] : []));
  const left = planned.flatMap(({ group, routing }) =>
    'leftOut' in routing ? [{ group, reason: routing.leftOut, rule: routing.rule }] : [],
  );
  await unclaim(
    tx,
    runId,
    left.map(({ group }) => group),
  );
  if (paid.length === 0) return { runId: null, left };
  await insertRun(tx, runId, order, cutOffs, { groups, paid, left });
  await pay(tx, parts, runId, order, paid);
  return { runId, left };
}

/** What was left out, as the API shows it. */
export const leftOutView = ({ group, reason, rule }: LeftOut) => ({
  ...group,
  amount: toWireAmount(group.amount),
  reason,
  ...(rule === undefined ? {} : { rule }),
});

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
}

interface Started extends RunOrder {
  runId: string;
  cutOffs: ReadonlyMap<string, Date>;
}

async function plan(tx: Tx, { settings }: Parts, order: Started, groups: readonly ClaimedGroup[]): Promise<Planned[]> {
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
    notMet: (group: ClaimedGroup) => notMet.get(group),
    withdrawal: order.withdrawal,
    exclude: new Set(order.exclude),
  };
  let room = settings.payoutsPerRun;
  return groups.map((group) => {
    const routing = routeGroup(group, brands.get(group.brandId), partners.get(group.partnerId), rules);
    if ('leftOut' in routing) return { group, routing };
    if (room === 0) return { group, routing: { leftOut: 'run-full' } };
    room--;
    return { group, routing };
  });
}

/** The groups that break a rule of their schedule, each with the first such rule. */
async function whoIsNotEligible(
  tx: Tx,
  { runId, cutOffs, scheduled, now }: Started,
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
  const facts = await eligibilityFacts(tx, runId, judged, months, now);
  return new Map(
    judged.flatMap((group, index) => {
      const rule = firstNotMet(rulesOf(group), facts[index] ?? {});
      return rule === undefined ? [] : [[group, rule] as const];
    }),
  );
}

async function insertRun(
  tx: Tx,
  runId: string,
  order: RunOrder,
  cutOffs: ReadonlyMap<string, Date>,
  { groups, paid, left }: { groups: readonly ClaimedGroup[]; paid: readonly PaidGroup[]; left: readonly LeftOut[] },
): Promise<void> {
  const brandIds = [...new Set([...(order.brandIds ?? []), ...groups.map((group) => group.brandId)])].sort();
  await tx.query(
    `INSERT INTO payout_run (id, status, as_of, brand_ids, currency, minimum, content_hash, built_by, totals, left_out, correlation_id, created_at, traceparents,
       kind, period, schedule_version, cut_offs, include, exclude)
     VALUES ($1, 'draft', $2, $3, $4, $5, '', $6, $7, $8, $9, $10, array_remove(ARRAY[$11], NULL), $12, $13, $14, $15, $16, $17)`,
    [
      runId,
      order.asOf,
      brandIds,
      order.currency,
      order.minimum?.toString() ?? null,
      order.builtBy,
      JSON.stringify(totalsOf(paid)),
      JSON.stringify(left.map(leftOutView)),
      order.context.correlationId,
      order.now,
      activeTraceparent(),
      order.scheduled ? 'schedule' : order.withdrawal ? 'withdrawal' : 'by-hand',
      order.scheduled?.period ?? null,
      order.scheduled?.version ?? null,
      JSON.stringify(
        (order.cutOffOf ? [...cutOffs] : []).map(([brandId, earnedUntil]) => ({ brandId, earnedUntil: earnedUntil.toISOString() })),
      ),
      order.include,
      order.exclude,
    ],
  );
}

async function pay(tx: Tx, parts: Parts, runId: string, { context, now }: RunOrder, paid: readonly PaidGroup[]): Promise<void> {
  const payouts = await writePayouts(tx, runId, paid, now);
  await routeRun(tx, runId, now);
  await tx.query('UPDATE payout_run SET content_hash = $2 WHERE id = $1', [runId, contentHash(payouts.map(({ payout }) => payout))]);
  await goingBackTo('payouts create run', await tracesOfEntries(tx, runId), spanAttributes(parts, context), async () => {
    await post(
      tx,
      parts.outbox,
      payouts.map(({ payout }) => ({ posting: claim(payout, now), context })),
      now,
    );
    await parts.outbox.append(
      tx,
      context,
      payouts.flatMap(({ payout, lines }) => createdEvents(payout, lines, now)),
    );
  });
}

/** What is paid otherwise than earned. */
const chargesOf = ({ fee }: PaidGroup['routing']): PayoutCharge[] =>
  fee.charged === 0n ? [] : [{ kind: 'fee', amount: toWireAmount(-fee.charged) }];

function totalsOf(paid: readonly PaidGroup[]) {
  return [...groupBy(paid, ({ group }) => group.currency)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, each]) => ({
      currency,
      amount: toWireAmount(each.reduce((sum, one) => sum + amountOf(one), 0n)),
      payouts: each.length,
    }));
}
