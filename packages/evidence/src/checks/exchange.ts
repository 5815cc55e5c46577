import type { DataOf } from '@tributary/contracts';
import { type CurrencyCode, divide, exchange, isCurrency, multiply, one, type Rational, rate, toFraction } from '@tributary/money';

type Created = DataOf<'payouts.payout.created.v1'>;
type Posted = DataOf<'payouts.ledger.posted.v1'>;
type Exchange = NonNullable<Created['exchange']>;

/** A payout in another currency is what its lines and charges come to at its rate, and the rate is what the recorded ones make. */
export function flawsOfExchange({ amount, currency, exchange: by, charges = [] }: Created): string[] {
  if (!by) return [];
  if (!isCurrency(by.currency) || !isCurrency(currency) || by.currency === currency)
    return [`is exchanged from ${by.currency} into ${currency}`];
  const made = rateOf(by, currency);
  if (made === null) return [`its rates do not lead from ${by.currency} to ${currency}`];
  const flaws: string[] = [];
  if (toFraction(made) !== by.rate) flaws.push(`its rate is ${by.rate}, and the recorded ones make ${toFraction(made)}`);
  const named = by.rates.map(({ source, base, quote, date }) => `${source}:${base}/${quote}:${date}`).join('+');
  if (named !== by.rateId) flaws.push(`names the rate ${by.rateId}, and was made from ${named}`);
  if (by.rates.some(({ date }) => date > by.day)) flaws.push('is exchanged at the rate of a later day');
  const out = exchange(BigInt(by.amount), by.currency, currency satisfies CurrencyCode, made);
  if (out !== BigInt(amount)) flaws.push(`pays ${amount} ${currency}, and ${by.amount} ${by.currency} are ${out}`);
  const charged = charges.reduce((sum, charge) => sum + (charge.kind === 'exchange-fee' ? charge.amount : 0), 0);
  const borne = by.bearer === 'partner' ? by.fee : 0;
  if (charged + borne !== 0) flaws.push(`charges ${-charged} for an exchange that costs the partner ${borne}`);
  return flaws;
}

/** The recorded rates one after the other, each as it is or turned round; null when they do not lead from one to the other. */
function rateOf({ rates, currency }: Exchange, to: string): Rational | null {
  let [at, made] = [currency, one];
  for (const { base, quote, rate: text } of rates) {
    if (base !== at && quote !== at) return null;
    made = multiply(made, base === at ? rate(text) : divide(one, rate(text)));
    at = base === at ? quote : base;
  }
  return at === to ? made : null;
}

/** What the ledger exchanged is what the payout says, in both currencies and at the same rate. */
export function flawsOfExchangePosting({ legs, currency, rateId }: Posted, paid: Created | undefined): string[] {
  const moved = legs.reduce((sum, leg) => sum + (leg.account === 'exchange' ? BigInt(leg.amount) : 0n), 0n);
  if (moved === 0n) return [];
  const by = paid?.exchange;
  if (!paid || !by) return ['exchanges, and the payout does not'];
  const said = BigInt(currency === by.currency ? by.amount : paid.amount);
  const flaws = rateId === by.rateId ? [] : [`exchanges at the rate ${rateId ?? 'of nobody'}, and the payout at ${by.rateId}`];
  if (moved !== said && moved !== -said) flaws.push(`exchanges ${moved} ${currency}, and the payout ${said}`);
  return flaws;
}

const brandAlone = new Set<string>(['brand-funds', 'rail-fees', 'suspense']);
/** Whether it moves nothing of the partner: what a bank or provider took, or moved otherwise than told, is in whatever currency that was. */
export const isOfBrandAlone = ({ legs }: Posted): boolean => legs.every(({ account }) => brandAlone.has(account));
