import { bucketOf } from '@tributary/calendar';
import fc from 'fast-check';
import type { Component, StreamLine, StreamRecord, StreamState, Terms } from '../../src/index.js';
import { type Engine, type World, world } from '../world.js';
import type { Command } from './stories.js';

/** The story with every component of every version changed. */
export const withTerms = (commands: readonly Command[], change: (component: Component) => Component): Command[] =>
  commands.map((one) =>
    one.do === 'amend' ? { ...one, terms: { ...one.terms, components: one.terms.components.map(change) } satisfies Terms } : one,
  );

/** What refunds and corrections take out of a scale or cap leaves no trace. */
export const unwinding = (component: Component): Component => ({
  ...component,
  ...(component.tiers ? { tiers: { ...component.tiers, demotion: 'unwind' as const } } : {}),
  ...(component.downline?.milestone
    ? { downline: { ...component.downline, milestone: { earned: component.downline.milestone.earned } } }
    : {}),
  ...(component.caps ? { caps: component.caps.map((cap) => ({ ...cap, afterRefund: 'returns' as const })) } : {}),
});

/** Nothing that happens later has a part in an amount. */
export const onlyForwards = (component: Component): Component =>
  component.tiers ? { ...component, tiers: { ...component.tiers, retroactive: 'none', demotion: 'keep' } } : component;

/** What one more line would find in every stream at the end of its period, without what is at zero. */
export function ends(told: World, { foldStream }: Engine): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  const nothing = { base: '0', units: '0', plain: '0' };
  for (const [name, records] of told.streams()) {
    const month = Number(/2026-(\d\d)/.exec(name)?.[1] ?? 12);
    const at = new Date(Date.UTC(2026, month) - 1).toISOString();
    const last = { ...records[0]!, occurredAt: at, eventId: 'last', scope: 'last', weights: [], whole: nothing, rest: nothing };
    const { meters, used, sum } = foldStream([...records, last], told.termsOf).state;
    const left = (totals: typeof meters) => Object.entries(totals).filter(([, { total }]) => total !== '0');
    if (left(meters).length > 0 || left(used).length > 0) made[name] = { meters: left(meters).sort(), used: left(used).sort(), sum };
  }
  return made;
}

/** A world in which the same is known, learnt in another order and some of it twice. */
export function relearn(told: World, engine: Engine, shuffle: <T>(list: readonly T[]) => T[]): World {
  const other = world({ engine });
  const twice = <T>(list: readonly T[]): T[] => shuffle([...list, ...shuffle(list).slice(0, 3)]);
  const originals = told.conversions.filter(({ originalConversionId }) => originalConversionId === null);
  const refunds = told.conversions.filter(({ originalConversionId }) => originalConversionId !== null);
  other.conversions.push(...shuffle([...originals, ...twice(refunds)]));
  other.versions.push(...twice(told.versions));
  for (const profile of shuffle([...told.partners.values()])) {
    const { partnerId, tags, tiers, parents } = profile;
    other.partners.set(partnerId, { partnerId, tags: twice(tags), tiers: twice(tiers), parents: twice(parents) });
  }
  other.networks.push(...twice(told.networks));
  for (const [id, at] of shuffle([...told.paid])) other.paid.set(id, at);
  return other;
}

/** A shuffle that a seed decides. */
export const shuffler = (seed: number) => {
  let state = seed;
  return <T>(list: readonly T[]): T[] => {
    const left = [...list];
    const made: T[] = [];
    while (left.length > 0) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      made.push(...left.splice(state % left.length, 1));
    }
    return made;
  };
};

/** Customers that a scale by customers has counted in its latest period among these records. */
function seenIn(records: readonly StreamRecord[], told: World, periodOf: (record: StreamRecord) => string): Set<string> {
  const last = records.at(-1);
  const counted = records.filter((record) => {
    const metrics = told.termsOf(record).component.tiers?.metrics ?? [];
    const counts = metrics.some(({ measure }, index) => measure === 'customers' && record.weights[index] !== '0');
    return counts && last !== undefined && periodOf(record) === periodOf(last);
  });
  return new Set(counted.flatMap(({ customerId }) => customerId ?? []));
}

const core = ({ record, exact, entitlement, band, takes }: StreamLine) => ({ id: record.conversionId, exact, entitlement, band, takes });

/** Every stream folded in two parts, cut somewhere, and whole; the state passes through JSON in between, as it is stored. */
export function foldedInParts(told: World, { foldStream, inCanonicalOrder }: Engine, cut: number) {
  const periodOf = (record: StreamRecord): string => {
    const reset = told.termsOf(record).component.tiers?.reset;
    return typeof reset === 'string' ? bucketOf(record.occurredAt, reset, 'UTC') : '';
  };
  return [...told.streams().values()].map((records) => {
    const ordered = [...records].sort(inCanonicalOrder);
    const at = cut % (ordered.length + 1);
    const whole = foldStream(records, told.termsOf);
    const first = foldStream(ordered.slice(0, at), told.termsOf);
    const state = JSON.parse(JSON.stringify(first.state)) as StreamState;
    const second = foldStream(ordered.slice(at), told.termsOf, state, seenIn(ordered.slice(0, at), told, periodOf));
    const mayBeginAgain = ordered.some((record) => {
      const { tiers } = told.termsOf(record).component;
      return tiers !== null && (tiers.retroactive !== 'none' || typeof tiers.reset === 'object');
    });
    return {
      again: second.fromTheStart,
      mayBeginAgain,
      parts: { lines: [...first.lines, ...second.lines].map(core), state: second.state },
      whole: { lines: whole.lines.map(core), state: whole.state },
    };
  });
}

/** A scale by customers has one metric for ever: `seen` does not tell which of several has counted a customer. */
export function oneMetric(component: Component): Component {
  const { tiers } = component;
  const metric = tiers && [tiers.metric].flat()[0];
  if (!tiers || metric?.measure !== 'customers') return component;
  return { ...component, tiers: { ...tiers, metric: { measure: 'customers', on: 'sale' } } };
}

export const seeds = fc.integer({ min: 1, max: 2 ** 31 });
