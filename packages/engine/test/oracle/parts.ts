import type { Band, Component, Conversion, Tiers } from '../../src/index.js';
import { decimal, isLess, least, minus, most, nought, over, plus, type Scaled, times } from './fractions.js';

export const inOrder = (a: Conversion, b: Conversion): number =>
  a.occurredAt === b.occurredAt ? (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0) : a.occurredAt < b.occurredAt ? -1 : 1;

export const periodOf = (at: string, reset: Tiers['reset']): string => at.slice(0, reset === 'day' ? 10 : reset === 'month' ? 7 : 0);

/** Whether a fact counts in the period, or the window of days, in which another lies. */
export const counts = (one: Conversion, end: Conversion, reset: Tiers['reset']): boolean =>
  typeof reset === 'object'
    ? Date.parse(one.occurredAt) > Date.parse(end.occurredAt) - reset.rollingDays * 86_400_000
    : periodOf(one.occurredAt, reset) === periodOf(end.occurredAt, reset);

export const bandAt = ({ bands }: Tiers, bounds: string, value: Scaled): number => {
  const index = bands.findIndex(({ upTo }) => {
    if (upTo === undefined || upTo === null) return true;
    return bounds === 'inclusive' ? !isLess(decimal(upTo), value) : isLess(value, decimal(upTo));
  });
  return index < 0 ? bands.length - 1 : index;
};

export function marginal(tiers: Tiers, bounds: string, from: Scaled, to: Scaled, at: (band: Band | undefined) => Scaled): Scaled {
  if (!isLess(from, to)) return at(tiers.bands[bandAt(tiers, bounds, from)]);
  let [sum, lower] = [nought, nought];
  for (const [index, band] of tiers.bands.entries()) {
    const upper = index === tiers.bands.length - 1 ? to : decimal(band.upTo ?? 0);
    const part = minus(least(upper, to), most(lower, from));
    if (isLess(nought, part)) sum = plus(sum, times(over(part, minus(to, from)), at(band)));
    const isPast = (value: Scaled): boolean => (index > 0 && bounds === 'exclusive' ? !isLess(value, lower) : isLess(lower, value));
    if (band.fixed !== undefined && isPast(to) && !isPast(from)) sum = plus(sum, decimal(band.fixed));
    lower = upper;
  }
  return sum;
}

/** Rounded down each, and what is left goes one by one to the largest remainders. */
export function shared({ split }: Component, owner: string, net: bigint): [string, bigint][] {
  if (split?.by !== 'named') return [[owner, net]];
  const weights = split.shares.map(({ share }) => BigInt(Math.round(Number(share) * 1_000)));
  const total = weights.reduce((sum, one) => sum + one, 0n);
  const parts = weights.map((one, index) => ({ index, net: (net * one) / total, over: (net * one) % total }));
  const rest = net - parts.reduce((sum, one) => sum + one.net, 0n);
  const byOver = [...parts].sort((a, b) => Number(b.over - a.over) || a.index - b.index);
  for (const part of byOver.slice(0, Number(rest))) part.net += 1n;
  return parts.map((part) => [split.shares[part.index]?.partnerId ?? '', part.net]);
}
