import { addDays } from '@tributary/calendar';
import { emptyStream, meterName, type NormalComponent, type StreamRecord, type StreamState, type StreamTerms } from '@tributary/engine';
import { parseFraction, subtract, toFraction } from '@tributary/money';

export type TermsOf = (record: StreamRecord) => StreamTerms;

interface Position {
  occurredAt: string;
  eventId: string;
  conversionId: string;
}
interface Stretch {
  stream: string;
  after: Position | null;
  until: string | null;
}

/** What of a stream has changed. */
interface Change {
  row: { stream: string; state: StreamState | null; last: Position | null };
  put: readonly StreamRecord[];
  before: readonly { record: StreamRecord }[];
  earliest: Position;
  latest: Position;
}

/**
 * How a changed stream is folded:
 * - `append`: all that changed stands after its last record: on from its state
 * - `from-checkpoint`: on from the last state kept before the change
 * - `orderless`: a retroactive scale rates every line by the same total, wherever it stands: the total is corrected, and only the
 *   changed lines are rated, unless the total has come into another band
 * - `rolling`: the records within two windows around the change
 * - `whole`: from the beginning
 */
export type Approach = { kind: 'append' | 'from-checkpoint' | 'orderless' | 'whole' } | { kind: 'rolling'; days: number; timeZone: string };

export function approach(change: Change, termsOf: TermsOf): Approach {
  const { row, put, before, earliest } = change;
  const records = [...put, ...before.map(({ record }) => record)];
  const [sample] = records;
  if (sample === undefined) return { kind: 'whole' };
  const { component, timeZone } = termsOf(sample);
  const { tiers } = component;
  if (tiers !== null && typeof tiers.reset !== 'string') {
    return ratedAlone(component) ? { kind: 'rolling', days: tiers.reset.rollingDays, timeZone } : { kind: 'whole' };
  }
  if (row.state === null || row.last === null) return { kind: 'whole' };
  if (before.length === 0 && isAfter(earliest, row.last)) return { kind: 'append' };
  const lifted = Object.keys(row.state.lifted);
  if (lifted.length === 0 && !isRetroactive(component)) return { kind: 'from-checkpoint' };
  const ofOneVersion =
    lifted.every((version) => version === `${sample.dealVersion}`) &&
    records.every(({ dealVersion }) => dealVersion === sample.dealVersion);
  const orderless =
    ofOneVersion && isRetroactive(component) && ratedAlone(component) && tiers?.retroactive === 'all' && !countsCustomers(component);
  return { kind: orderless ? 'orderless' : 'whole' };
}

const isRetroactive = ({ tiers }: NormalComponent): boolean => tiers !== null && tiers.scale === 'whole' && tiers.retroactive !== 'none';
const countsCustomers = ({ tiers }: NormalComponent): boolean => tiers?.metrics.some(({ measure }) => measure === 'customers') ?? false;

/** Whether a line's amount goes by its meters only: no caps, no running sum, nothing that is paid once. */
const ratedAlone = ({ tiers, caps, subCent }: NormalComponent): boolean =>
  caps.length === 0 && subCent === 'round-each' && (tiers?.bands.every(({ fixed }) => fixed === undefined) ?? true);

const isAfter = (a: Position, b: Position): boolean => {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt > b.occurredAt;
  return a.eventId === b.eventId ? a.conversionId > b.conversionId : a.eventId > b.eventId;
};

export interface Start {
  state: StreamState;
  /** The position of the state; null: the beginning. */
  after: Position | null;
  /** What is to be read besides the changed records. */
  load?: Stretch;
  /** States kept that no longer hold. */
  drop?: Stretch;
}

/** Where the fold begins, and what it has to read. */
export function startFor(
  change: Change,
  how: Approach,
  checkpoint: { at: Position; state: StreamState } | undefined,
  termsOf: TermsOf,
): Start {
  const { row, earliest, latest } = change;
  const { stream } = row;
  switch (how.kind) {
    case 'append':
      return { state: row.state ?? emptyStream, after: row.last };
    case 'orderless':
      return { state: withoutChanged(row.state ?? emptyStream, change.before, termsOf), after: row.last };
    case 'rolling': {
      const from = addDays(earliest.occurredAt, -2 * how.days, how.timeZone);
      const until = addDays(latest.occurredAt, 2 * how.days, how.timeZone);
      return { state: emptyStream, after: null, load: { stream, after: { occurredAt: from, eventId: '', conversionId: '' }, until } };
    }
    case 'whole': {
      const all = { stream, after: null, until: null };
      return { state: emptyStream, after: null, load: all, drop: all };
    }
    case 'from-checkpoint': {
      const rest = { stream, after: checkpoint?.at ?? null, until: null };
      return { state: checkpoint?.state ?? emptyStream, after: checkpoint?.at ?? null, load: rest, drop: rest };
    }
  }
}

/** The state as if the changed records had never been in it. */
function withoutChanged(state: StreamState, before: Change['before'], termsOf: TermsOf): StreamState {
  const meters = { ...state.meters };
  for (const { record } of before) {
    for (const [index, metric] of (termsOf(record).component.tiers?.metrics ?? []).entries()) {
      const meter = meters[meterName(metric)];
      if (meter === undefined) continue;
      const total = subtract(parseFraction(meter.total), parseFraction(record.weights[index] ?? '0'));
      meters[meterName(metric)] = { ...meter, total: toFraction(total) };
    }
  }
  return { ...state, meters };
}
