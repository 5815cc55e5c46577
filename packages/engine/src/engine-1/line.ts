import { type Rational, round, toFraction } from '@tributary/money';
import { toInput } from '../inputs.js';
import type { DealVersion, Explanation, FoldInput, NormalComponent, Reason, RuleTried, ScopeResult, Step } from '../types.js';
import type { AppliedRefund } from './refunds.js';

export const engineVersion = 'engine-1';

/** A scope of one conversion before it is written down: who earns what by which component, and why. */
export interface Line {
  scope: string;
  /** Who earns it: the deal's own partner, one that it shares with, or one below who funds it. */
  partnerId: string;
  deal: DealVersion;
  component: NormalComponent;
  /** The name under which it is posted: the component's, or that of what it funds. */
  name: string;
  currency: string;
  exact: Rational;
  /** Null for a running scope. */
  entitlement: bigint | null;
  reason: Reason | null;
  earnedAt: string | null;
  rules: readonly RuleTried[];
  steps: readonly Step[];
  /** Versions of other deals that have a part in the amount. */
  otherDeals: readonly DealVersion[];
  /** Whether the amount depends on anything beyond the conversion, its refunds and the terms. */
  circumstantial: boolean;
}

/** Parts are escaped, so that two different scopes never share a key. */
export const scopeKey = (...parts: string[]): string => parts.map(encodeURIComponent).join('/');

/** The one scope of an accumulating component for life. */
export const runningScope = ({ dealId }: DealVersion, { name, rounding }: NormalComponent, currency: string): string =>
  scopeKey(dealId, name, currency, rounding);

export const roundLine = (exact: Rational, { rounding, subCent }: NormalComponent): bigint | null =>
  subCent === 'accumulate' ? null : round(exact, rounding);

export const reasonOf = (reason: Reason | null, entitlement: bigint | null): Reason | null => {
  if (reason) return reason;
  return entitlement === 0n ? 'rounds-to-zero' : null;
};

/** The scope with its explanation, as the journal posts it. */
export function writeLine(input: FoldInput, applied: readonly AppliedRefund[], line: Line): ScopeResult {
  const { deal, component, currency, exact, entitlement, reason } = line;
  const running = entitlement === null;
  const explanation: Explanation = {
    explanationVersion: 1,
    engineVersion,
    scope: line.scope,
    component: line.name,
    inputs: {
      conversion: toInput(input.original),
      refunds: applied.map(({ refund }) => toInput(refund)),
      deal,
      brandCurrency: input.brandCurrency ?? null,
    },
    rules: [...rulesBefore(input, line), ...applied.map(refundRule), ...line.rules],
    steps: line.steps,
    rounding: {
      mode: component.rounding,
      place: `once, on ${roundedWhole(line)}, to the minor unit of ${currency}`,
    },
    exact: toFraction(exact),
    result: { amount: running ? null : `${entitlement}`, currency, reason },
  };
  if (line.circumstantial) addCircumstances(explanation, input, line);
  const common = {
    scope: line.scope,
    partnerId: line.partnerId,
    dealId: deal.dealId,
    dealVersion: deal.version,
    component: line.name,
    currency,
    rounding: component.rounding,
    reason,
    earnedAt: line.earnedAt,
    exact: explanation.exact,
    explanation,
  };
  return running ? { type: 'running', ...common } : { type: 'conversion', entitlement, ...common };
}

/** What is rounded: a fraction that accumulates is carried on, in a stream to the next conversion of its period. */
const roundedWhole = ({ entitlement, component: { subCent } }: Line): string => {
  if (entitlement === null) return 'the sum over the life of the deal';
  return subCent === 'accumulate' ? 'the sum of the period before and after the conversion' : 'the commission of the conversion';
};

function addCircumstances({ inputs }: Explanation, input: FoldInput, { otherDeals }: Line): void {
  if (input.timeZone !== undefined) inputs.timeZone = input.timeZone;
  if (input.circumstances) inputs.circumstances = input.circumstances;
  if (input.streamed) inputs.streamed = input.streamed;
  if (otherDeals.length > 0) inputs.otherDeals = otherDeals;
}

const rulesBefore = ({ original }: FoldInput, { deal, component }: Line): RuleTried[] => [
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
