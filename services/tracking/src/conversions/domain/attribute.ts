import type { ConversionData } from '@tributary/contracts';
import { type Assignment, assignmentAt } from './assignment.js';

export type Attribution = NonNullable<ConversionData['attribution']>;
export type ClickSignals = NonNullable<Attribution['signals']>;
export type UnattributedReason = NonNullable<ConversionData['unattributedReason']>;
const dayMs = 86_400_000;
const touchesKept = 50;

/** A click as attribution sees it. */
export interface Touch {
  clickId: string;
  linkId: string;
  partnerId: string;
  clickedAt: Date;
}
export interface Click extends Touch {
  brandId: string;
  programId: string;
  traceparent: string;
  signals: ClickSignals;
}

/** A customer of a brand: the click that bound him, if any, and every click that a sender has reported for him. */
export interface Customer {
  customerId: string;
  binding: (Touch & { programId: string }) | null;
  clicks: readonly Touch[];
  /** To whom he was given by hand, in the order of recording. */
  assignments: readonly Assignment[];
}

/** What an event says about where it came from. */
export interface Referral {
  brandId: string;
  programId: string | null;
  occurredAt: Date;
  isReversal: boolean;
  originalEventId: string | null;
  clickRef: string | null;
  hasCoupon: boolean;
  namedPartnerId: string | null;
}

/** The conversion that a refund or chargeback takes back. */
export interface Original {
  conversionId: string;
  isReversal: boolean;
  programId: string;
  attribution: Attribution | null;
}

/** What is known of the things that a referral names. */
export interface Known {
  windowDays: number;
  defaultProgramId: string;
  click: Click | undefined;
  /** The click may still come: it is well-formed and so young that it may lie in a spool. */
  clickMayCome: boolean;
  customer: Customer | undefined;
  original: Original | undefined;
  isEnrolled: (partnerId: string, programId: string) => boolean;
}

export type AwaitedKind = 'click' | 'customer' | 'original' | 'enrollment';
export interface Awaited {
  kind: AwaitedKind;
  key: string;
}

export interface Decision {
  programId: string;
  originalConversionId: string | null;
  attribution: Attribution | null;
  reason: UnattributedReason | null;
  /** What would settle it, when it is not settled. */
  awaits: readonly Awaited[];
}

/** Key of an enrolment in the list of what conversions wait for. */
export const enrollmentKey = (partnerId: string, programId: string): string => `${partnerId}/${programId}`;

/** Whether a click counts for what occurred then: up to and including the last instant of the window, X-09. */
export function inWindow(clickedAt: Date, occurredAt: Date, windowDays: number): boolean {
  // A click that the sender could name had happened; senders' clocks are coarser than ours, so no lower bound.
  return occurredAt.getTime() - clickedAt.getTime() <= windowDays * dayMs;
}

/**
 * Finds the partner of an event: a reversal's is its original's; a reassigned customer's is whom he was given to; otherwise the first of named click, coupon, customer and named
 * partner that leads to one. The window limits clicks only: a customer once bound stays with his partner.
 */
export function attribute(referral: Referral, known: Known, decidedAt: Date): Decision {
  if (referral.isReversal) return ofOriginal(referral, known, decidedAt);
  const nothing = { programId: referral.programId ?? known.defaultProgramId, originalConversionId: null, attribution: null };

  const click = known.click?.brandId === referral.brandId ? known.click : undefined;
  const assignment = known.customer && assignmentAt(known.customer.assignments, referral.occurredAt);
  if (assignment) return ofAssignment(referral, known, click, assignment, decidedAt);
  if (referral.clickRef !== null && click === undefined && known.clickMayCome) {
    return { ...nothing, reason: 'click-unknown', awaits: [{ kind: 'click', key: referral.clickRef }] };
  }
  const lead = leadOf(referral, known, click);
  if (lead === undefined) {
    const awaits: Awaited[] = known.customer ? [{ kind: 'customer', key: known.customer.customerId }] : [];
    return { ...nothing, reason: reasonOf(referral, click), awaits };
  }
  const programId = referral.programId ?? lead.programId ?? known.defaultProgramId;
  if (!known.isEnrolled(lead.partnerId, programId)) {
    return { ...nothing, reason: 'partner-not-enrolled', awaits: [{ kind: 'enrollment', key: enrollmentKey(lead.partnerId, programId) }] };
  }
  // Written out: one for each conversion, and objects put together by spreading are slow to make.
  const attribution: Attribution = {
    method: lead.method,
    model: 'last-click',
    partnerId: lead.partnerId,
    linkId: lead.linkId,
    clickId: lead.clickId,
    clickedAt: lead.clickedAt,
    clickTraceparent: lead.clickTraceparent,
    windowDays: known.windowDays,
    touches: touchesOf(referral, known, lead.method === 'partner' ? undefined : (click ?? known.customer?.binding ?? undefined)),
    decidedAt: decidedAt.toISOString(),
    signals: lead.signals,
  };
  return { programId, originalConversionId: null, attribution, reason: null, awaits: [] };
}

type Lead = Pick<Attribution, 'method' | 'partnerId' | 'linkId' | 'clickId' | 'clickedAt' | 'clickTraceparent'> & {
  signals: ClickSignals | null;
  programId: string | null;
};

function leadOf(referral: Referral, known: Known, click: Click | undefined): Lead | undefined {
  if (click && inWindow(click.clickedAt, referral.occurredAt, known.windowDays))
    return leadOfTouch('click', click, click.traceparent, click.signals);
  const binding = known.customer?.binding;
  if (binding) return leadOfTouch('customer', binding);
  if (referral.namedPartnerId === null) return undefined;
  return {
    method: 'partner',
    partnerId: referral.namedPartnerId,
    linkId: null,
    clickId: null,
    clickedAt: null,
    clickTraceparent: null,
    signals: null,
    programId: null,
  };
}

function leadOfTouch(
  method: 'click' | 'customer',
  touch: Touch & { programId: string },
  clickTraceparent: string | null = null,
  signals: ClickSignals | null = null,
): Lead {
  const { partnerId, linkId, clickId, programId } = touch;
  return { method, partnerId, linkId, clickId, programId, clickedAt: touch.clickedAt.toISOString(), clickTraceparent, signals };
}

function reasonOf(referral: Referral, click: Click | undefined): UnattributedReason {
  if (referral.clickRef !== null) return click ? 'outside-window' : 'click-unknown';
  return referral.hasCoupon ? 'coupon-unknown' : 'customer-unknown';
}

/** The customer's clicks that could have led to the event, oldest first, with the deciding one among them. */
function touchesOf(referral: Referral, known: Known, deciding: Touch | undefined): Attribution['touches'] {
  if (deciding === undefined) return [];
  const candidates = (known.customer?.clicks ?? []).filter(
    (touch) => touch.clickedAt <= referral.occurredAt && inWindow(touch.clickedAt, referral.occurredAt, known.windowDays),
  );
  const byId = new Map([...candidates, deciding].map((touch) => [touch.clickId, touch]));
  return [...byId.values()]
    .sort((a, b) => a.clickedAt.getTime() - b.clickedAt.getTime() || (a.clickId < b.clickId ? -1 : 1))
    .slice(-touchesKept)
    .map(({ clickId, linkId, partnerId, clickedAt }) => ({ clickId, linkId, partnerId, clickedAt: clickedAt.toISOString() }));
}

/** Somebody decided whose he is: no click counts against that. The event stays in its programme if the partner is enrolled there. */
function ofAssignment(referral: Referral, known: Known, click: Click | undefined, assignment: Assignment, decidedAt: Date): Decision {
  const { partnerId } = assignment;
  const own = referral.programId ?? click?.programId ?? known.customer?.binding?.programId ?? known.defaultProgramId;
  const programId = known.isEnrolled(partnerId, own) ? own : assignment.programId;
  if (!known.isEnrolled(partnerId, programId)) {
    const awaits: Awaited[] = [{ kind: 'enrollment', key: enrollmentKey(partnerId, programId) }];
    return { programId: own, originalConversionId: null, attribution: null, reason: 'partner-not-enrolled', awaits };
  }
  const attribution: Attribution = {
    method: 'reassignment',
    model: 'last-click',
    partnerId,
    linkId: null,
    clickId: null,
    clickedAt: null,
    clickTraceparent: null,
    windowDays: known.windowDays,
    touches: [],
    decidedAt: decidedAt.toISOString(),
  };
  return { programId, originalConversionId: null, attribution, reason: null, awaits: [] };
}

/** A reversal goes where its original went. Reversing a reversal names no original. */
function ofOriginal(referral: Referral, known: Known, decidedAt: Date): Decision {
  const original = known.original?.isReversal ? undefined : known.original;
  const awaits: Awaited[] = referral.originalEventId === null ? [] : [{ kind: 'original', key: referral.originalEventId }];
  const programId = original?.programId ?? referral.programId ?? known.defaultProgramId;
  if (!original) return { programId, originalConversionId: null, attribution: null, reason: 'original-unknown', awaits };
  const originalConversionId = original.conversionId;
  if (!original.attribution) return { programId, originalConversionId, attribution: null, reason: 'no-touch', awaits };
  const attribution: Attribution = { ...original.attribution, method: 'original', decidedAt: decidedAt.toISOString() };
  return { programId, originalConversionId, attribution, reason: null, awaits: [] };
}

/**
 * The click that binds a customer, given the one that binds him now: the earliest click reported for him, so that the order in which
 * reports arrive does not matter. Undefined when nothing changes.
 */
export function rebind<B extends Touch>(current: Touch | null, candidate: B): B | undefined {
  if (current === null) return candidate;
  const earlier = candidate.clickedAt.getTime() - current.clickedAt.getTime();
  return earlier < 0 || (earlier === 0 && candidate.clickId < current.clickId) ? candidate : undefined;
}
