import { isZero, type Rational, toFraction } from '@tributary/money';
import { isRefundKind } from '../check-terms.js';
import { isMonthModel, withDefaults } from '../terms.js';
import type {
  Conversion,
  DealVersion,
  FoldInput,
  FoldResult,
  NormalComponent,
  Outcome,
  Reason,
  RefundOutcome,
  StreamRecord,
} from '../types.js';
import { downlineLines } from './downline/downline.js';
import { feedsOf } from './feeds.js';
import { engineVersion, type Line, writeLine } from './line.js';
import { dealOf, earn } from './own-lines.js';
import { type AppliedRefund, applyRefunds, type Rest, untouched } from './refunds.js';
import { splitLine } from './split.js';
import { nothingKnown } from './subject.js';

const unratable: readonly Reason[] = ['no-currency', 'negative-amount', 'amount-out-of-range'];

/**
 * Engine 1. What a conversion earns everybody: its own partner by its deal, partners that share it, partners above by theirs. Amounts
 * of components with scales or caps need the place in their stream (`streamed`); without it the result only says what the conversion
 * puts into which streams (`records`).
 */
export function foldConversion1(input: FoldInput): FoldResult {
  const { original } = input;
  const applied = applyRefunds(original, input.refunds);
  const early = reasonBeforeAnyDeal(original);
  if (early) return earnsNothing(original, applied, early, null);

  const choice = dealOf(input, original.partnerId ?? '');
  const own = choice.deal === null ? [] : ownComponents(choice.deal, original.kind);
  const rest = applied.at(-1)?.rest ?? untouched(original);
  const { lines, records } = linesOf(input, choice.deal, own, rest);
  const recordsAt = (left: Rest): readonly StreamRecord[] => linesOf(input, choice.deal, own, left).records;
  const summary = choice.deal && { dealId: choice.deal.dealId, version: choice.deal.version };
  const noDeal = choice.deal === null ? choice.reason : own.length === 0 ? reasonWithout(choice.deal, original.kind) : null;
  const reason = reasonOfAll(lines, noDeal);
  return {
    engineVersion,
    conversionId: original.conversionId,
    outcome: outcomeOf(reason),
    reason,
    deal: summary,
    scopes: lines.map((line) => writeLine(input, applied, line)),
    records: records.some(({ earned }) => earned !== undefined) ? withEachRefund(records, original, applied, recordsAt) : records,
    refunds: refundOutcomes(input, choice.deal, own, applied),
  };
}

const ownComponents = (deal: DealVersion, kind: string): NormalComponent[] =>
  withDefaults(deal.terms).components.filter(({ on, downline, model }) => on === kind && downline === null && !isMonthModel(model));

/** Why a deal pays nothing for the event itself: the month that it falls into may be what earns. */
const reasonWithout = (deal: DealVersion, kind: string): Reason =>
  withDefaults(deal.terms).components.some(({ on, model }) => on === kind && isMonthModel(model))
    ? 'rated-by-the-month'
    : 'no-component-for-kind';

/** Every line of a conversion with `rest` left of it: its partner's own, what is shared, and what partners above earn. */
function linesOf(
  input: FoldInput,
  deal: DealVersion | null,
  own: readonly NormalComponent[],
  rest: Rest,
): { lines: Line[]; records: StreamRecord[] } {
  const earned = deal === null ? [] : own.map((component) => earn(input, deal, component, rest));
  const ownRecords = earned.flatMap(({ record }) => record ?? []);
  const shared = earned.flatMap(({ line }) => splitLine(line, input.circumstances ?? nothingKnown));
  const above = downlineLines(input, rest, shared);
  const records = [...ownRecords, ...above.records];
  return { lines: [...shared, ...above.lines], records: [...records, ...feedsOf(input, rest, records)] };
}

/** A milestone goes by when a refund came: what the conversion had earned the partner below before and after each. */
function withEachRefund(
  records: readonly StreamRecord[],
  original: Conversion,
  applied: readonly AppliedRefund[],
  recordsAt: (left: Rest) => readonly StreamRecord[],
): StreamRecord[] {
  const stages = [
    { at: original.occurredAt, records: recordsAt(untouched(original)) },
    ...applied.map(({ refund, rest }) => ({ at: refund.occurredAt, records: recordsAt(rest) })),
  ];
  return records.map((record) => {
    if (record.earned === undefined) return record;
    const totals = stages.flatMap(({ at, records: then }) => {
      const total = then.find(({ stream }) => stream === record.stream)?.earned?.[0]?.total;
      return total === undefined ? [] : [{ at, total }];
    });
    return { ...record, earned: totals.filter(({ total }, index) => total !== totals[index - 1]?.total) };
  });
}

function reasonBeforeAnyDeal(original: Conversion): Reason | null {
  if (isRefundKind(original.kind) || original.originalConversionId !== null) return 'original-unknown';
  if (original.amount !== null && original.amount < 0n) return 'negative-amount';
  return original.partnerId === null ? 'no-partner' : null;
}

function reasonOfAll(lines: readonly Line[], noDeal: Reason | null): Reason | null {
  const waiting = lines.find(({ reason }) => reason === 'fx-rate-missing');
  if (waiting) return waiting.reason;
  if (lines.some(({ reason }) => reason === null)) return null;
  return lines.find(({ reason }) => isUnratable(reason))?.reason ?? noDeal ?? lines[0]?.reason ?? 'no-component-for-kind';
}

const isUnratable = (reason: Reason | null): boolean => reason !== null && unratable.includes(reason);
function outcomeOf(reason: Reason | null): Outcome {
  if (reason === null) return 'commission';
  if (reason === 'fx-rate-missing') return 'held';
  return isUnratable(reason) ? 'rejected' : 'zero-commission';
}

function earnsNothing(original: Conversion, applied: readonly AppliedRefund[], reason: Reason, deal: FoldResult['deal']): FoldResult {
  const refunds = applied.map((one) => refundOutcome(one, one.reason ?? 'original-earned-nothing'));
  return { engineVersion, conversionId: original.conversionId, outcome: outcomeOf(reason), reason, deal, scopes: [], records: [], refunds };
}

/** Each refund's own outcome: whether the exact commission of any component is another after it than before. */
function refundOutcomes(
  input: FoldInput,
  deal: DealVersion | null,
  own: readonly NormalComponent[],
  applied: readonly AppliedRefund[],
): RefundOutcome[] {
  if (applied.length === 0) return [];
  const exactAt = (rest: Rest): Rational[] => linesOf(input, deal, own, rest).lines.map(({ exact }) => exact);
  let before = exactAt(untouched(input.original));
  const earned = before.some((exact) => !isZero(exact));
  return applied.map((one) => {
    const after = exactAt(one.rest);
    const changed = after.some((exact, index) => toFraction(exact) !== toFraction(before[index] ?? exact));
    before = after;
    return refundOutcome(one, one.reason ?? (changed ? null : earned ? 'commission-not-affected' : 'original-earned-nothing'));
  });
}

const refusedRefunds: readonly Reason[] = ['negative-amount', 'refund-currency-mismatch'];

const refundOutcome = ({ refund, applied }: AppliedRefund, reason: Reason | null): RefundOutcome => ({
  conversionId: refund.conversionId,
  eventId: refund.eventId,
  kind: refund.kind,
  outcome: reason === null ? 'reversal' : refusedRefunds.includes(reason) ? 'rejected' : 'zero-commission',
  reason,
  applied,
});
