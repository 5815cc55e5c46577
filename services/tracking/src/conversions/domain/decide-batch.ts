import {
  attribute,
  type Click,
  type Customer,
  type Decision,
  inWindow,
  type Known,
  type Original,
  type Referral,
  rebind,
  type Touch,
} from './attribute.js';

/** One event of a batch whose partner is to be found. */
export interface Candidate extends Referral {
  conversionId: string;
  eventId: string;
  customerId: string | null;
}

/** What is known outside of the batch. */
export interface World {
  brands: ReadonlyMap<string, { windowDays: number; defaultProgramId: string }>;
  clicks: ReadonlyMap<string, Click>;
  customers: ReadonlyMap<string, Customer>;
  /** By `originalKey`. */
  originals: ReadonlyMap<string, Original>;
  isEnrolled: (brandId: string, partnerId: string, programId: string, at: Date) => boolean;
  clickMayCome: (clickId: string) => boolean;
}

export const originalKey = (brandId: string, eventId: string): string => `${brandId} ${eventId}`;

export interface Binding extends Touch {
  customerId: string;
  programId: string;
}
export interface BatchDecision {
  /** By conversion id. */
  decisions: ReadonlyMap<string, Decision>;
  /** Customers who are bound now, or to an earlier click than before. */
  bindings: readonly Binding[];
  /** Clicks reported for a customer, old and new alike. */
  touches: readonly (Touch & { customerId: string; brandId: string })[];
}

/**
 * Finds the partners of a batch, whatever its order: first all customers are bound, then events attributed, then reversals, so that
 * each sees the whole batch.
 */
export function decideBatch(candidates: readonly Candidate[], world: World, decidedAt: Date): BatchDecision {
  const { customers, bindings, touches } = bindCustomers(candidates, world);
  const decisions = new Map<string, Decision>();
  const originals = new Map(world.originals);
  const decide = (candidate: Candidate): void => {
    const decision = attribute(candidate, knownOf(candidate, world, customers, originals), decidedAt);
    decisions.set(candidate.conversionId, decision);
    originals.set(originalKey(candidate.brandId, candidate.eventId), {
      conversionId: candidate.conversionId,
      isReversal: candidate.isReversal,
      programId: decision.programId,
      attribution: decision.attribution,
    });
  };
  for (const candidate of candidates) if (!candidate.isReversal) decide(candidate);
  for (const candidate of candidates) if (candidate.isReversal) decide(candidate);
  return { decisions, bindings, touches };
}

const unknownCustomer = (customerId: string): Customer => ({ customerId, binding: null, clicks: [], assignments: [] });

function bindCustomers(candidates: readonly Candidate[], world: World) {
  const customers = new Map(world.customers);
  const bindings = new Map<string, Binding>();
  const touches: (Touch & { customerId: string; brandId: string })[] = [];
  for (const { brandId, clickRef, customerId, occurredAt } of candidates) {
    const click = clickRef === null ? undefined : world.clicks.get(clickRef);
    if (customerId === null || click?.brandId !== brandId) continue;
    const { clickId, linkId, partnerId, clickedAt, programId } = click;
    const customer = customers.get(customerId) ?? unknownCustomer(customerId);
    const touch = { clickId, linkId, partnerId, clickedAt };
    touches.push({ customerId, brandId, ...touch });
    const window = world.brands.get(brandId)?.windowDays ?? 0;
    const binding = inWindow(clickedAt, occurredAt, window) ? rebind(customer.binding, { ...touch, programId }) : undefined;
    if (binding) bindings.set(customerId, { customerId, ...binding });
    customers.set(customerId, {
      customerId,
      binding: binding ?? customer.binding,
      clicks: [...customer.clicks, touch],
      assignments: customer.assignments,
    });
  }
  return { customers, bindings: [...bindings.values()], touches };
}

function knownOf(
  candidate: Candidate,
  world: World,
  customers: ReadonlyMap<string, Customer>,
  originals: ReadonlyMap<string, Original>,
): Known {
  const { brandId, clickRef, customerId, originalEventId } = candidate;
  const brand = world.brands.get(brandId);
  if (!brand) throw new Error(`brand ${brandId} is not among those looked up`);
  return {
    windowDays: brand.windowDays,
    defaultProgramId: brand.defaultProgramId,
    click: clickRef === null ? undefined : world.clicks.get(clickRef),
    clickMayCome: clickRef !== null && world.clickMayCome(clickRef),
    customer: customerId === null ? undefined : (customers.get(customerId) ?? unknownCustomer(customerId)),
    original: originalEventId === null ? undefined : originals.get(originalKey(brandId, originalEventId)),
    isEnrolled: (partnerId, programId) => world.isEnrolled(brandId, partnerId, programId, candidate.occurredAt),
  };
}
