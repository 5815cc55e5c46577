import { add, multiply, parseFraction, type Rational, rate, toExactText } from '@tributary/money';
import type { Back, Band, Kept, StreamRecord } from '../../types.js';

/** The rate and the amount that the component would use without tiers. */
type Picked = StreamRecord['picked'];

/** What the whole of `kept` comes to at a band. */
export function atBand(band: Band, kept: Kept, picked: Picked): Rational {
  const own = band.rate === undefined && band.amount === undefined;
  const amount = own
    ? parseFraction(kept.plain)
    : add(times(kept.base, band.rate ?? picked.rate ?? '0'), times(kept.units, band.amount ?? picked.amount ?? '0'));
  return band.factor === undefined ? amount : multiply(amount, rate(band.factor));
}

/** What it comes to by the action of a band reached later, when `own` is the band at its own place. */
export function atBack(back: Back, own: Band, kept: Kept, picked: Picked): Rational {
  if (back.factor !== undefined) return multiply(atBand(own, kept, picked), rate(back.factor));
  if (back.add !== undefined) return add(atBand(own, kept, picked), times(kept.units, back.add));
  const { of, to, other } = setBy(back, own, kept);
  return add(times(of, to), atBand(other.band, other.kept, picked));
}

/** The arithmetic of `atBand`, as an explanation shows it. */
export function formulaAtBand(band: Band, kept: Kept, picked: Picked): string {
  const parts: string[] = [];
  if (band.rate === undefined && band.amount === undefined) parts.push(text(kept.plain));
  else {
    const share = band.rate ?? picked.rate;
    const amount = band.amount ?? picked.amount;
    if (share !== null && kept.base !== '0') parts.push(`${text(kept.base)} x ${share}`);
    if (amount !== null && kept.units !== '0') parts.push(`${text(kept.units)} x ${amount}`);
  }
  const sum = parts.join(' + ') || '0';
  return band.factor === undefined ? sum : `(${sum}) x ${band.factor}`;
}

/** The arithmetic of `atBack`. */
export function formulaAtBack(back: Back, own: Band, kept: Kept, picked: Picked): string {
  if (back.factor !== undefined) return `(${formulaAtBand(own, kept, picked)}) x ${back.factor}`;
  if (back.add !== undefined) return `${formulaAtBand(own, kept, picked)} + ${text(kept.units)} x ${back.add}`;
  const { of, to, other } = setBy(back, own, kept);
  const set = `${text(of)} x ${to}`;
  return other.isThere ? `${set} + ${formulaAtBand(other.band, other.kept, picked)}` : set;
}

/** The part that is set to something else, and the other one of flat plus percentage, which stays as its own band pays it. */
function setBy(back: Back, own: Band, kept: Kept) {
  if (back.rate !== undefined)
    return {
      of: kept.base,
      to: back.rate,
      other: { band: { ...own, rate: '0' }, kept: { ...kept, base: '0' }, isThere: kept.units !== '0' },
    };
  return {
    of: kept.units,
    to: back.amount ?? '0',
    other: { band: { ...own, amount: '0' }, kept: { ...kept, units: '0' }, isThere: kept.base !== '0' },
  };
}

const times = (of: string, by: string | number): Rational => multiply(parseFraction(of), rate(String(by)));
const text = (fraction: string): string => toExactText(parseFraction(fraction));
