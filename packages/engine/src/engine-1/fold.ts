import { isZero, type Rational, round, toFraction } from '@tributary/money';
import { isRefundKind } from '../check-terms.js';
import { dealFor } from '../deal-history.js';
import { toInput } from '../inputs.js';
import { withDefaults } from '../terms.js';
import type {
  Conversion,
  DealVersion,
  Explanation,
  FoldInput,
  FoldResult,
  NormalComponent,
  NormalTerms,
  Outcome,
  Reason,
  RefundOutcome,
  RuleTried,
  ScopeResult,
} from '../types.js';
import { attributesOf } from './qualify.js';
import { type Rated, rateComponent } from './rate-component.js';
import { type AppliedRefund, applyRefunds, type Rest, untouched } from './refunds.js';

const engineVersion = 'engine-1';
/** ISO 4217's own code for "no currency". */
const noCurrency = 'XXX';
const unratable: readonly Reason[] = ['currency-mismatch', 'no-currency', 'negative-amount'];

/** Engine 1: flat, percentage and both together, each scope from its own facts alone. */
export function foldConversion1(input: FoldInput): FoldResult {
  const { original } = input;
  const applied = applyRefunds(original, input.refunds);
  const early = reasonBeforeAnyDeal(original);
  if (early) return earnsNothing(original, applied, early, null);

  const choice = dealFor(original, input.versions);
  if (choice.deal === null) return earnsNothing(original, applied, choice.reason, null);
  const { deal } = choice;
  const terms = withDefaults(deal.terms);
  const summary = { dealId: deal.dealId, version: deal.version, holdDays: terms.holdDays };
  const components = terms.components.filter(({ on }) => on === original.kind);
  if (components.length === 0) return earnsNothing(original, applied, 'no-component-for-kind', summary);

  const rest = applied.at(-1)?.rest ?? untouched(original);
  const scopes = components.map((component) => rateScope(input, applied, deal, terms, component, rest));
  const commission = scopes.some(({ reason }) => reason === null);
  const reason = commission ? null : (scopes.find((scope) => isUnratable(scope.reason))?.reason ?? scopes[0]?.reason ?? null);
  return {
    engineVersion,
    conversionId: original.conversionId,
    outcome: outcomeOf(reason),
    reason,
    deal: summary,
    scopes,
    refunds: refundOutcomes(input, terms, components, applied),
  };
}

function reasonBeforeAnyDeal(original: Conversion): Reason | null {
  if (isRefundKind(original.kind) || original.originalConversionId !== null) return 'original-unknown';
  if (original.amount !== null && original.amount < 0n) return 'negative-amount';
  return original.partnerId === null ? 'no-partner' : null;
}

const isUnratable = (reason: Reason | null): boolean => reason !== null && unratable.includes(reason);
const outcomeOf = (reason: Reason | null): Outcome =>
  reason === null ? 'commission' : isUnratable(reason) ? 'rejected' : 'zero-commission';

function earnsNothing(original: Conversion, applied: readonly AppliedRefund[], reason: Reason, deal: FoldResult['deal']): FoldResult {
  const refunds = applied.map((one) => refundOutcome(one, one.reason ?? 'original-earned-nothing'));
  return { engineVersion, conversionId: original.conversionId, outcome: outcomeOf(reason), reason, deal, scopes: [], refunds };
}

/** One component's scope: rated, rounded at its one place, explained. */
function rateScope(
  input: FoldInput,
  applied: readonly AppliedRefund[],
  deal: DealVersion,
  terms: NormalTerms,
  component: NormalComponent,
  rest: Rest,
): ScopeResult {
  const { original } = input;
  const currency = currencyOf(component, terms, input);
  const rated = rateIn(currency, component, original, rest);
  const running = component.subCent === 'accumulate';
  const entitlement = running ? null : round(rated.exact, component.rounding);
  const reason = rated.reason ?? (entitlement === 0n ? 'rounds-to-zero' : null);
  const scope = running
    ? scopeKey(deal.dealId, component.name, currency, component.rounding)
    : scopeKey(original.conversionId, deal.dealId, component.name, currency);

  const explanation: Explanation = {
    explanationVersion: 1,
    engineVersion,
    scope,
    component: component.name,
    inputs: {
      conversion: toInput(original, attributesOf(component.qualify.rule)),
      refunds: applied.map(({ refund }) => toInput(refund, [])),
      deal,
      brandCurrency: input.brandCurrency ?? null,
    },
    rules: [...rulesBefore(original, deal, component), ...applied.map(refundRule), ...rated.rules],
    steps: rated.steps,
    rounding: {
      mode: component.rounding,
      place: running
        ? `once, on the sum over the life of the deal, to the minor unit of ${currency}`
        : `once, on the commission of the conversion, to the minor unit of ${currency}`,
    },
    exact: toFraction(rated.exact),
    result: { amount: entitlement === null ? null : `${entitlement}`, currency, reason },
  };
  const common = {
    scope,
    partnerId: deal.partnerId,
    dealId: deal.dealId,
    dealVersion: deal.version,
    component: component.name,
    currency,
    rounding: component.rounding,
    reason,
    exact: explanation.exact,
    explanation,
  };
  return entitlement === null ? { type: 'running', ...common } : { type: 'conversion', entitlement, ...common };
}

/** Parts are escaped, so that two different scopes never share a key. */
const scopeKey = (...parts: string[]): string => parts.map(encodeURIComponent).join('/');

function currencyOf(component: NormalComponent, terms: NormalTerms, { original, brandCurrency }: FoldInput): string {
  const ofBrand = brandCurrency ?? null;
  const usual = component.amount === null ? (original.currency ?? ofBrand) : (ofBrand ?? original.currency);
  return terms.currency ?? usual ?? noCurrency;
}

function rateIn(currency: string, component: NormalComponent, original: Conversion, rest: Rest): Rated {
  const refuse = (reason: Reason, detail: string): Rated => ({
    exact: { n: 0n, d: 1n },
    reason,
    rules: [{ rule: 'same-currency', passed: false, detail }],
    steps: [],
  });
  if (currency === noCurrency) return refuse('no-currency', 'neither the terms, the brand nor the conversion name a currency');
  if (component.rate !== null && original.amount !== null && original.currency !== currency) {
    return refuse('currency-mismatch', `the amount is in ${original.currency ?? 'no currency'}, the commission in ${currency}`);
  }
  return rateComponent(component, original, currency, rest);
}

const rulesBefore = (original: Conversion, deal: DealVersion, component: NormalComponent): RuleTried[] => [
  {
    rule: 'deal-in-force',
    passed: true,
    detail: `${deal.dealId} version ${deal.version}, effective ${deal.effectiveFrom}, at ${original.occurredAt}`,
  },
  { rule: 'component-for-kind', passed: true, detail: `${component.name} pays on ${component.on}` },
];

function refundRule({ refund, asked, applied, reason }: AppliedRefund): RuleTried {
  const capped = asked !== null && applied < asked && reason === null && applied > 0n;
  const took = `${refund.kind} ${refund.conversionId} takes ${asked === null ? 'all that is left' : asked}`;
  const detail = reason ? `${took}: not applied, ${reason}` : `${took}${capped ? `, capped at the ${applied} that were left` : ''}`;
  return { rule: capped ? 'refund-capped' : 'refund-applied', passed: reason === null, detail };
}

/** Each refund's own outcome: whether the exact commission of any component is another after it than before. */
function refundOutcomes(
  input: FoldInput,
  terms: NormalTerms,
  components: readonly NormalComponent[],
  applied: readonly AppliedRefund[],
): RefundOutcome[] {
  if (applied.length === 0) return [];
  const exactAt = (rest: Rest): Rational[] =>
    components.map((one) => rateIn(currencyOf(one, terms, input), one, input.original, rest).exact);
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
