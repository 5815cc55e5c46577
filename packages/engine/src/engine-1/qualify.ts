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
  const rules: RuleTried[] = [];
  for (const condition of [largeEnough, asTheRuleSays, fromNoRefusedNetwork]) {
    const found = condition(component, subject, amount);
    rules.push(...found.rules);
    if (found.reason !== null) return { reason: found.reason, rules, earnedAt: null };
  }
  const { customer } = component.qualify;
  if (customer === null) return { ...excluded(subject, rules), earnedAt: null };
  const judged = qualifyCustomer(customer, subject);
  return { reason: judged.reason, rules: [...rules, ...judged.rules], earnedAt: judged.earnedAt };
}

/** What became of one condition; of one that the terms do not make nothing is said. */
type Condition = (component: NormalComponent, subject: Subject, amount: Money) => Pick<Judged, 'reason' | 'rules'>;
const notAsked = { reason: null, rules: [] };

const largeEnough: Condition = ({ qualify: { minAmount } }, _subject, amount) => {
  if (minAmount === null) return notAsked;
  const least = rational(BigInt(minAmount));
  const passed = amount.minor === null ? minAmount <= 0 : compare(amount.minor, least) >= 0;
  const detail = `${amount.shown} is ${passed ? 'at least' : 'less than'} ${minAmount}`;
  return { reason: passed ? null : 'below-minimum-amount', rules: [{ rule: 'minimum-amount', passed, detail }] };
};

const asTheRuleSays: Condition = ({ qualify: { rule } }, subject, amount) => {
  if (rule === null) return notAsked;
  const facts = ruleFacts(subject, amount.reported);
  const passed = evaluate(rule, facts);
  const whole = { rule: 'qualification-as-a-whole', passed, detail: passed ? 'it qualifies' : 'it does not qualify' };
  return { reason: passed ? null : 'rule-not-met', rules: [...ruleTried('qualification', rule, facts), whole] };
};

/** Unknown is never a no: without a verdict nothing is refused. */
const fromNoRefusedNetwork: Condition = ({ qualify: { refusedNetworks } }, { circumstances: { network } }) => {
  if (refusedNetworks.length === 0) return notAsked;
  const rule = 'network';
  if (network === undefined) return { reason: null, rules: [{ rule, passed: true, detail: 'no verdict on its network is known' }] };
  const passed = !refusedNetworks.includes(network.network);
  const verdict = `${network.subjectId} came from ${network.network} at ${network.seenAt} (verdict ${network.signalId})`;
  const detail = `${verdict}; ${passed ? 'not ' : ''}among ${refusedNetworks.join(', ')}, which are refused`;
  return { reason: passed ? null : 'network-refused', rules: [{ rule, passed, detail }] };
};

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
