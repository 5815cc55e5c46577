import { addMonths, instantMs } from '@tributary/calendar';
import { evaluate } from '@tributary/rules';
import type { NormalComponent, Reason, RuleTried } from '../types.js';
import { ruleTried } from './qualify.js';
import { ruleFacts } from './rule-facts.js';
import type { Subject } from './subject.js';

export interface Picked {
  rate: string | null;
  amount: string | null;
  /** Why nothing is paid at all; null otherwise. */
  reason: Reason | null;
  rules: RuleTried[];
}

/**
 * The rate and amount by which a component pays, before tiers. In this order, each replacing what the one before said: the component's
 * own; by the ordinal of the purchase; after the duration; the matching alternative of the highest priority. Tiers come last and go by
 * what is picked here.
 */
export function pickRate(component: NormalComponent, subject: Subject, since: string | null): Picked {
  const picked: Picked = { rate: component.rate, amount: component.amount, reason: null, rules: [] };
  byOrdinal(component, subject, picked);
  if (picked.reason === null) byDuration(component, subject, since, picked);
  if (picked.reason === null) byAlternatives(component, subject, picked);
  return picked;
}

function byOrdinal({ byOrdinal: wanted }: NormalComponent, { circumstances: { customer } }: Subject, picked: Picked): void {
  if (wanted === null) return;
  if (customer === null) return refuse(picked, 'customer-unknown', 'ordinal', 'the event names no customer');
  const { ordinal } = customer;
  const rate = wanted.rates[ordinal - 1] ?? (wanted.beyond === 'last' ? wanted.rates.at(-1) : undefined);
  if (rate === undefined) return refuse(picked, 'ordinal-beyond', 'ordinal', `nothing is paid for number ${ordinal}`);
  picked.rate = rate;
  picked.rules.push({ rule: 'ordinal', passed: true, detail: `number ${ordinal} of the customer pays ${rate}` });
}

function byDuration({ duration }: NormalComponent, subject: Subject, since: string | null, picked: Picked): void {
  if (duration === null) return;
  const { conversion, circumstances, timeZone } = subject;
  const start = duration.from === 'recruited' ? since : (circumstances.customer?.firstAt ?? null);
  if (start === null) return refuse(picked, 'customer-unknown', 'duration', 'the event names no customer');
  const end = addMonths(start, duration.months, timeZone);
  const over = instantMs(conversion.occurredAt) >= instantMs(end);
  picked.rules.push({ rule: 'duration', passed: !over, detail: `${duration.months} months from ${start} end at ${end}` });
  if (!over) return;
  const { afterwards } = duration;
  if (!afterwards) {
    picked.reason = 'duration-over';
    return;
  }
  replace(picked, afterwards);
}

function byAlternatives({ alternatives }: NormalComponent, subject: Subject, picked: Picked): void {
  if (alternatives.length === 0) return;
  const facts = ruleFacts(subject, subject.conversion.amount);
  let winner: string | null = null;
  for (const one of alternatives) {
    const holds = evaluate(one.when, facts);
    const wins = holds && winner === null;
    const verdict = wins ? 'wins' : holds ? `loses to ${winner}` : 'does not hold';
    const sentences = ruleTried('', one.when, facts).map(({ detail }) => detail);
    const pays = [one.rate, one.amount].filter((value) => value !== undefined).join(' and ');
    picked.rules.push({
      rule: 'alternative',
      passed: wins,
      detail: `${one.name} (priority ${one.priority}, pays ${pays}) ${verdict}: ${sentences.join('; ')}`,
    });
    if (!wins) continue;
    winner = one.name;
    replace(picked, one);
  }
  const own = [picked.rate, picked.amount].filter((value) => value !== null).join(' and ');
  picked.rules.push({
    rule: 'own-rate',
    passed: winner === null,
    detail: winner === null ? `no alternative holds: ${own}` : `loses to ${winner}`,
  });
}

function replace(picked: Picked, by: { rate?: string | undefined; amount?: number | string | undefined }): void {
  if (by.rate !== undefined) picked.rate = by.rate;
  if (by.amount !== undefined) picked.amount = String(by.amount);
}

function refuse(picked: Picked, reason: Reason, rule: string, detail: string): void {
  picked.reason = reason;
  picked.rules.push({ rule, passed: false, detail });
}
