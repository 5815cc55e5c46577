import { type EventOf, newId } from '@tributary/contracts';
import { contextOf, NotYet, type Outbox, type Tx } from '@tributary/messaging';
import type { Clock } from '@tributary/service-kit';
import type { FactStore } from '../risk/fact-store.js';
import type { Conversion, HitStore } from '../shared/hit-store.js';
import type { PartnerProfile, ProfileStore } from '../shared/profile-store.js';
import type { BrandLimits } from '../shared/routing/domain/default-table.js';
import type { RoutingStore } from '../shared/routing/routing-store.js';
import { type Router, routerFor } from '../shared/routing/tables.js';
import type { ApprovalStore } from './approval-store.js';
import { decided } from './approval-view.js';
import { type Approval, dueFrom } from './domain/approval.js';
import { enter, hitsOn, type StandingHit } from './domain/hold.js';

type Accrued = EventOf<'commission.entry.accrued.v1'>;
export interface ReviewParts {
  approvals: ApprovalStore;
  hits: HitStore;
  routing: RoutingStore;
  facts: Pick<FactStore, 'untold'>;
  profiles: ProfileStore;
  outbox: Outbox;
  clock: Clock;
}

/**
 * Gives every commission entry its approval, and decides at once where nobody is needed. The policies are read with the brands' risk
 * shared: a hit is either stored before the hits are read here, or finds what is written here.
 */
export const onEntryAccrued = (parts: ReviewParts) => async (tx: Tx, events: readonly Accrued[]) => {
  const policies = await parts.profiles.sharePolicies(tx, [...new Set(events.map((event) => event.data.brandId))]);
  const partners = await parts.profiles.partners(tx, [...new Set(events.map((event) => event.data.partnerId))]);
  const now = parts.clock.now();
  const router = await routerFor(parts.routing, tx, policies, [...partners.keys()], now);
  const own = events.map((event) => ({ event, approval: routed(event, { limits: policies, partners, router }, now) }));
  const originals = await originalsOf(parts, tx, own);
  // Where rules judge, nothing is decided on a conversion that they have not seen.
  const untold = await parts.facts.untold(tx, conversionsOf(own), now);
  if (untold) throw new NotYet(`conversion ${untold}`);
  const hits = await parts.hits.standing(tx, conversionsOf(own));
  const final = entered(own, originals, hits, now);
  const added = new Set(
    (
      await parts.approvals.insert(
        tx,
        final.map(({ approval }) => approval),
      )
    ).map((approval) => approval.id),
  );
  const fresh = final.filter(({ approval }) => added.has(approval.id));
  const held = fresh.filter(({ approval }) => approval.status === 'held');
  await parts.hits.addEffects(
    tx,
    held.flatMap(({ approval, hits }) => hits.map(({ id }) => ({ hitId: id, approval, effect: 'held' }))),
  );
  const facts = fresh.flatMap(({ event, approval }) => decided(approval, { cause: event }));
  const first = events[0];
  if (first && facts.length > 0) await parts.outbox.append(tx, contextOf(first, 'approvals'), facts);
};

interface Known {
  limits: ReadonlyMap<string, BrandLimits>;
  partners: ReadonlyMap<string, PartnerProfile>;
  router: Router;
}

function routed(event: Accrued, known: Known, now: Date): Approval {
  const { data } = event;
  const limits = known.limits.get(data.brandId);
  const partner = known.partners.get(data.partnerId);
  if (!limits) throw new NotYet(`brand ${data.brandId}`);
  if (!partner) throw new NotYet(`partner ${data.partnerId}`);
  const amount = BigInt(data.amount);
  const { outcome, sentence, routing } = known.router.route({ ...data, amount, byHand: data.reason === 'adjustment' }, limits, partner);
  const needs = outcome === 'auto' ? 'nobody' : outcome;
  // What corrects upwards follows too while nobody is needed for it: else a rejected commission would be topped up.
  const followsEntryId = amount < 0n || needs === 'nobody' ? data.adjusts : null;
  return {
    id: newId('approval'),
    entryId: data.entryId,
    partnerId: data.partnerId,
    brandId: data.brandId,
    dealId: data.dealId,
    conversionId: data.conversionId,
    amount,
    currency: data.currency,
    status: 'waiting',
    needs,
    route: sentence,
    routing,
    riskLevel: partner.riskLevel,
    makerId: data.dealAuthorId,
    followsEntryId,
    decidedBy: null,
    reason: null,
    createdAt: now,
    decidedAt: null,
    decisions: 0,
    dueAt: dueFrom(routing, now),
    escalatedAt: null,
  };
}

const conversionsOf = (own: readonly { approval: Approval }[]): (Conversion & { partnerId: string })[] =>
  own.flatMap(({ approval: { brandId, conversionId, partnerId } }) =>
    conversionId === null ? [] : [{ brandId, conversionId, partnerId }],
  );

/** As they are kept, with the hits on each: first what stands by itself, then what follows it. */
function entered(
  own: readonly { event: Accrued; approval: Approval }[],
  originals: ReadonlyMap<string, Approval>,
  standing: ReadonlyMap<string, StandingHit[]>,
  now: Date,
) {
  const known = new Map(originals);
  const enterOne = ({ event, approval }: (typeof own)[number]) => {
    const hits = hitsOn(event.data, standing.get(`${approval.brandId}/${approval.conversionId}`) ?? []);
    const original = approval.followsEntryId === null ? undefined : known.get(approval.followsEntryId);
    if (approval.followsEntryId !== null && !original) throw new NotYet(`approval of entry ${approval.followsEntryId}`);
    const final = enter(approval, original, hits, now);
    if (!known.has(final.entryId)) known.set(final.entryId, final);
    return { event, approval: final, hits };
  };
  const follows = ({ approval }: (typeof own)[number]) => approval.followsEntryId !== null;
  return [...own.filter((one) => !follows(one)), ...own.filter(follows)].map(enterOne);
}

/** The stored approvals that corrections of this batch follow; the others are in the batch itself. */
async function originalsOf(parts: ReviewParts, tx: Tx, own: readonly { approval: Approval }[]): Promise<Map<string, Approval>> {
  const wanted = own.flatMap(({ approval }) => (approval.followsEntryId === null ? [] : [approval.followsEntryId]));
  if (wanted.length === 0) return new Map();
  return parts.approvals.lockByEntries(tx, [...new Set(wanted)]);
}
