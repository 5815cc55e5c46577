import { bucketOf, instantMs } from '@tributary/calendar';
import { add, isZero, parseFraction, type Rational, rational, subtract, toFraction, zero } from '@tributary/money';
import type { NormalComponent, NormalTiers, StreamPlace, StreamRecord } from '../../types.js';
import { bandOf } from '../scale.js';
import { amountAt, type StreamAmount } from './amount-at.js';
import { foldRolling } from './fold-rolling.js';

/** The terms by which one record of a stream is rated: those of its own deal version. */
export interface StreamTerms {
  component: NormalComponent;
  timeZone: string;
}
export type TermsOf = (record: StreamRecord) => StreamTerms;

/** A stream up to some record: all that the records after it need to know. Plain JSON. */
export interface StreamState {
  /** Each metric's total, as fraction strings. */
  meters: readonly string[];
  /** What each cap has given away, in its latest period. */
  used: readonly { period: string; taken: string }[];
  sum: string;
  /** Lines so far (facts that only move meters are none). */
  lines: number;
  /** The band by which a retroactive scale has rated all of them; null where it is not retroactive. */
  band: number | null;
}
export const emptyStream: StreamState = { meters: [], used: [], sum: '0', lines: 0, band: null };

export interface StreamLine extends StreamAmount {
  record: StreamRecord;
  place: StreamPlace;
}

export interface FoldedStream {
  lines: StreamLine[];
  /** The state after the last record. */
  state: StreamState;
  /** A retroactive scale has come into another band than `from` was rated by: the lines before must be folded again, from the start. */
  fromTheStart: boolean;
}

/** Order in which everything is computed: `occurredAt`, then `eventId`, then the conversion's id. */
export const inStreamOrder = (a: StreamRecord, b: StreamRecord): number =>
  instantMs(a.occurredAt) - instantMs(b.occurredAt) || byText(a.eventId, b.eventId) || byText(a.conversionId, b.conversionId);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Rates the records of one stream: a pure function of them, whatever order they come in. `from` is the state after the records that
 * stand before all of these; left out, these are the stream's first. `seen` are customers counted before, for metrics of customers.
 * Folding on from a state gives what folding everything gives, except where `fromTheStart` says otherwise.
 */
export function foldStream(
  records: readonly StreamRecord[],
  termsOf: TermsOf,
  from: StreamState = emptyStream,
  seen: ReadonlySet<string> = new Set(),
): FoldedStream {
  const ordered = [...records].sort(inStreamOrder);
  const last = ordered.at(-1);
  if (last === undefined) return { lines: [], state: from, fromTheStart: false };
  const { tiers } = termsOf(last).component;
  if (tiers !== null && typeof tiers.reset !== 'string')
    return { ...foldRolling(ordered, termsOf, tiers.reset.rollingDays), fromTheStart: false };

  const counted = new Set(seen);
  const steps = ordered.map((record) => ({ record, weights: countOnce(record, tiers, counted) }));
  const retroactive = tiers !== null && tiers.scale === 'whole' && tiers.retroactive !== 'none';
  const reached = retroactive ? totals(metersOf(from, tiers), steps) : null;
  const band = reached && tiers ? bandOf(tiers.bands, reached, tiers.bounds).index : null;

  const lines: StreamLine[] = [];
  let meters = metersOf(from, tiers);
  let used = from.used;
  let sum = parseFraction(from.sum);
  let count = from.lines;
  for (const { record, weights } of steps) {
    const terms = termsOf(record);
    const before = meters;
    meters = meters.map((value, index) => add(value, weights[index] ?? zero));
    if (record.scope === null) continue;
    const periods = terms.component.caps.map(({ per }) => bucketOf(record.occurredAt, per, terms.timeZone));
    const place: StreamPlace = {
      before: before.map(toFraction),
      reached:
        reached &&
        (record.paidAt === null || tiers?.retroactive === 'all' ? reached : reachedBy(record.paidAt, from, tiers, steps)).map(toFraction),
      room: terms.component.caps.map(({ limit }, index) => toFraction(roomIn(used[index], periods[index] ?? '', limit))),
      sumBefore: terms.component.subCent === 'accumulate' ? toFraction(sum) : '0',
      first: count === 0,
      weights: weights.map(toFraction),
    };
    const amount = amountAt({ ...record, weights: weights.map(toFraction) }, terms.component, place);
    used = periods.map((period, index) => take(used[index], period, amount.takes[index] ?? zero));
    sum = add(sum, amount.exact);
    count += 1;
    lines.push({ record, place, ...amount });
  }
  const accumulates = termsOf(last).component.subCent === 'accumulate';
  const state: StreamState = { meters: meters.map(toFraction), used, sum: accumulates ? toFraction(sum) : '0', lines: count, band };
  return { lines, state, fromTheStart: retroactive && from.band !== null && from.band !== band };
}

interface Weighed {
  record: StreamRecord;
  weights: readonly Rational[];
}

const metersOf = ({ meters }: StreamState, tiers: NormalTiers | null): Rational[] =>
  (tiers?.metrics ?? []).map((_, index) => parseFraction(meters[index] ?? '0'));

const totals = (start: readonly Rational[], steps: readonly Weighed[]): Rational[] =>
  start.map((value, index) => steps.reduce((sum, { weights }) => add(sum, weights[index] ?? zero), value));

/** A commission that was paid keeps the band that had been reached when it was: only what was unpaid goes up with later ones. */
const reachedBy = (paidAt: string, from: StreamState, tiers: NormalTiers | null, steps: readonly Weighed[]): Rational[] =>
  totals(
    metersOf(from, tiers),
    steps.filter(({ record }) => instantMs(record.occurredAt) <= instantMs(paidAt)),
  );

/** A metric of customers counts each once: with its first record that counts at all. */
export function countOnce(record: StreamRecord, tiers: NormalTiers | null, counted: Set<string>): Rational[] {
  let fresh = false;
  const weights = (tiers?.metrics ?? []).map(({ measure }, index) => {
    const weight = parseFraction(record.weights[index] ?? '0');
    if (measure !== 'customers' || isZero(weight)) return weight;
    if (record.customerId === null || counted.has(record.customerId)) return zero;
    fresh = true;
    return weight;
  });
  if (fresh && record.customerId !== null) counted.add(record.customerId);
  return weights;
}

function roomIn(used: StreamState['used'][number] | undefined, period: string, limit: number): Rational {
  const taken = used?.period === period ? parseFraction(used.taken) : zero;
  return subtract(rational(BigInt(limit)), taken);
}

const take = (used: StreamState['used'][number] | undefined, period: string, more: Rational): StreamState['used'][number] => ({
  period,
  taken: toFraction(add(used?.period === period ? parseFraction(used.taken) : zero, more)),
});
