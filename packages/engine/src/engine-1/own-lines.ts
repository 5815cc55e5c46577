import { dealFor } from '../deal-history.js';
import { withDefaults } from '../terms.js';
import type { DealVersion, FoldInput, NormalComponent, Reason, StreamRecord } from '../types.js';
import { type Exchange, exchangeOf } from './exchange.js';
import { ratedInRange } from './ledger-range.js';
import { type Line, reasonOf, roundLine, runningScope, scopeKey } from './line.js';
import { notPaid, ownPlace, type Place, type Rated, rateComponent } from './rate-component.js';
import type { Rest } from './refunds.js';
import { amountAt } from './streams/amount-at.js';
import { isStreamed, lineRecord, type StreamOf, weightsOf } from './streams/records.js';
import type { Trail } from './streams/trail.js';
import { nothingKnown, type Subject } from './subject.js';

/** ISO 4217's own code for "no currency". */
export const noCurrency = 'XXX';

export interface Earned {
  line: Line;
  record: StreamRecord | null;
}

/** What terms are applied to: the conversion, what is known of everybody, and the zone of the deal. */
export function subjectOf(input: FoldInput, deal: DealVersion): Subject {
  const terms = withDefaults(deal.terms);
  return {
    conversion: input.original,
    circumstances: input.circumstances ?? nothingKnown,
    terms,
    timeZone: terms.timeZone ?? input.timeZone ?? 'UTC',
  };
}

/** One component of a deal for one conversion: rated, and where it has a scale or caps put in its place in its stream. */
export function earn(input: FoldInput, deal: DealVersion, component: NormalComponent, rest: Rest, place: Place = ownPlace): Earned {
  const subject = subjectOf(input, deal);
  const currency = currencyOf(component, subject, input.brandCurrency ?? null);
  const exchange = exchangeOf(subject, input.original.currency, currency);
  const scope = scopeKey(input.original.conversionId, deal.dealId, component.name, currency);
  const rated = ratedInRange(component, rateIn(currency, component, subject, exchange, rest, place));
  const line = lineOf(deal, component, currency, scope, rated);
  if (!isStreamed(component)) return { line: component.subCent === 'accumulate' ? running(line) : line, record: null };
  const of: StreamOf = { deal, component, currency, timeZone: subject.timeZone };
  const counts = component.tiers?.demotion === 'unwind' ? rated.counts.rest : rated.counts.whole;
  const weights = weightsOf(component, input.original, exchange, rest, ({ on }) => counts && on === input.original.kind);
  const record = lineRecord(of, input.original, scope, rated, weights);
  return { line: inStream(line, record, input), record };
}

const lineOf = (deal: DealVersion, component: NormalComponent, currency: string, scope: string, rated: Rated): Line => {
  const entitlement = roundLine(rated.exact, component);
  return {
    scope,
    partnerId: deal.partnerId,
    deal,
    component,
    name: component.name,
    currency,
    exact: rated.exact,
    entitlement,
    reason: reasonOf(rated.reason, entitlement),
    earnedAt: rated.earnedAt,
    rules: rated.rules,
    steps: rated.steps,
    otherDeals: [],
    circumstantial: isCircumstantial(component, rated),
  };
};

/** Accumulating components have one scope for life, not one a conversion. */
const running = (line: Line): Line => ({
  ...line,
  scope: runningScope(line.deal, line.component, line.currency),
});

/** What the scale may turn into something. */
const weighedAgain: readonly (Reason | null)[] = ['rounds-to-zero', 'rate-is-zero'];

/** The amount at the line's place in its stream; before the stream has been folded it stands at the beginning. */
export function inStream(line: Line, record: StreamRecord, { streamed }: FoldInput): Line {
  const place = streamed?.[line.scope];
  if (place === undefined) return { ...line, entitlement: 0n, circumstantial: true };
  const trail: Trail = { rules: [], steps: [] };
  const amount = amountAt({ ...record, weights: place.weights ?? record.weights }, line.component, place, trail);
  const reason: Reason | null = weighedAgain.includes(line.reason) ? null : line.reason;
  return {
    ...line,
    exact: amount.exact,
    entitlement: amount.entitlement,
    reason: reasonOf(reason ?? amount.reason, amount.entitlement),
    rules: [...line.rules, ...trail.rules],
    steps: [...line.steps, ...trail.steps],
    circumstantial: true,
  };
}

/** Whether more than the conversion and the terms went into it: then the explanation holds what was known of everybody. */
const isCircumstantial = (component: NormalComponent, rated: Rated): boolean =>
  component.alternatives.length > 0 ||
  component.byOrdinal !== null ||
  component.duration !== null ||
  component.qualify.customer !== null ||
  component.qualify.rule !== null ||
  component.qualify.refusedNetworks.length > 0 ||
  component.split !== null ||
  component.downline !== null ||
  rated.reason === 'fx-rate-missing' ||
  rated.reason === 'customer-excluded' ||
  rated.steps.some(({ step }) => step === 'exchange');

/**
 * The currency of a commission. Amounts that stand in the terms are the brand's: flat parts, bounds of scales, limits of caps. A share of
 * the conversion's money alone is in the conversion's own.
 */
export function currencyOf(component: NormalComponent, { terms, conversion }: Subject, ofBrand: string | null): string {
  const ofMoney = (component.rate !== null && component.spread === null) || component.items !== null;
  const itsOwn = ofMoney && component.amount === null && !isStreamed(component);
  const usual = itsOwn ? (conversion.currency ?? ofBrand) : (ofBrand ?? conversion.currency);
  return terms.currency ?? usual ?? noCurrency;
}

/** Whether the event's own money decides the amount: what is paid is a share of it, it must reach a minimum, or a scale goes by it. */
function asksForMoney({ rate, items, spread, qualify, tiers }: NormalComponent, kind: string): boolean {
  const isMeasured = tiers?.metrics.some(({ measure, on }) => measure === 'amount' && on === kind) ?? false;
  return (rate !== null && spread === null) || items !== null || (qualify.minAmount ?? 0) > 0 || isMeasured;
}

function rateIn(currency: string, component: NormalComponent, subject: Subject, exchange: Exchange, rest: Rest, place: Place): Rated {
  if (currency === noCurrency) return refused('no-currency', 'neither the terms, the brand nor the conversion name a currency');
  const { conversion } = subject;
  if (asksForMoney(component, conversion.kind) && conversion.amount !== null && exchange.into === null)
    return refused('fx-rate-missing', `no rate of ${conversion.currency} in ${currency} for the day is known`);
  return rateComponent(component, subject, exchange, rest, place);
}

const refused = (reason: Reason, detail: string): Rated => notPaid(reason, [{ rule: 'same-currency', passed: false, detail }]);

/** The deal by which a partner earns of a conversion: its own, or one below's. */
export const dealOf = (input: FoldInput, partnerId: string) =>
  dealFor({ ...input.original, partnerId }, input.versions, input.circumstances?.customer?.firstAt ?? null);
