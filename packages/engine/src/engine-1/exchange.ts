import { bucketOf } from '@tributary/calendar';
import { convert, multiply, one, type Rational, rate, rational, subtract, toExactText } from '@tributary/money';
import { type FxRate, rateOn } from '../fx.js';
import type { Conversion, Step } from '../types.js';
import type { Subject } from './subject.js';

/** An amount of a conversion in the currency of the commission. */
export interface Money {
  /** Minor units as the sender reported them; null when the conversion carries no money. */
  reported: bigint | null;
  /** Exact minor units of the commission's currency. */
  minor: Rational | null;
  /** For people. */
  shown: string;
}

export interface Exchange {
  /** Null when no rate is known. */
  into: ((amount: bigint) => Rational) | null;
  /** The rates used: part of the evidence. */
  used: readonly FxRate[];
  steps: readonly Step[];
}

const same: Exchange = { into: (amount) => rational(amount), used: [], steps: [] };

/**
 * How amounts of a conversion become amounts of a commission: at the rate of the day on which it occurred in the terms' zone, less the
 * fee that the partner bears. The rate stays with the entry for ever.
 */
export function exchangeOf(subject: Subject, from: string | null, to: string): Exchange {
  if (from === null || from === to) return same;
  const { circumstances, conversion, terms, timeZone } = subject;
  const date = dateOf(conversion, timeZone);
  const found = rateOn(circumstances.rates, from, to, date);
  if (found === null) return { into: null, used: [], steps: [] };
  const after = multiply(found.rate, subtract(one, rate(terms.fxFee)));
  const paths = found.path.map((one) => `${one.base}/${one.quote} ${one.rate} of ${one.date} by ${one.source}`).join(', ');
  return {
    into: (amount) => convert(amount, from, to, after),
    used: found.path,
    steps: [
      {
        step: 'exchange',
        formula: `${from} to ${to} on ${date}: ${paths}${terms.fxFee === '0' ? '' : `, less a fee of ${terms.fxFee}`}`,
        value: toExactText(after),
      },
    ],
  };
}

/** The day of the rate: that of the event on the terms' calendar. */
export const dateOf = ({ occurredAt }: Pick<Conversion, 'occurredAt'>, timeZone: string): string => bucketOf(occurredAt, 'day', timeZone);

export function moneyIn(exchange: Exchange, amount: bigint | null): Money {
  const minor = amount === null || exchange.into === null ? null : exchange.into(amount);
  return { reported: amount, minor, shown: minor === null ? '0' : toExactText(minor) };
}
