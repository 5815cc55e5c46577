import { multiply, type Rational, rate, toFraction, zero } from '@tributary/money';
import type { Kept } from '../../types.js';
import { exchangeOf, moneyIn } from '../exchange.js';
import { type Line, scopeKey } from '../line.js';
import { currencyOf, inStream } from '../own-lines.js';
import { pickRate } from '../pick-rate.js';
import { qualify } from '../qualify.js';
import { feedRecord } from '../streams/records.js';
import { type Link, latestOf, lineAbove, sumIn } from './chain.js';

/**
 * A bonus for the partner below having come to a milestone. This conversion brings it nearer by what it earned that partner; whether it is
 * the one that reaches it depends on all the others, and so on its place in the stream.
 */
export function onTheWay(link: Link, below: readonly Line[], factor: Rational): Line {
  const { chain, deal, component, subject, above } = link;
  const { input } = chain;
  const { original } = input;
  const currency = currencyOf(component, subject, input.brandCurrency ?? null);
  const judged = qualify(component, subject, moneyIn(exchangeOf(subject, original.currency, currency), original.amount));
  const picked = pickRate(component, subject, above.since);
  const earned = sumIn(subject, below, currency);
  const refusal = judged.reason ?? picked.reason ?? (earned === null ? 'fx-rate-missing' : null);
  const line = lineAbove(link, {
    currency,
    exact: zero,
    reason: refusal,
    earnedAt: latestOf([judged.earnedAt, ...below.map(({ earnedAt }) => earnedAt)]),
    rules: [...judged.rules, ...picked.rules],
    steps: [],
  });
  if (refusal !== null || earned === null) return line;
  const plain = toFraction(multiply(rate(picked.amount ?? '0'), factor));
  const kept: Kept = { base: '0', units: toFraction(factor), plain };
  const record = {
    ...feedRecord({ deal, component, currency, timeZone: subject.timeZone }, original, []),
    scope: scopeKey(original.conversionId, deal.dealId, component.name, currency),
    picked: { rate: null, amount: picked.amount },
    whole: kept,
    rest: kept,
    earned: [{ at: original.occurredAt, total: toFraction(earned) }],
  };
  chain.records.push(record);
  return inStream({ ...line, reason: null }, record, input);
}
