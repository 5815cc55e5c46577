import { add, allocate, multiply, one, type Rational, rate, rational, subtract } from '@tributary/money';
import type { Circumstances, Split } from '../types.js';
import { type Line, scopeKey } from './line.js';

/** Who gets which share of a component: by partner, in the order by which left-over units are given away. */
export function sharesOf(split: Split, { touches }: Circumstances, ownPartner: string): { partnerId: string; share: Rational }[] {
  if (split.by === 'named') return split.shares.map(({ partnerId, share }) => ({ partnerId, share: rate(share) }));
  const partners = touches.length === 0 ? [ownPartner] : touches;
  const [first, last] = [rate(split.first), rate(split.last)];
  const equal = multiply(subtract(one, add(first, last)), rational(1n, BigInt(partners.length)));
  const shares = new Map<string, Rational>();
  for (const [index, partnerId] of partners.entries()) {
    let share = equal;
    if (index === 0) share = add(share, first);
    if (index === partners.length - 1) share = add(share, last);
    shares.set(partnerId, add(shares.get(partnerId) ?? rational(0n), share));
  }
  return [...shares].map(([partnerId, share]) => ({ partnerId, share }));
}

/**
 * A component's line shared among partners: bonuses of the first and of the last, the rest in equal parts, or shares by name. The
 * rounded amount is divided, so that the parts are the whole; left-over units go to the largest fractions, of equal ones to the first.
 */
export function splitLine(line: Line, circumstances: Circumstances): Line[] {
  const { split } = line.component;
  if (split === null || line.entitlement === null) return [line];
  const shares = sharesOf(split, circumstances, line.deal.partnerId);
  const parts = allocate(
    line.entitlement,
    shares.map(({ share }) => share),
  );
  return shares.map(({ partnerId, share }, index) => {
    const part = parts[index] ?? 0n;
    const step = { step: 'split', formula: `${line.entitlement} x ${share.n}/${share.d} to ${partnerId}`, value: `${part}` };
    const own = partnerId === line.deal.partnerId;
    return {
      ...line,
      partnerId,
      scope: own ? line.scope : `${line.scope}/${scopeKey(partnerId)}`,
      exact: multiply(line.exact, share),
      entitlement: part,
      reason: line.reason ?? (part === 0n ? 'rounds-to-zero' : null),
      steps: [...line.steps, step],
      circumstantial: true,
    };
  });
}
