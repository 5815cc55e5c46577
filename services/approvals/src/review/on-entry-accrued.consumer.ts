import { type EventOf, newId } from '@tributary/contracts';
import { contextOf, NotYet, type Outbox, type Tx } from '@tributary/messaging';
import type { Clock } from '@tributary/service-kit';
import type { ProfileStore } from '../shared/profile-store.js';
import type { ApprovalStore } from './approval-store.js';
import { decided } from './approval-view.js';
import { type Approval, follow } from './domain/approval.js';
import { type RoutingPolicy, type RoutingProfile, routeEntry } from './domain/route-entry.js';

type Accrued = EventOf<'commission.entry.accrued.v1'>;
export interface ReviewParts {
  approvals: ApprovalStore;
  profiles: ProfileStore;
  outbox: Outbox;
  clock: Clock;
}

/** Gives every commission entry its approval, and decides at once where nobody is needed. */
export const onEntryAccrued = (parts: ReviewParts) => async (tx: Tx, events: readonly Accrued[]) => {
  const policies = await parts.profiles.policies(tx, [...new Set(events.map((event) => event.data.brandId))]);
  const partners = await parts.profiles.partners(tx, [...new Set(events.map((event) => event.data.partnerId))]);
  const now = parts.clock.now();
  const own = events.map((event) => ({ event, approval: routed(event, policies, partners, now) }));
  const originals = await originalsOf(parts, tx, own);
  const final = own.map(({ event, approval }) => {
    const original = approval.followsEntryId === null ? undefined : originals.get(approval.followsEntryId);
    return { event, approval: original ? follow(approval, original, now) : approval };
  });
  const added = new Set(
    (
      await parts.approvals.insert(
        tx,
        final.map(({ approval }) => approval),
      )
    ).map((approval) => approval.id),
  );
  const facts = final.filter(({ approval }) => added.has(approval.id)).flatMap(({ event, approval }) => decided(approval, event));
  const first = events[0];
  if (first && facts.length > 0) await parts.outbox.append(tx, contextOf(first, 'approvals'), facts);
};

function routed(event: Accrued, policies: Map<string, RoutingPolicy>, partners: Map<string, RoutingProfile>, now: Date): Approval {
  const { data } = event;
  const policy = policies.get(data.brandId);
  const partner = partners.get(data.partnerId);
  if (!policy) throw new NotYet(`brand ${data.brandId}`);
  if (!partner) throw new NotYet(`partner ${data.partnerId}`);
  const amount = BigInt(data.amount);
  const { needs, route } = routeEntry({ amount, currency: data.currency, byHand: data.reason === 'adjustment' }, policy, partner);
  // What corrects upwards follows too while nobody is needed for it: else a rejected commission would be topped up.
  const followsEntryId = amount < 0n || needs === 'nobody' ? data.adjusts : null;
  const decidedNow = needs === 'nobody' && followsEntryId === null;
  return {
    id: newId('approval'),
    entryId: data.entryId,
    partnerId: data.partnerId,
    brandId: data.brandId,
    dealId: data.dealId,
    amount,
    currency: data.currency,
    status: decidedNow ? 'approved' : 'waiting',
    needs,
    route,
    riskLevel: partner.riskLevel,
    makerId: data.dealAuthorId,
    followsEntryId,
    decidedBy: decidedNow ? 'automatic' : null,
    reason: null,
    createdAt: now,
    decidedAt: decidedNow ? now : null,
    decisions: decidedNow ? 1 : 0,
  };
}

/** The approvals that corrections of this batch follow: stored ones, or ones of the same batch. */
async function originalsOf(parts: ReviewParts, tx: Tx, own: readonly { approval: Approval }[]): Promise<Map<string, Approval>> {
  const wanted = own.flatMap(({ approval }) => (approval.followsEntryId === null ? [] : [approval.followsEntryId]));
  if (wanted.length === 0) return new Map();
  const found = await parts.approvals.lockByEntries(tx, [...new Set(wanted)]);
  for (const { approval } of own) if (!found.has(approval.entryId)) found.set(approval.entryId, approval);
  const missing = wanted.find((entryId) => !found.has(entryId));
  if (missing) throw new NotYet(`approval of entry ${missing}`);
  return found;
}
