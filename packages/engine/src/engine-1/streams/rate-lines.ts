import { bucketOf } from '@tributary/calendar';
import { add, parseFraction, type Rational, rational, subtract, toFraction, zero } from '@tributary/money';
import type { NormalComponent, StreamPlace, StreamRecord } from '../../types.js';
import { amountAt } from './amount-at.js';
import type { StreamLine, StreamState } from './fold-stream.js';
import type { Metered } from './metered.js';

type Cap = NormalComponent['caps'][number];
type Used = Map<string, { period: string; total: string }>;

/** The amounts of a stream's lines, one after the other: what a cap has left and what a sum has come to depends on those before. */
export function rateLines(
  steps: readonly Metered[],
  from: StreamState,
): { lines: StreamLine[] } & Pick<StreamState, 'used' | 'sum' | 'band'> {
  const used: Used = new Map(Object.entries(from.used));
  const lines: StreamLine[] = [];
  let [sum, band] = [parseFraction(from.sum), from.band];
  for (const step of steps) {
    const { record, terms, period } = step;
    if (record.scope === null) continue;
    const { component, timeZone } = terms;
    const rooms = component.caps.map((cap) => roomOf(cap, bucketOf(record.occurredAt, cap.per, timeZone), record, used));
    const accumulates = component.subCent === 'accumulate';
    const place = placeOf(step, rooms, accumulates ? sum : zero, band?.period === period ? band.index : null);
    const amount = amountAt({ ...record, weights: place.weights ?? [] }, component, place);
    for (const [index, { name, period: within, taken }] of rooms.entries())
      used.set(name, { period: within, total: toFraction(add(taken, amount.takes[index] ?? zero)) });
    if (accumulates) sum = add(sum, amount.exact);
    if (amount.band !== null) band = { period, index: amount.band };
    lines.push({ record, place, ...amount });
  }
  return { lines, used: Object.fromEntries(used), sum: toFraction(sum), band };
}

const placeOf = (step: Metered, rooms: readonly Room[], sumBefore: Rational, bandBefore: number | null): StreamPlace => ({
  before: step.before.map(toFraction),
  reached: step.reached?.map(toFraction) ?? null,
  room: rooms.map(({ left }) => toFraction(left)),
  sumBefore: toFraction(sumBefore),
  bandBefore,
  weights: step.weights.map(toFraction),
});

interface Room {
  /** Versions of a deal that limit the same go on with the same room. */
  name: string;
  period: string;
  taken: Rational;
  left: Rational;
}

function roomOf({ measure, per, of, limit }: Cap, period: string, { customerId }: StreamRecord, used: Used): Room {
  const name = [measure, per, ...(of === 'customer' ? ['customer', customerId ?? ''] : [])].join(' ');
  const before = used.get(name);
  const taken = before?.period === period ? parseFraction(before.total) : zero;
  return { name, period, taken, left: subtract(rational(BigInt(limit)), taken) };
}
