import { add, compare, isZero, multiply, one, type Rational, toExactText, toFraction, zero } from '@tributary/money';
import type { Kept, NormalComponent, OnRefund, Reason, RuleTried, Step } from '../types.js';
import { type Exchange, type Money, moneyIn } from './exchange.js';
import { modelParts, type Part, partValue } from './models.js';
import { pickRate } from './pick-rate.js';
import { qualify } from './qualify.js';
import type { Rest } from './refunds.js';
import type { Subject } from './subject.js';

export interface Rated {
  /** Exact commission in minor units without tiers and caps, before rounding. */
  exact: Rational;
  /** Why it is nothing; null when it is something. */
  reason: Reason | null;
  /** Whether it moves the meters of a scale: it qualifies and there is something to rate, whatever that comes to. */
  counts: { whole: boolean; rest: boolean };
  rules: RuleTried[];
  steps: Step[];
  earnedAt: string | null;
  /** What a scale goes by: before refunds, and what is left after them. */
  whole: Kept;
  rest: Kept;
  picked: { rate: string | null; amount: string | null };
}

/** Of what earns nothing, or only moves meters. */
export const nothingKept: Kept = { base: '0', units: '0', plain: '0' };

export const notPaid = (reason: Reason, rules: RuleTried[], picked: Rated['picked'] = { rate: null, amount: null }): Rated => ({
  exact: zero,
  reason,
  counts: { whole: false, rest: false },
  rules,
  steps: [],
  earnedAt: null,
  whole: nothingKept,
  rest: nothingKept,
  picked,
});

/** Where the component pays: by what share (of partners above by distance), and since when the partner below has been below. */
export interface Place {
  factor: Rational;
  since: string | null;
}
export const ownPlace: Place = { factor: one, since: null };

/** The exact commission of one component for one conversion with `rest` left of it, with every rule and step on the way. */
export function rateComponent(
  component: NormalComponent,
  subject: Subject,
  exchange: Exchange,
  rest: Rest,
  place: Place = ownPlace,
): Rated {
  const { conversion } = subject;
  const judged = qualify(component, subject, moneyIn(exchange, conversion.amount));
  if (judged.reason) return notPaid(judged.reason, judged.rules);
  const picked = pickRate(component, subject, place.since);
  const rules = [...judged.rules, ...picked.rules];
  if (picked.reason) return notPaid(picked.reason, rules);
  const modelled = modelParts({ component, conversion, picked, exchange, rest });
  rules.push(...modelled.rules);
  if (modelled.reason) return notPaid(modelled.reason, rules, picked);

  const steps: Step[] = [...exchange.steps];
  if (conversion.amount !== null && rest.amount !== null && rest.amount !== conversion.amount) {
    steps.push({
      step: 'left-after-refunds',
      formula: `${conversion.amount} - ${conversion.amount - rest.amount}`,
      value: `${rest.amount}`,
    });
  }
  const shares = modelled.parts.map((part) => keptShare(part.onRefund, component, subject, moneyIn(exchange, rest.amount), rest));
  let [exact, lapsed]: [Rational, Reason | null] = [zero, null];
  for (const [index, part] of modelled.parts.entries()) {
    const kept = shares[index] ?? wholly;
    rules.push(...kept.rules.filter((rule) => !rules.some((known) => known.detail === rule.detail && known.rule === rule.rule)));
    lapsed ??= kept.reason;
    const value = multiply(partValue(part), kept.share);
    steps.push({ step: part.step, formula: formulaOf(part, kept.share, rest), value: toExactText(value) });
    exact = add(exact, value);
  }
  if (modelled.parts.length > 1) steps.push({ step: 'commission', formula: 'sum of the parts', value: toExactText(exact) });
  if (compare(place.factor, one) !== 0) {
    const scaled = multiply(exact, place.factor);
    steps.push({ step: 'level', formula: `${toExactText(exact)} x ${toExactText(place.factor)}`, value: toExactText(scaled) });
    exact = scaled;
  }
  return {
    exact,
    counts: { whole: true, rest: shares.some(({ share }) => !isZero(share)) },
    reason: isZero(exact) ? (lapsed ?? reasonForNothing(component, subject)) : null,
    rules,
    steps,
    earnedAt: judged.earnedAt,
    whole: keptOf(
      modelled.parts,
      modelled.parts.map(() => one),
      place,
    ),
    rest: keptOf(
      modelled.parts,
      shares.map(({ share }) => share),
      place,
    ),
    picked: { rate: picked.rate, amount: picked.amount },
  };
}

const wholly: { share: Rational; reason: Reason | null; rules: RuleTried[] } = { share: one, reason: null, rules: [] };

function keptOf(parts: readonly Part[], shares: readonly Rational[], { factor }: Place): Kept {
  let [base, units, plain] = [zero, zero, zero];
  for (const [index, part] of parts.entries()) {
    const share = multiply(shares[index] ?? zero, factor);
    if (part.kind === 'base') base = add(base, multiply(part.of, share));
    else units = add(units, multiply(part.of, share));
    plain = add(plain, multiply(partValue(part), share));
  }
  return { base: toFraction(base), units: toFraction(units), plain: toFraction(plain) };
}

function formulaOf(part: Part, kept: Rational, rest: Rest): string {
  if (kept.n === kept.d) return part.formula;
  if (part.formulaOnRest !== null && compare(kept, rest.share) === 0) return part.formulaOnRest;
  return `${part.formula} x ${toExactText(kept)}`;
}

/** The share of a part that stays after the refunds, by the component's policy. */
function keptShare(policy: OnRefund, component: NormalComponent, subject: Subject, left: Money, rest: Rest): typeof wholly {
  const rule = (passed: boolean, detail: string): RuleTried => ({ rule: `refund-${policy}`, passed, detail });
  const untouched = rest.share.n === rest.share.d;
  if (untouched) return wholly;
  if (policy === 'never') return { share: one, reason: null, rules: [rule(true, 'refunds take nothing of it')] };
  if (rest.gone) return { share: zero, reason: 'fully-refunded' as const, rules: [rule(false, 'nothing of the original is left')] };
  if (policy === 'proportional') {
    return { share: rest.share, reason: null, rules: [rule(true, `it keeps the share that is left, ${toExactText(rest.share)}`)] };
  }
  const again = qualify(component, subject, left);
  if (again.reason) return { share: zero, reason: again.reason, rules: [rule(false, 'what is left no longer qualifies'), ...again.rules] };
  return { share: one, reason: null, rules: [rule(true, 'what is left still qualifies')] };
}

function reasonForNothing(component: NormalComponent, { conversion }: Subject): Reason {
  const byMoney = component.model === 'percentage' || component.model === 'flat-plus-percentage';
  if (byMoney && conversion.amount === null) return 'no-amount';
  return conversion.amount === 0n && (byMoney || component.model === 'line-items') ? 'amount-is-zero' : 'rate-is-zero';
}
