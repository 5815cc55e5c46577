import { bucketOf, instantMs } from '@tributary/calendar';
import { add, isZero, parseFraction, type Rational, toFraction, zero } from '@tributary/money';
import { bandIn } from '../scale.js';
import type { StreamState } from './fold-stream.js';
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

/** A record with the meters of its period before it and after it. */
interface Walked extends Entry {
  at: number;
  period: string;
  before: Rational[];
  weights: Rational[];
  after: ReadonlyMap<string, Rational>;
}

/** Meters that begin again with every period of the scale. */
export function meterPeriods(entries: readonly Entry[], from: StreamState, seen: ReadonlySet<string>): MeteredStream {
  const walked = walk(entries, from, seen);
  const ends = new Map(walked.map(({ period, after }) => [period, after]));
  const steps = walked.map(
    ({ record, terms, period, before, weights }, index): Metered => ({
      record,
      terms,
      period,
      before,
      weights,
      reached: reachedBy(walked, index, ends),
    }),
  );
  const last = walked.at(-1);
  return { steps, meters: totalsOf(last), ...liftedBy(walked, ends, from) };
}

const periodOf = ({ record, terms }: Entry): string => {
  const reset = terms.component.tiers?.reset;
  return typeof reset === 'string' ? bucketOf(record.occurredAt, reset, terms.timeZone) : '';
};

function walk(entries: readonly Entry[], from: StreamState, seen: ReadonlySet<string>): Walked[] {
  let period: string | null = null;
  let meters: ReadonlyMap<string, Rational> = new Map();
  let counted = new Map<string, Set<string>>();
  return entries.map((entry) => {
    const now = periodOf(entry);
    if (now !== period) {
      meters = startOf(now, from);
      const known = meters.size > 0 ? seen : [];
      counted = new Map(Object.keys(from.meters).map((name) => [name, new Set(known)]));
      period = now;
    }
    const before = meterAt(meters, metricsOf(entry.terms));
    const weights = countOnce(entry, counted);
    meters = new Map([
      ...meters,
      ...metricsOf(entry.terms).map((metric, index) => [meterName(metric), add(before[index] ?? zero, weights[index] ?? zero)] as const),
    ]);
    return { ...entry, at: instantMs(entry.record.occurredAt), period: now, before, weights, after: meters };
  });
}

const startOf = (period: string, { meters }: StreamState): Map<string, Rational> =>
  new Map(Object.entries(meters).flatMap(([name, one]) => (one.period === period ? [[name, parseFraction(one.total)] as const] : [])));

const totalsOf = (last: Walked | undefined): StreamState['meters'] =>
  Object.fromEntries([...(last?.after ?? [])].map(([name, total]) => [name, { period: last?.period ?? '', total: toFraction(total) }]));

/** A metric of customers counts each once: with its first record that counts at all. */
function countOnce({ record, terms }: Entry, counted: Map<string, Set<string>>): Rational[] {
  return metricsOf(terms).map((metric, index) => {
    const weight = weightOf(record, index);
    if (metric.measure !== 'customers' || isZero(weight)) return weight;
    const known = counted.get(meterName(metric)) ?? new Set();
    if (record.customerId === null || known.has(record.customerId)) return zero;
    counted.set(meterName(metric), known.add(record.customerId));
    return weight;
  });
}

/** What the period of a record comes to in the end, or by the time at which its commission was paid and so settled. */
function reachedBy(walked: readonly Walked[], index: number, ends: ReadonlyMap<string, ReadonlyMap<string, Rational>>): Rational[] | null {
  const one = walked[index];
  const tiers = one ? retroactiveTiers(one) : null;
  if (!one || tiers === null) return null;
  const paidAt = settledAt(one, tiers);
  if (paidAt === null) return meterAt(ends.get(one.period) ?? new Map(), tiers.metrics);
  const last = walked[lastUntil(walked, instantMs(paidAt))];
  const met = last && last.at >= one.at ? last : one;
  return meterAt((met.period === one.period ? met.after : ends.get(one.period)) ?? new Map(), tiers.metrics);
}

/** The last record that occurred by an instant; -1 when none did. */
function lastUntil(walked: readonly Walked[], ms: number): number {
  let [low, high] = [0, walked.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((walked[middle]?.at ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** By which band each version's retroactive scale has rated its latest period, and whether it is another than before. */
function liftedBy(
  walked: readonly Walked[],
  ends: ReadonlyMap<string, ReadonlyMap<string, Rational>>,
  { lifted }: StreamState,
): Pick<MeteredStream, 'lifted' | 'fromTheStart'> {
  const now = new Map(Object.entries(lifted));
  const first = walked[0]?.period;
  const sure = new Set(Object.entries(lifted).flatMap(([version, { period }]) => (period === first ? [] : [version])));
  let fromTheStart = false;
  for (const one of walked) {
    const tiers = retroactiveTiers(one);
    if (tiers === null) continue;
    const version = `${one.record.dealVersion}`;
    const { index } = bandIn(tiers, meterAt(ends.get(one.period) ?? new Map(), tiers.metrics));
    const before = lifted[version];
    if (before?.period === one.period && before.index !== index) fromTheStart = true;
    if (before?.period === one.period) sure.add(version);
    now.set(version, { period: one.period, index });
  }
  // A version that rates none of these records may still be lifted by them: its bands are not at hand.
  return { lifted: Object.fromEntries(now), fromTheStart: fromTheStart || sure.size < Object.keys(lifted).length };
}
