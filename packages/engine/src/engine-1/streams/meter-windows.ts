import { addDays, instantMs } from '@tributary/calendar';
import { add, isZero, type Rational, subtract, zero } from '@tributary/money';
import type { NormalTiers } from '../../types.js';
import { bandIn } from '../scale.js';
import {
  type Entry,
  type Metered,
  type MeteredStream,
  meterAt,
  meterName,
  metricsOf,
  retroactiveTiers,
  settledAt,
  weightOf,
} from './metered.js';

interface Walked extends Entry {
  at: number;
  /** What lies at or before this is out of the window that ends here. */
  start: number;
  before: Rational[];
  after: ReadonlyMap<string, Rational>;
}

/**
 * Meters that look back over a number of days instead of a period: half open, so that what occurred exactly that many days before no
 * longer counts. A retroactive scale lifts a record by the highest band that any window with it in reached.
 */
export function meterWindows(entries: readonly Entry[]): MeteredStream {
  const walked = walk(entries);
  const climbOf = climbsBy(walked);
  const steps = walked.map((one, index): Metered => {
    const { record, terms, before } = one;
    const metrics = metricsOf(terms);
    const weights = meterAt(one.after, metrics).map((value, metric) => subtract(value, before[metric] ?? zero));
    const tiers = retroactiveTiers(one);
    const reached = tiers && meterAt((walked[highest(walked, index, tiers, climbOf(tiers))] ?? one).after, metrics);
    return { record, terms, period: '', before, weights, reached };
  });
  return { steps, meters: {}, lifted: {}, fromTheStart: false };
}

function walk(entries: readonly Entry[]): Walked[] {
  const window = openWindow();
  const made: Walked[] = [];
  let oldest = 0;
  for (const entry of entries) {
    const { record, terms } = entry;
    const reset = terms.component.tiers?.reset;
    const days = typeof reset === 'object' ? reset.rollingDays : 0;
    const start = instantMs(addDays(record.occurredAt, -days, terms.timeZone));
    for (let gone = made[oldest]; gone !== undefined && gone.at <= start; gone = made[oldest]) {
      window.move(gone, -1);
      oldest += 1;
    }
    const before = meterAt(window.meters(), metricsOf(terms));
    window.move(entry, 1);
    made.push({ ...entry, at: instantMs(record.occurredAt), start, before, after: window.meters() });
  }
  return made;
}

/** The sums over a window that records come into and fall out of; customers are counted once while any record of theirs is inside. */
function openWindow() {
  let sums: ReadonlyMap<string, Rational> = new Map();
  const inside = new Map<string, number>();
  const isFresh = (key: string, way: 1 | -1): boolean => {
    const count = inside.get(key) ?? 0;
    inside.set(key, count + way);
    return way === 1 ? count === 0 : count === 1;
  };
  const move = ({ record, terms }: Entry, way: 1 | -1): void => {
    const next = new Map(sums);
    for (const [index, metric] of metricsOf(terms).entries()) {
      const [name, weight] = [meterName(metric), weightOf(record, index)];
      if (isZero(weight)) continue;
      if (metric.measure === 'customers' && (record.customerId === null || !isFresh(`${name} ${record.customerId}`, way))) continue;
      next.set(name, way === 1 ? add(next.get(name) ?? zero, weight) : subtract(next.get(name) ?? zero, weight));
    }
    sums = next;
  };
  return { move, meters: () => sums };
}

/** For every record the next one whose window reaches a higher band, -1 where none comes; worked out once for each scale. */
function climbsBy(walked: readonly Walked[]): (tiers: NormalTiers) => readonly number[] {
  const known = new Map<NormalTiers, readonly number[]>();
  return (tiers) => {
    const bandAt = ({ after }: Walked): number => bandIn(tiers, meterAt(after, tiers.metrics)).index;
    const climb = known.get(tiers) ?? nextHigher(walked.map(bandAt));
    known.set(tiers, climb);
    return climb;
  };
}

function nextHigher(bands: readonly number[]): number[] {
  const next: number[] = [];
  for (let index = bands.length - 1; index >= 0; index -= 1) {
    let higher = index + 1 < bands.length ? index + 1 : -1;
    while (higher >= 0 && (bands[higher] ?? 0) <= (bands[index] ?? 0)) higher = next[higher] ?? -1;
    next[index] = higher;
  }
  return next;
}

/** Of the records whose window holds this one, and that occurred before it was settled, the one that reached the highest band. */
function highest(walked: readonly Walked[], index: number, tiers: NormalTiers, next: readonly number[]): number {
  const one = walked[index];
  const paidAt = one ? settledAt(one, tiers) : null;
  const until = paidAt === null ? Number.POSITIVE_INFINITY : instantMs(paidAt);
  let best = index;
  for (
    let higher = walked[next[best] ?? -1];
    higher && one && higher.start < one.at && higher.at <= until;
    higher = walked[next[best] ?? -1]
  )
    best = next[best] ?? best;
  return best;
}
