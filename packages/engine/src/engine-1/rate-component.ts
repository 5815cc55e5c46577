import { add, compare, isZero, multiply, type Rational, rate, rational, toExactText, zero } from '@tributary/money';
import type { Conversion, NormalComponent, OnRefund, Reason, RuleTried, Step } from '../types.js';
import { qualify } from './qualify.js';
import type { Rest } from './refunds.js';

export interface Rated {
  /** Exact commission in minor units, before rounding. */
  exact: Rational;
  /** Why it is nothing; null when it is something. */
  reason: Reason | null;
  rules: RuleTried[];
  steps: Step[];
}

/** The exact commission of one component for one conversion with `rest` left of it, with every rule and step on the way. */
export function rateComponent(component: NormalComponent, original: Conversion, currency: string, rest: Rest): Rated {
  const judged = qualify(component, original, currency, original.amount);
  if (judged.reason) return { exact: zero, reason: judged.reason, rules: judged.rules, steps: [] };

  const rules = [...judged.rules];
  const steps: Step[] = [];
  if (original.amount !== null && rest.amount !== null && rest.amount !== original.amount) {
    steps.push({ step: 'left-after-refunds', formula: `${original.amount} - ${original.amount - rest.amount}`, value: `${rest.amount}` });
  }

  let [exact, lapsed]: [Rational, Reason | null] = [zero, null];
  const parts = partsOf(component, original, rest);
  for (const part of parts) {
    const kept = keptShare(part.onRefund, component, original, currency, rest);
    rules.push(...kept.rules.filter((rule) => !rules.some((known) => known.detail === rule.detail && known.rule === rule.rule)));
    lapsed ??= kept.reason;
    const value = multiply(part.full, kept.share);
    steps.push({ step: part.step, formula: formulaOf(part, kept.share, rest), value: toExactText(value) });
    exact = add(exact, value);
  }
  if (parts.length > 1) steps.push({ step: 'commission', formula: 'sum of the parts', value: toExactText(exact) });
  return { exact, reason: isZero(exact) ? (lapsed ?? reasonForNothing(component, original)) : null, rules, steps };
}

interface Part {
  step: string;
  formula: string;
  /** The same arithmetic on what refunds have left; null where only a share of the whole says it. */
  formulaOnRest: string | null;
  full: Rational;
  onRefund: OnRefund;
}

function partsOf(component: NormalComponent, original: Conversion, rest: Rest): Part[] {
  const parts: Part[] = [];
  if (component.amount !== null) {
    parts.push({
      step: 'flat-part',
      formula: component.amount,
      formulaOnRest: null,
      full: rate(component.amount),
      onRefund: component.onRefund.flat,
    });
  }
  if (component.rate !== null && original.amount !== null) {
    const full = multiply(rational(original.amount), rate(component.rate));
    parts.push({
      step: 'percentage-part',
      formula: `${original.amount} x ${component.rate}`,
      formulaOnRest: rest.amount === null ? null : `${rest.amount} x ${component.rate}`,
      full,
      onRefund: component.onRefund.percentage,
    });
  }
  return parts;
}

function formulaOf(part: Part, kept: Rational, rest: Rest): string {
  if (kept.n === kept.d) return part.formula;
  if (part.formulaOnRest !== null && compare(kept, rest.share) === 0) return part.formulaOnRest;
  return `${part.formula} x ${toExactText(kept)}`;
}

/** The share of a part that stays after the refunds, by the component's policy. */
function keptShare(policy: OnRefund, component: NormalComponent, original: Conversion, currency: string, rest: Rest) {
  const rule = (passed: boolean, detail: string): RuleTried => ({ rule: `refund-${policy}`, passed, detail });
  const untouched = rest.share.n === rest.share.d;
  if (untouched) return { share: rational(1n), reason: null, rules: [] };
  if (policy === 'never') return { share: rational(1n), reason: null, rules: [rule(true, 'refunds take nothing of it')] };
  if (rest.gone) return { share: zero, reason: 'fully-refunded' as const, rules: [rule(false, 'nothing of the original is left')] };
  if (policy === 'proportional') {
    return { share: rest.share, reason: null, rules: [rule(true, `it keeps the share that is left, ${toExactText(rest.share)}`)] };
  }
  const again = qualify(component, original, currency, rest.amount);
  if (again.reason) return { share: zero, reason: again.reason, rules: [rule(false, 'what is left no longer qualifies'), ...again.rules] };
  return { share: rational(1n), reason: null, rules: [rule(true, 'what is left still qualifies')] };
}

function reasonForNothing(component: NormalComponent, original: Conversion): Reason {
  if (component.rate !== null && original.amount === null) return 'no-amount';
  if (component.rate !== null && original.amount === 0n) return 'amount-is-zero';
  return 'rate-is-zero';
}
