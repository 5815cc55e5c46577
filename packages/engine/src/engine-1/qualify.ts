import { instantMs } from '@tributary/calendar';
import { compare, rational } from '@tributary/money';
import { evaluate, type Facts, type RuleGroup, trace } from '@tributary/rules';
import type { NormalComponent, Reason, RuleTried } from '../types.js';
import { qualifyCustomer } from './customer.js';
import type { Money } from './exchange.js';
import { ruleFacts } from './rule-facts.js';
import type { Subject } from './subject.js';

export interface Judged {
  /** Null when it earns. */
  reason: Reason | null;
  rules: RuleTried[];
  /** When it was earned, where that is later than the conversion. */
  earnedAt: string | null;
}

/** Whether a conversion of this amount (in the commission's currency) earns by the component. No amount counts as 0. */
export function qualify(component: NormalComponent, subject: Subject, amount: Money): Judged {
  const { minAmount, rule, customer } = component.qualify;
  const rules: RuleTried[] = [];
  if (minAmount !== null) {
    const least = rational(BigInt(minAmount));
    const passed = amount.minor === null ? minAmount <= 0 : compare(amount.minor, least) >= 0;
    rules.push({ rule: 'minimum-amount', passed, detail: `${amount.shown} is ${passed ? 'at least' : 'less than'} ${minAmount}` });
    if (!passed) return { reason: 'below-minimum-amount', rules, earnedAt: null };
  }
  if (rule !== null) {
    const facts = ruleFacts(subject, amount.reported);
    rules.push(...ruleTried('qualification', rule, facts));
    const passed = evaluate(rule, facts);
    rules.push({ rule: 'qualification-as-a-whole', passed, detail: passed ? 'it qualifies' : 'it does not qualify' });
    if (!passed) return { reason: 'rule-not-met', rules, earnedAt: null };
  }
  if (customer === null) return { ...excluded(subject, rules), earnedAt: null };
  const judged = qualifyCustomer(customer, subject);
  return { reason: judged.reason, rules: [...rules, ...judged.rules], earnedAt: judged.earnedAt };
}

/** An excluded customer earns nobody anything from then on, whether or not the terms ask what customers have done. */
function excluded({ conversion, circumstances }: Subject, rules: RuleTried[]): Omit<Judged, 'earnedAt'> {
  const from = circumstances.customer?.excludedFrom ?? null;
  if (from === null || instantMs(conversion.occurredAt) < instantMs(from)) return { reason: null, rules };
  return {
    reason: 'customer-excluded',
    rules: [...rules, { rule: 'exclusion', passed: false, detail: `the customer is excluded from ${from}` }],
  };
}

/** Each comparison of a rule with what was found. */
export const ruleTried = (name: string, rule: RuleGroup, facts: Facts): RuleTried[] =>
  trace(rule, facts).map((one) => ({ rule: name, passed: one.passed, detail: `${one.sentence}: found ${one.found}` }));
