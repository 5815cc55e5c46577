import type { EventOf, EventType } from '@tributary/contracts';
import { type EntryExplanation, type Explanation, isAdjustment } from '@tributary/engine';
import type { Archived, ArchivedEvent } from './format.js';
import { groupBy } from './group-by.js';

type Step =
  | 'payouts.payout.submitted.v1'
  | 'payouts.payout.outcome-unknown.v1'
  | 'payouts.payout.settled.v1'
  | 'payouts.payout.failed.v1'
  | 'payouts.payout.returned.v1';
export type Conversion = 'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1';
type Decision = 'approvals.commission.approved.v1' | 'approvals.commission.held.v1' | 'approvals.commission.rejected.v1';

/** Everything that the archive says of one payout, put in order. Made from any superset of its events; the others are passed over. */
export interface Story {
  payoutId: string;
  /** The payout as created; a long one has several parts. */
  parts: Archived<'payouts.payout.created.v1'>[];
  lines: { entryId: string; amount: number }[];
  seal: Archived<'payouts.run.sealed.v1'> | undefined;
  clearance: Archived<'approvals.run.cleared.v1'> | undefined;
  /** Submission and outcomes, oldest first. */
  steps: Archived<Step>[];
  /** The entries of the lines, and earlier ones of the same scopes. */
  entries: Map<string, Archived<'commission.entry.accrued.v1'>>;
  /** By entry, in the order of their numbers. */
  decisions: Map<string, Archived<Decision>[]>;
  /** By `policyKey`: the routing tables that say who had to decide. */
  policies: Map<string, Archived<'approvals.routing-policy.accepted.v1'>>;
  /** Of the payout and of the entries of its lines. */
  postings: Archived<'payouts.ledger.posted.v1'>[];
  /** By conversion: as recorded, and as attributed later. */
  conversions: Map<string, Archived<Conversion>[]>;
  ratings: Map<string, Archived<'commission.conversion.rated.v1'>[]>;
  /** By `dealKey`. */
  deals: Map<string, Archived<'commission.deal.versioned.v1'>>;
  /** By `dealKey`: when a version that was written as a draft was put into force. */
  activations: Map<string, Archived<'commission.deal.status-changed.v1'>>;
  /** As they stood, by id, oldest first: what circumstances are held against. */
  brands: Map<string, Archived<'directory.brand.changed.v1'>[]>;
  partners: Map<string, Archived<'directory.partner.changed.v1'>[]>;
  customers: Map<string, Archived<'tracking.customer.changed.v1'>[]>;
  /** By conversion or customer, in the order of recording. */
  verdicts: Map<string, Archived<'approvals.network-verdict.recorded.v1'>[]>;
  rates: Archived<'commission.fx-rate.recorded.v1'>[];
  /** By statement, in the order of their revisions. */
  statements: Map<string, Archived<'commission.statement.issued.v1'>[]>;
  messages: Archived<'notifications.message.sent.v1'>[];
}

/** The key of the deal version that an entry was rated by; null for an adjustment. */
export const dealKeyOf = ({ dealId, dealVersion }: { dealId: string | null; dealVersion: number | null }): string | null =>
  dealId === null || dealVersion === null ? null : dealKey(dealId, dealVersion);

export const policyKey = (brandId: string, version: number): string => `${brandId}#${version}`;

export const dealKey = (dealId: string, version: number): string => `${dealId}#${version}`;

/** An entry's explanation, which the contracts leave open. */
export const explanationOf = (entry: EventOf<'commission.entry.accrued.v1'>): EntryExplanation =>
  entry.data.explanation as EntryExplanation;

/** The fold that an entry goes back to; null for one without, such as an adjustment. */
export function foldBehind(entry: EventOf<'commission.entry.accrued.v1'>): Explanation | null {
  const explanation = explanationOf(entry);
  return isAdjustment(explanation) ? null : (explanation?.fold ?? null);
}

/** Whether an entry posts to a scope of its own, and not to one that runs over the life of a deal. */
export function hasOwnScope(entry: EventOf<'commission.entry.accrued.v1'>): boolean {
  const explanation = explanationOf(entry);
  return isAdjustment(explanation) || explanation?.running === null;
}

/** The conversions that an entry's amount was worked out from; none for an adjustment. */
export function conversionsBehind(entry: EventOf<'commission.entry.accrued.v1'>): string[] {
  const { conversionId, causeConversionId } = entry.data;
  const refunds = foldBehind(entry)?.inputs?.refunds ?? [];
  return [
    ...new Set([conversionId, causeConversionId, ...refunds.map((one) => one.conversionId)].filter((id): id is string => id !== null)),
  ];
}

export function storyOf(payoutId: string, archive: readonly ArchivedEvent[]): Story {
  const events = [...archive].sort((a, b) => a.chain.sequence - b.chain.sequence);
  const of = <T extends EventType>(...types: T[]) => events.filter(({ event }) => types.includes(event.type as T)) as Archived<T>[];
  const parts = of('payouts.payout.created.v1')
    .filter(({ event }) => event.data.payoutId === payoutId)
    .sort((a, b) => a.event.data.part - b.event.data.part);
  const lines = parts.flatMap(({ event }) => event.data.lines);
  const ofLines = new Set(lines.map(({ entryId }) => entryId));
  const runId = parts[0]?.event.data.runId;

  const steps = of(
    'payouts.payout.submitted.v1',
    'payouts.payout.outcome-unknown.v1',
    'payouts.payout.settled.v1',
    'payouts.payout.failed.v1',
    'payouts.payout.returned.v1',
  ).filter(({ event }) => event.data.payoutId === payoutId);
  const content = steps.at(-1)?.event.data.contentHash;
  const ofRun = <T extends { event: { data: { runId: string; contentHash: string } } }>(found: T[]) =>
    found.filter(({ event }) => event.data.runId === runId && (content === undefined || event.data.contentHash === content)).at(-1);

  const decisions = of('approvals.commission.approved.v1', 'approvals.commission.held.v1', 'approvals.commission.rejected.v1')
    .filter(({ event }) => ofLines.has(event.data.entryId))
    .sort((a, b) => a.event.data.decision - b.event.data.decision);
  const seals = of('payouts.run.sealed.v1');
  const named = seals.filter(({ event }) => event.data.payoutIds.includes(payoutId));
  return {
    payoutId,
    parts,
    lines,
    // A long run is sealed in parts: the one that names the payout counts.
    seal: ofRun(named) ?? ofRun(seals),
    clearance: ofRun(of('approvals.run.cleared.v1')),
    steps,
    entries: new Map(of('commission.entry.accrued.v1').map((one) => [one.event.data.entryId, one])),
    policies: new Map(
      of('approvals.routing-policy.accepted.v1').map((one) => [policyKey(one.event.data.brandId, one.event.data.version), one]),
    ),
    decisions: groupBy(decisions, ({ event }) => event.data.entryId),
    postings: of('payouts.ledger.posted.v1').filter(
      ({ event: { data } }) => data.payoutId === payoutId || (data.entryId !== null && ofLines.has(data.entryId)),
    ),
    conversions: groupBy(
      of('tracking.conversion.recorded.v1', 'tracking.conversion.attributed.v1'),
      ({ event }) => event.data.conversionId,
    ),
    ratings: groupBy(of('commission.conversion.rated.v1'), ({ event }) => event.data.conversionId),
    deals: new Map(of('commission.deal.versioned.v1').map((one) => [dealKey(one.event.data.dealId, one.event.data.version), one])),
    activations: new Map(
      of('commission.deal.status-changed.v1')
        .filter(({ event }) => event.data.status === 'active')
        .map((one) => [dealKey(one.event.data.dealId, one.event.data.version), one]),
    ),
    brands: groupBy(inOrder(of('directory.brand.changed.v1')), ({ event }) => event.data.brandId),
    partners: groupBy(inOrder(of('directory.partner.changed.v1')), ({ event }) => event.data.partnerId),
    customers: groupBy(inOrder(of('tracking.customer.changed.v1')), ({ event }) => event.data.customerId),
    verdicts: groupBy(
      of('approvals.network-verdict.recorded.v1').sort((a, b) => a.event.data.verdict - b.event.data.verdict),
      ({ event }) => event.data.subjectId,
    ),
    rates: of('commission.fx-rate.recorded.v1'),
    statements: groupBy(
      of('commission.statement.issued.v1').sort((a, b) => a.event.data.revision - b.event.data.revision),
      ({ event }) => event.data.statementId,
    ),
    messages: of('notifications.message.sent.v1').filter(({ event }) => event.data.about === payoutId),
  };
}

/** Snapshots of one thing in the order in which they were told, wherever they stand in the archive. */
const inOrder = <T extends ArchivedEvent>(snapshots: T[]): T[] =>
  snapshots.sort((a, b) => (a.event.sequence ?? 0) - (b.event.sequence ?? 0));

/** The event that says who earned a conversion: the last revision. Those without one are older than revisions: attributed once at most. */
export const attributionIn = (story: Story, conversionId: string): Archived<Conversion> | undefined => {
  const told = story.conversions.get(conversionId);
  return told?.reduce((latest, one) => (revisionOf(one) > revisionOf(latest) ? one : latest));
};

export const revisionOf = ({ event }: Archived<Conversion>): number =>
  event.data.revision ?? (event.type === 'tracking.conversion.attributed.v1' ? 1 : 0);

/** The money that corrects an entry decided anew after it had been paid: its ledger posting says how much. */
export const isCorrection = (story: Story, line: Story['lines'][number]): boolean =>
  story.entries.get(line.entryId)?.event.data.amount !== line.amount &&
  story.postings.some(
    ({ event: { data } }) =>
      data.entryId === line.entryId &&
      data.legs.some((leg) => leg.account === 'payable' && leg.amount === line.amount) &&
      data.kind === 'disapproval',
  );
