import { inCanonicalOrder } from '../../order.js';
import type { NormalComponent, StreamPlace, StreamRecord } from '../../types.js';
import type { StreamAmount } from './amount-at.js';
import { meterPeriods } from './meter-periods.js';
import { meterWindows } from './meter-windows.js';
import { foldMilestone, isOnTheWay, type MilestoneState } from './milestone.js';
import { rateLines } from './rate-lines.js';

/** The terms by which one record of a stream is rated: those of its own deal version. */
export interface StreamTerms {
  component: NormalComponent;
  timeZone: string;
}
export type TermsOf = (record: StreamRecord) => StreamTerms;

/** What has come together in the latest period, as a fraction string. */
export interface Total {
  readonly period: string;
  readonly total: string;
}

/** A stream up to some record: all that the records after it need to know. Plain JSON. */
export interface StreamState {
  /** Each metric's total, by what it measures. */
  meters: Readonly<Record<string, Total>>;
  /** What each cap has given away, by what it limits. */
  used: Readonly<Record<string, Total>>;
  /** Exact sum of the lines that accumulate. */
  sum: string;
  /** The band of the latest line, and its period; null where there is no scale of whole bands. */
  band: { readonly period: string; readonly index: number } | null;
  /** The bands by which retroactive scales have rated their latest period, by deal version. */
  lifted: Readonly<Record<string, { readonly period: string; readonly index: number }>>;
  /** Whether meters look back over a window: then a stream can only be folded from its start. */
  rolling: boolean;
  /** How far a partner below has come on the way to a milestone. */
  milestone?: MilestoneState | undefined;
}
export const emptyStream: StreamState = { meters: {}, used: {}, sum: '0', band: null, lifted: {}, rolling: false };

export interface StreamLine extends StreamAmount {
  record: StreamRecord;
  place: StreamPlace;
}

export interface FoldedStream {
  lines: StreamLine[];
  /** The state after the last record. */
  state: StreamState;
  /**
   * The lines before must be folded again, from the start: a retroactive scale has come into another band than `from` was rated by, or
   * meters look back over a window.
   */
  fromTheStart: boolean;
}

/**
 * Rates the records of one stream: a pure function of them, whatever order they come in. `from` is the state after the records that
 * stand before all of these; left out, these are the stream's first. `seen` are customers counted before in the latest period of the
 * scale, for metrics of customers. Folding on from a state gives what folding everything gives, except where `fromTheStart` says otherwise.
 */
export function foldStream(
  records: readonly StreamRecord[],
  termsOf: TermsOf,
  from: StreamState = emptyStream,
  seen: ReadonlySet<string> = new Set(),
): FoldedStream {
  const ordered = [...records].sort(inCanonicalOrder).map((record) => ({ record, terms: termsOf(record) }));
  if (ordered.length === 0) return { lines: [], state: from, fromTheStart: false };
  if (ordered.every(isOnTheWay)) return foldMilestone(ordered, from);
  const rolling = ordered.some(({ terms }) => typeof terms.component.tiers?.reset === 'object');
  const metered = rolling ? meterWindows(ordered) : meterPeriods(ordered, from, seen);
  const { lines, used, sum, band } = rateLines(metered.steps, from);
  return {
    lines,
    state: { meters: metered.meters, used, sum, band, lifted: metered.lifted, rolling },
    fromTheStart: metered.fromTheStart || from.rolling,
  };
}
