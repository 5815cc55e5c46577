import { periodOf } from '@tributary/calendar';
import type { Tx } from '@tributary/messaging';
import { sumOfCharges } from '../ledger/domain/charges.js';
import { type EligibilityRule, firstNotMet } from '../runs/domain/eligibility.js';
import { type ClaimedGroup, type LeftOutReason, type Routing, routeGroup } from '../runs/domain/split-groups.js';
import { monthRange } from '../schedules/domain/schedule-dates.js';
import { paymentRules } from '../schedules/schedule-store.js';
import type { Started } from './build-run.js';
import { payingBrands, payingPartners } from './claim-payables.js';
import { eligibilityFacts } from './eligibility-facts.js';
import { chargesOfOffsets, type Offsets, offsetBook } from './offsets.js';
import { limitsBroken } from './over-limit.js';
import { priceGroups } from './price-groups.js';
import { amountOf, currencyOf, type PaymentTerms } from './write-payouts.js';

/** A balance that is not paid now, and why. */
export interface LeftBehind {
  leftOut: LeftOutReason;
  rule?: string | undefined;
}
export type Decision = PaymentTerms | LeftBehind;
/** A balance that some rail takes, and what debts elsewhere take of it. */
export interface Routed {
  group: ClaimedGroup;
  routing: Extract<Routing, { rail: string }>;
  offsets: Offsets;
}

/** What becomes of each balance, in their order: who is paid and by which rail, how much after offsets, fees, taxes and exchange, within the limits, and at most `room` of them. */
export async function plan(tx: Tx, order: Started, groups: readonly ClaimedGroup[], room: number): Promise<Decision[]> {
  const refused = new Map<ClaimedGroup, Decision>();
  for (;;) {
    const decisions = new Map(refused);
    const open = groups.filter((group) => !refused.has(group));
    const routed = await route(tx, order, open, decisions);
    const priced = await priceGroups(tx, order, routed);
    for (const [group, decision] of priced) decisions.set(group, decision);
    await keepWithinLimits(tx, order, decisions);
    const inVain = settlingInVain(routed, decisions);
    if (inVain.size === 0)
      return leaveFull(
        groups.map((group) => decisions.get(group) ?? { leftOut: 'nothing-due' }),
        room,
      );
    for (const [group, decision] of inVain) refused.set(group, decision);
  }
}

/** Of each partner the first balance that was to settle debts elsewhere and is not paid: without it, his others settle them. */
function settlingInVain(routed: readonly Routed[], decisions: ReadonlyMap<ClaimedGroup, Decision>): Map<ClaimedGroup, Decision> {
  const first = new Map<string, [ClaimedGroup, Decision]>();
  for (const { group, offsets } of routed) {
    const decision = decisions.get(group);
    if (offsets.shares.length > 0 && decision && 'leftOut' in decision && !first.has(group.partnerId))
      first.set(group.partnerId, [group, decision]);
  }
  return new Map(first.values());
}

async function route(tx: Tx, order: Started, groups: readonly ClaimedGroup[], decisions: Map<ClaimedGroup, Decision>): Promise<Routed[]> {
  const brandIds = [...new Set(groups.map(({ brandId }) => brandId))];
  const brands = await payingBrands(tx, brandIds);
  const partners = await payingPartners(tx, [...new Set(groups.map(({ partnerId }) => partnerId))], order.now);
  const { minimums, eligibility } = await paymentRules(tx, brandIds);
  const notMet = await whoIsNotEligible(tx, order, groups, eligibility, brands);
  const { minimum, rail, now, withdrawal, desk } = order;
  const rules = { minimum, rail, now, minimums, withdrawal, exclude: new Set(order.exclude), offers: desk.offers };
  const book = await offsetBook(tx, groups);
  return groups.flatMap((group) => {
    const offsets = book.of(group);
    const net = { ...group, amount: group.amount + sumOfCharges(chargesOfOffsets(offsets)) };
    const own = { ...rules, notMet: () => notMet.get(group) };
    const routing = routeGroup(net, brands.get(group.brandId), partners.get(group.partnerId), own);
    if ('leftOut' in routing) {
      decisions.set(group, whyNothing(routing, offsets));
      return [];
    }
    book.take(group, offsets);
    return [{ group, routing, offsets }];
  });
}

/** A balance that debts elsewhere use up waits: what is left over, once there is more, is paid. */
const whyNothing = (left: LeftBehind, { shares }: Offsets): LeftBehind =>
  left.leftOut === 'nothing-due' && shares.length > 0 ? { leftOut: 'owed-elsewhere' } : left;

/** What breaks a limit stays in the balance. */
async function keepWithinLimits(tx: Tx, { now }: Started, decisions: Map<ClaimedGroup, Decision>): Promise<void> {
  const outgoing = [...decisions].flatMap(([group, terms]) => {
    if ('leftOut' in terms) return [];
    const { sandbox, method } = terms.routing;
    const { partnerId, brandId } = group;
    const paid = { group, ...terms };
    return [
      {
        key: group,
        partnerId,
        brandId,
        currency: currencyOf(paid),
        amount: amountOf(paid),
        sandbox,
        accountHmac: method?.accountHmac ?? '',
      },
    ];
  });
  const broken = await limitsBroken(tx, outgoing, { now, unsent: true });
  for (const [index, { key }] of outgoing.entries()) {
    const rule = broken[index];
    if (rule !== undefined) decisions.set(key, { leftOut: 'over-limit', rule });
  }
}

/** What finds no room in the run waits for the next. */
function leaveFull(decisions: readonly Decision[], room: number): Decision[] {
  let left = room;
  return decisions.map((decision) => {
    if ('leftOut' in decision) return decision;
    if (left === 0) return { leftOut: 'run-full' };
    left--;
    return decision;
  });
}

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
