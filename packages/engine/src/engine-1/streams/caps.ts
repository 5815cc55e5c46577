import { compare, isZero, one, parseFraction, type Rational, toExactText, zero } from '@tributary/money';
import type { NormalComponent, StreamPlace } from '../../types.js';
import type { Trail } from './trail.js';

type Cap = NormalComponent['caps'][number];

export interface Capped {
  exact: Rational;
  /** What it takes of each cap's room. */
  takes: Rational[];
  capped: boolean;
}

/** A lowered limit may have been passed already. */
const roomOf = ({ room }: StreamPlace, index: number): Rational => atLeastZero(parseFraction(room[index] ?? '0'));
const atLeastZero = (value: Rational): Rational => (value.n < 0n ? zero : value);
const atMost = (value: Rational, limit: Rational): Rational => (compare(value, limit) > 0 ? limit : value);

interface Limited {
  caps: readonly Cap[];
  place: StreamPlace;
  /** What an amount takes of the room of its cap: where it is rounded by itself, the rounded amount. */
  settled: (amount: Rational) => Rational;
}

/** An amount as its caps let it through, one after the other. `whole` is what it was before refunds: room that stays taken goes by it. */
export function byCaps({ caps, place, settled }: Limited, amount: Rational, whole: () => Rational, trail?: Trail): Capped {
  let exact = amount;
  let blocked = false;
  for (const [index, cap] of caps.entries()) {
    const room = roomOf(place, index);
    const before = exact;
    if (cap.measure === 'amount') exact = atMost(exact, room);
    else if (compare(room, one) < 0) [exact, blocked] = [zero, true];
    writeCap(cap, room, before, exact, trail);
  }
  const takes = caps.map((cap, index) => {
    const value = cap.afterRefund === 'stays' ? whole() : exact;
    if (blocked || isZero(value)) return zero;
    return cap.measure === 'conversions' ? one : atMost(settled(value), roomOf(place, index));
  });
  return { exact, takes, capped: compare(exact, amount) !== 0 };
}

function writeCap({ limit, measure, per }: Cap, room: Rational, before: Rational, after: Rational, trail?: Trail): void {
  const held = compare(after, before) === 0;
  const change = held ? '' : `, ${toExactText(before)} becomes ${toExactText(after)}`;
  trail?.rules.push({ rule: 'cap', passed: held, detail: `${limit} ${measure} per ${per}: ${toExactText(room)} left${change}` });
}
