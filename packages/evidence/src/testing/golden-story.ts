import { type DataOf, type EventOf, newId } from '@tributary/contracts';
import {
  adjustmentScope,
  type Conversion,
  type DealVersion,
  explainAdjustment,
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

/**
 * A payout of 1900 EUR cents: a sale (+2000) with a partial refund (-200), a lead (+500) that was attributed late, and the refund of a
 * sale (-400) that an earlier payout had paid. Amounts come from the engine. `refundedLater` adds another refund of the first sale (-800),
 * reported after the payout, which is no part of it. `adjusted` pays a bonus of 150 besides, which somebody made by hand.
 */
export function goldenStory(options: { refundedLater?: boolean; adjusted?: boolean } = {}): GoldenStory {
  return new Teller().tell(options);
}

type Entry = DataOf<'commission.entry.accrued.v1'>;

class Teller extends StoryWriter {
  readonly runId = newId('run');
  readonly payoutId = newId('payout');
  readonly deal: DataOf<'commission.deal.versioned.v1'>;
  readonly journal = new Map<string, PostedScope>();

  constructor() {
    super();
    const terms: DataOf<'commission.deal.versioned.v1'>['terms'] = {
      components: [
        { on: 'sale', model: 'percentage', rate: '0.20' },
        { on: 'lead', model: 'flat', amount: 500 },
      ],
    };
    this.deal = {
      ...this.ids,
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
  }

  tell({ refundedLater = false, adjusted = false }: { refundedLater?: boolean; adjusted?: boolean }): GoldenStory {
    this.write('commission.deal.versioned.v1', this.deal.dealId, at(1), this.deal);
    const sale = this.convert({ kind: 'sale', amount: 10_000, day: 2, clicked: true });
    const refund = this.convert({ kind: 'refund', amount: 1000, day: 5, of: sale.data });
    const lead = this.attributedLater(this.convert({ kind: 'lead', amount: null, day: 3, unattributed: true }), 4);
    const paidBefore = this.convert({ kind: 'sale', amount: 2000, day: 2 });
    const takenBack = this.convert({ kind: 'refund', amount: 2000, day: 6, of: paidBefore.data });

    const first = this.rate(sale, [], sale);
    this.rate(paidBefore, [], paidBefore);
    const claimed = [first, this.rate(sale, [refund], refund), this.rate(lead, [], lead), this.rate(paidBefore, [takenBack], takenBack)];
    if (adjusted) claimed.push(this.adjust(150));
    this.pay(claimed.map(({ data }) => data));
    if (refundedLater) {
      const later = this.convert({ kind: 'refund', amount: 4000, day: 25, of: sale.data });
      this.rate(sale, [refund, later], later);
    }
    return {
      ...this.ids,
      payoutId: this.payoutId,
      runId: this.runId,
      events: this.events,
      entryIds: claimed.map(({ data }) => data.entryId),
      clickId: this.clickId,
    };
  }

  /** Folds, posts the one difference, has it decided and booked. */
  private rate(
    original: { data: ConversionData },
    refunds: readonly { data: ConversionData }[],
    cause: EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>,
  ) {
    const fold = foldConversion({
      original: toConversion(original.data),
      refunds: refunds.map(({ data }) => toConversion(data)),
      versions: [this.deal as unknown as DealVersion],
      brandCurrency: 'EUR',
    });
    const posted = [...this.journal.values()].filter(({ scope }) => scope.startsWith(original.data.conversionId));
    const reason = refunds.length > 0 ? 'refund' : 'accrual';
    const { postings } = planPostings({
      fold,
      posted,
      cause: { reason, occurredAt: cause.data.occurredAt },
      timeZone: 'UTC',
      closedPeriods: new Set(),
    });
    const [posting] = postings;
    if (posting === undefined) throw new Error('the golden story posts exactly one difference a fact');
    const before = this.journal.get(posting.scope);
    const data: Entry = {
      ...this.ids,
      entryId: newId('entry'),
      scope: posting.scope,
      dealId: posting.dealId,
      dealVersion: posting.dealVersion,
      dealAuthorId: this.deal.authorId,
      engineVersion: fold.engineVersion,
      conversionId: original.data.conversionId,
      causeConversionId: cause.data.conversionId,
      component: posting.component,
      amount: Number(posting.amount),
      currency: posting.currency,
      reason,
      adjusts: posting.adjusts,
      occurredAt: cause.data.occurredAt,
      recordedAt: at(7),
      maturesAt: cause.data.occurredAt,
      period: posting.period,
      explanationHash: canonicalHash(posting.explanation),
      explanation: posting.explanation,
      traceparent: null,
    };
    this.journal.set(posting.scope, {
      ...posting,
      net: (before?.net ?? 0n) + posting.amount,
      originalPostingId: before?.originalPostingId ?? data.entryId,
    });
    const entry = this.write('commission.entry.accrued.v1', data.entryId, at(7), data, cause as unknown as EventOf);
    this.write(
      'commission.conversion.rated.v1',
      cause.data.conversionId,
      at(7),
      {
        conversionId: cause.data.conversionId,
        brandId: this.ids.brandId,
        partnerId: this.ids.partnerId,
        outcome: data.amount > 0 ? 'commission' : 'reversal',
        reason: null,
        rating: 1,
        ratedAt: at(7),
      },
      cause as unknown as EventOf,
    );
    this.decide(entry);
    return entry;
  }

  /** A bonus by hand, which another person approves. */
  private adjust(amount: number) {
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
    const data: Entry = {
      ...this.ids,
      entryId: newId('entry'),
      scope: adjustmentScope(adjustmentId),
      dealId: null,
      dealVersion: null,
      dealAuthorId: 'key_maker',
      engineVersion: 'engine-1',
      conversionId: null,
      causeConversionId: null,
      component: 'adjustment',
      amount,
      currency: 'EUR',
      reason: 'adjustment',
      adjusts: null,
      occurredAt: at(7),
      recordedAt: at(7),
      maturesAt: at(7),
      period: '2026-03',
      explanationHash: canonicalHash(explanation),
      explanation,
      traceparent: null,
    };
    const entry = this.write('commission.entry.accrued.v1', data.entryId, at(7), data);
    this.decide(entry);
    return entry;
  }

  private decide(entry: EventOf<'commission.entry.accrued.v1'>): void {
    const { entryId, partnerId, brandId, amount, currency } = entry.data;
    const big = amount > 1000 || entry.data.reason === 'adjustment';
    const decision = { approvalId: newId('approval'), entryId, partnerId, brandId, amount, currency, route: 'by amount', reason: null };
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
      { ...decision, decidedBy: big ? 'key_finance' : 'automatic', automatic: !big, decidedAt: at(9), decision: big ? 2 : 1 },
      big ? undefined : (entry as unknown as EventOf),
    );
    this.book('move', { entryId, payoutId: null }, 'pending', 'payable', amount, approved as unknown as EventOf);
  }

  private pay(entries: readonly Entry[]): void {
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
}

const toConversion = (data: ConversionData): Conversion => ({
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
});
