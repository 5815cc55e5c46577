import { type DataOf, type EventOf, newId } from '@tributary/contracts';
import {
  adjustmentScope,
  type Conversion,
  type DealVersion,
  ENGINE_VERSION,
  explainAdjustment,
  type FoldInput,
  foldConversion,
  type PostedScope,
  planPostings,
} from '@tributary/engine';
import { canonicalHash } from '../hashing.js';
import { at, type ConversionData, StoryWriter } from './story-writer.js';

export interface GoldenStory {
  payoutId: string;
  runId: string;
  brandId: string;
  partnerId: string;
  /** Every event, in the order in which it happened. */
  events: EventOf[];
  entryIds: string[];
  clickId: string;
}

export type Deal = DataOf<'commission.deal.versioned.v1'>;
export type Entry = DataOf<'commission.entry.accrued.v1'>;
type Told = EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>;

/** What one run of the fold is given beside the conversion, and what is taken of its postings. */
interface Rating {
  refunds?: readonly { data: ConversionData }[];
  /** Versions beside the deal that pays. */
  deals: readonly Deal[];
  known?: Partial<FoldInput>;
  reason: 'accrual' | 'refund' | 're-rating';
  /** The fact that made it; null for a re-rating. */
  cause: Told | null;
  /** Whether the posting says what has become of its fact. */
  rates?: boolean;
}

/** Tells what the services publish of a payout: postings by the engine, each decided and booked, then paid. */
export class Teller extends StoryWriter {
  readonly runId = newId('run');
  readonly payoutId = newId('payout');
  readonly journal = new Map<string, PostedScope>();

  /** A deal in force from the beginning of the month. */
  protected agree(partnerId: string, terms: Deal['terms']): Deal {
    const deal: Deal = {
      ...this.ids,
      partnerId,
      dealId: newId('deal'),
      version: 1,
      status: 'active',
      effectiveFrom: at(1),
      recordedAt: at(1),
      terms,
      reason: null,
      authorId: 'key_author',
      documentHash: canonicalHash(terms),
    };
    this.write('commission.deal.versioned.v1', deal.dealId, at(1), deal);
    return deal;
  }

  /** Folds, and posts each difference that is of the partner who is paid. */
  protected post(original: { data: ConversionData }, { refunds = [], deals, known = {}, reason, cause, rates = false }: Rating) {
    const fold = foldConversion({
      original: toConversion(original.data),
      refunds: refunds.map(({ data }) => toConversion(data)),
      versions: deals as unknown as DealVersion[],
      brandCurrency: 'EUR',
      ...known,
    });
    const posted = [...this.journal.values()].filter(({ scope }) => scope.startsWith(original.data.conversionId));
    const { occurredAt } = cause?.data ?? original.data;
    const { postings } = planPostings({ fold, posted, cause: { reason, occurredAt }, timeZone: 'UTC', closedPeriods: new Set() });
    return postings
      .filter(({ partnerId }) => partnerId === this.ids.partnerId)
      .map((posting) => {
        const before = this.journal.get(posting.scope);
        const entryId = newId('entry');
        this.journal.set(posting.scope, {
          ...posting,
          net: (before?.net ?? 0n) + posting.amount,
          originalPostingId: before?.originalPostingId ?? entryId,
        });
        return this.enter(
          {
            entryId,
            scope: posting.scope,
            dealId: posting.dealId,
            dealVersion: posting.dealVersion,
            conversionId: original.data.conversionId,
            causeConversionId: cause?.data.conversionId ?? null,
            component: posting.component,
            amount: Number(posting.amount),
            reason: posting.reason,
            adjusts: posting.adjusts,
            occurredAt,
            explanation: posting.explanation,
          },
          (cause ?? original) as unknown as EventOf,
          () => (rates && cause ? this.rated(cause, posting.amount > 0n ? 'commission' : 'reversal') : undefined),
        );
      });
  }

  /** What rating says of a conversion after all. */
  protected rated(told: Told, outcome: 'commission' | 'reversal' | 'zero-commission'): void {
    const { conversionId, partnerId } = told.data;
    const data = { conversionId, brandId: this.ids.brandId, partnerId, outcome, reason: null, rating: 1, ratedAt: at(7) };
    this.write('commission.conversion.rated.v1', conversionId, at(7), data, told as unknown as EventOf);
  }

  /** Writes an entry of the partner who is paid, and has it decided and booked. */
  protected enter(
    own: Pick<Entry, 'scope' | 'dealId' | 'dealVersion' | 'conversionId' | 'causeConversionId' | 'component' | 'amount' | 'reason'> &
      Partial<Entry>,
    cause?: EventOf,
    between: () => void = () => undefined,
  ) {
    const occurredAt = own.occurredAt ?? at(7);
    const data: Entry = {
      ...this.ids,
      entryId: newId('entry'),
      dealAuthorId: 'key_author',
      engineVersion: ENGINE_VERSION,
      currency: 'EUR',
      adjusts: null,
      occurredAt,
      recordedAt: at(7),
      maturesAt: occurredAt,
      period: '2026-03',
      explanationHash: canonicalHash(own.explanation),
      explanation: null,
      traceparent: null,
      ...own,
    };
    const entry = this.write('commission.entry.accrued.v1', data.entryId, at(7), data, cause);
    between();
    this.decide(entry);
    return entry;
  }

  /** A bonus by hand, which another person approves. */
  protected adjust(amount: number) {
    const adjustmentId = newId('adjustment');
    const { partnerId, brandId } = this.ids;
    const explanation = explainAdjustment({
      adjustmentId,
      kind: 'bonus',
      partnerId,
      brandId,
      amount: `${amount}`,
      currency: 'EUR',
      reason: 'best of the month',
      makerId: 'key_maker',
      occurredAt: at(7),
    });
    return this.enter({
      scope: adjustmentScope(adjustmentId),
      dealId: null,
      dealVersion: null,
      dealAuthorId: 'key_maker',
      conversionId: null,
      causeConversionId: null,
      component: 'adjustment',
      amount,
      reason: 'adjustment',
      explanation,
    });
  }

  private hasTable = false;
  /** The brand's table, which asks for two persons for what is big or made by hand. */
  private route(): { policyVersion: number; row: string } {
    if (!this.hasTable) {
      this.hasTable = true;
      const rows = [
        {
          name: 'big',
          outcome: 'manager-and-finance' as const,
          when: { combinator: 'and' as const, rules: [{ field: 'amount', operator: '>', value: 1000 }] },
        },
        { name: 'rest', outcome: 'manager' as const },
      ];
      const { brandId } = this.ids;
      const by = { authorId: 'key_table', acceptedBy: 'key_second', acceptedAt: at(2), effectiveFrom: at(2) };
      const data = { brandId, version: 1, rows, reason: 'big ones are looked at twice', documentHash: canonicalHash(rows), ...by };
      this.write('approvals.routing-policy.accepted.v1', brandId, at(2), data as DataOf<'approvals.routing-policy.accepted.v1'>);
    }
    return { policyVersion: 1, row: 'big' };
  }

  private decide(entry: EventOf<'commission.entry.accrued.v1'>): void {
    const { entryId, partnerId, brandId, amount, currency } = entry.data;
    const big = amount > 1000 || entry.data.reason === 'adjustment';
    const routing = big ? { routing: this.route() } : {};
    const decision = {
      approvalId: newId('approval'),
      entryId,
      partnerId,
      brandId,
      amount,
      currency,
      route: 'by amount',
      ...routing,
      reason: null,
    };
    const taken = {
      contentHash: canonicalHash(entryId),
      stages: [
        { stage: 'manager' as const, decidedBy: 'key_manager' },
        { stage: 'finance' as const, decidedBy: 'key_finance' },
      ],
    };
    this.book('accrual', { entryId, payoutId: null }, 'brand-expense', 'pending', amount, entry as unknown as EventOf);
    if (big)
      this.write('approvals.commission.held.v1', decision.approvalId, at(8), {
        ...decision,
        decidedBy: 'key_manager',
        automatic: false,
        reason: 'looked at',
        decidedAt: at(8),
        decision: 1,
      });
    const approved = this.write(
      'approvals.commission.approved.v1',
      decision.approvalId,
      at(9),
      {
        ...decision,
        decidedBy: big ? 'key_finance' : 'automatic',
        automatic: !big,
        decidedAt: at(9),
        decision: big ? 3 : 1,
        ...(big ? taken : {}),
      },
      big ? undefined : (entry as unknown as EventOf),
    );
    this.book('move', { entryId, payoutId: null }, 'pending', 'payable', amount, approved as unknown as EventOf);
  }

  protected pay(entries: readonly Entry[]): void {
    const { partnerId, brandId } = this.ids;
    const { payoutId, runId } = this;
    const amount = entries.reduce((sum, entry) => sum + entry.amount, 0);
    const contentHash = canonicalHash(entries.map(({ entryId }) => entryId));
    const lines = entries.map(({ entryId, amount: line }) => ({ entryId, amount: line }));
    const of = { entryId: null, payoutId };
    const created = this.write('payouts.payout.created.v1', payoutId, at(20), {
      payoutId,
      runId,
      partnerId,
      brandId,
      amount,
      currency: 'EUR',
      sandbox: true,
      part: 1,
      parts: 1,
      lines,
      createdAt: at(20),
    });
    this.book('claim', of, 'payable', 'in-payout', amount, created as unknown as EventOf);
    const sealed = this.write('payouts.run.sealed.v1', runId, at(21), {
      runId,
      contentHash,
      payoutIds: [payoutId],
      payouts: 1,
      totals: [{ currency: 'EUR', amount }],
      builtBy: 'key_builder',
      approvedBy: 'key_approver',
      sealedAt: at(21),
    });
    this.write(
      'approvals.run.cleared.v1',
      runId,
      at(22),
      { clearanceId: newId('clearance'), runId, contentHash, checks: [{ check: 'risk', outcome: 'passed' }], clearedAt: at(22) },
      sealed as unknown as EventOf,
    );
    const step = {
      payoutId,
      runId,
      partnerId,
      brandId,
      amount,
      currency: 'EUR',
      sandbox: true,
      rail: 'simulated-api',
      railKey: payoutId,
      railReference: 'sim-1',
      reason: null,
      contentHash,
    };
    this.write('payouts.payout.submitted.v1', payoutId, at(23), { ...step, at: at(23) });
    const settled = this.write('payouts.payout.settled.v1', payoutId, at(24), { ...step, at: at(24) });
    this.book('settlement', of, 'in-payout', 'paid', amount, settled as unknown as EventOf);
    this.write(
      'notifications.message.sent.v1',
      payoutId,
      at(24, 13),
      { messageId: `msg-${payoutId}`, partnerId, template: 'payout-settled', about: payoutId, sentAt: at(24, 13) },
      settled as unknown as EventOf,
    );
  }

  /** Pays the entries, and hands out the story. */
  protected told(entries: readonly EventOf<'commission.entry.accrued.v1'>[]): GoldenStory {
    this.pay(entries.map(({ data }) => data));
    const { payoutId, runId, events, clickId } = this;
    return { ...this.ids, payoutId, runId, events, entryIds: entries.map(({ data }) => data.entryId), clickId };
  }
}

/** As the engine wants it. */
export const toConversion = (data: ConversionData): Conversion => ({
  conversionId: data.conversionId,
  eventId: data.eventId,
  kind: data.kind,
  brandId: data.brandId,
  programId: data.programId,
  partnerId: data.partnerId,
  occurredAt: data.occurredAt,
  amount: data.amount === null ? null : BigInt(data.amount),
  currency: data.currency,
  originalConversionId: data.originalConversionId,
  customerId: data.customerId,
  details: (data.details ?? null) as Conversion['details'],
});
