import { addDays, instantMs } from '@tributary/calendar';
import { add, parseFraction, type Rational, subtract, toFraction, zero } from '@tributary/money';
import type { NormalTiers, StreamPlace, StreamRecord } from '../../types.js';
import { bandOf } from '../scale.js';
import { amountAt } from './amount-at.js';
import { emptyStream, type FoldedStream, type StreamLine, type TermsOf } from './fold-stream.js';

interface Step {
  record: StreamRecord;
  at: number;
  /** What lies at or before this is out of the window that ends here. */
  start: number;
  /** Each metric over the window without this record, and with it. */
  before: Rational[];
  after: Rational[];
}

/**
 * A scale whose meters look back over a number of days instead of a period: half open, so that what occurred exactly that many days
 * before no longer counts. A retroactive scale lifts a record by the highest band that any window with it in reached.
 */
export function foldRolling(ordered: readonly StreamRecord[], termsOf: TermsOf, days: number): Omit<FoldedStream, 'fromTheStart'> {
  const steps = walk(ordered, termsOf, days);
  const best = bestBands(steps, termsOf);
  let count = 0;
  const lines = steps.flatMap((step, index): StreamLine[] => {
    const { record } = step;
    if (record.scope === null) return [];
    const { component } = termsOf(record);
    const retroactive = component.tiers?.scale === 'whole' && component.tiers.retroactive !== 'none';
    const place: StreamPlace = {
      before: step.before.map(toFraction),
      reached: retroactive ? (steps[best[index] ?? index]?.after ?? step.after).map(toFraction) : null,
      room: [],
      sumBefore: '0',
      first: count === 0,
      weights: step.after.map((value, metric) => toFraction(subtract(value, step.before[metric] ?? zero))),
    };
    count += 1;
    return [{ record, place, ...amountAt({ ...record, weights: place.weights ?? [] }, component, place) }];
  });
  return { lines, state: emptyStream };
}

function walk(ordered: readonly StreamRecord[], termsOf: TermsOf, days: number): Step[] {
  const steps: Step[] = [];
  let oldest = 0;
  const inWindow: { at: number; weights: Rational[]; customerId: string | null }[] = [];
  for (const record of ordered) {
    const { component, timeZone } = termsOf(record);
    const metrics = component.tiers?.metrics ?? [];
    const at = instantMs(record.occurredAt);
    const start = instantMs(addDays(record.occurredAt, -days, timeZone));
    while ((inWindow[oldest]?.at ?? at) <= start) oldest += 1;
    const weights = metrics.map((_, index) => parse(record.weights[index]));
    const live = inWindow.slice(oldest);
    const meters = (all: typeof inWindow): Rational[] => metrics.map((metric, index) => meterOf(all, index, metric));
    const before = meters(live);
    inWindow.push({ at, weights, customerId: record.customerId });
    steps.push({ record, at, start, before, after: meters([...live, { at, weights, customerId: record.customerId }]) });
  }
  return steps;
}

function meterOf(
  live: readonly { weights: Rational[]; customerId: string | null }[],
  index: number,
  { measure }: NormalTiers['metrics'][number],
): Rational {
  const customers = new Set<string>();
  let sum = zero;
  for (const { weights, customerId } of live) {
    const weight = weights[index] ?? zero;
    if (measure === 'customers') {
      if (weight.n === 0n || customerId === null || customers.has(customerId)) continue;
      customers.add(customerId);
    }
    sum = add(sum, weight);
  }
  return sum;
}

/** For each record the one whose window holds it and reached the highest band; the earliest of several. */
function bestBands(steps: readonly Step[], termsOf: TermsOf): number[] {
  const bands = steps.map(({ record, after }) => {
    const { tiers } = termsOf(record).component;
    return tiers ? bandOf(tiers.bands, after, tiers.bounds).index : 0;
  });
  return steps.map((step, index) => {
    const paidAt =
      step.record.paidAt === null || termsOf(step.record).component.tiers?.retroactive === 'all' ? null : instantMs(step.record.paidAt);
    let best = index;
    for (let later = index + 1; later < steps.length; later += 1) {
      const other = steps[later];
      if (other === undefined || other.start >= step.at || (paidAt !== null && other.at > paidAt)) break;
      if ((bands[later] ?? 0) > (bands[best] ?? 0)) best = later;
    }
    return best;
  });
}

const parse = (text: string | undefined): Rational => (text === undefined ? zero : parseFraction(text));
