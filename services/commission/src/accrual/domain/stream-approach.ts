import { addDays } from '@tributary/calendar';
import { emptyStream, inCanonicalOrder, meterName, type StreamRecord, type StreamState, type StreamTerms } from '@tributary/engine';
import { parseFraction, subtract, toFraction } from '@tributary/money';

export type TermsOf = (record: StreamRecord) => StreamTerms;
/** The terms of every version of the record's deal that has its component: any of them may have rated another record of the stream. */
export type EveryTermsOf = (record: StreamRecord) => readonly StreamTerms[];

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

const whole: Approach = { kind: 'whole' };

export function approach(change: Change, everyTermsOf: EveryTermsOf): Approach {
  const { row, put, before, earliest } = change;
  const sample = put[0] ?? before[0]?.record;
  if (sample === undefined) return whole;
  const every = everyTermsOf(sample);
  const rolling = every.find(({ component: { tiers } }) => typeof tiers?.reset === 'object');
  if (rolling) return byWindows(every, rolling);
  if (row.state === null || row.last === null || !hasSimpleMeters(every)) return whole;
  if (before.length === 0 && inCanonicalOrder(earliest, row.last) > 0) return { kind: 'append' };
  if (!every.some(isRetroactive)) return { kind: 'from-checkpoint' };
  return put.length > 0 && goesByTotal(every) ? { kind: 'orderless' } : whole;
}

/** Caps, sums and fixed amounts go by all that stands before: then a window around the change says too little. */
function byWindows(every: readonly StreamTerms[], { component: { tiers }, timeZone }: StreamTerms): Approach {
  const days = typeof tiers?.reset === 'object' ? tiers.reset.rollingDays : 0;
  const local = every.every(({ component, timeZone: zone }) => isAlone(component) && zone === timeZone);
  return local ? { kind: 'rolling', days, timeZone } : whole;
}

const isRetroactive = ({ component: { tiers } }: StreamTerms): boolean =>
  tiers !== null && tiers.scale === 'whole' && tiers.retroactive !== 'none';

/** Whether lines go by meters only, not by what lines before them have earned. */
const isAlone = ({ caps, subCent, tiers }: StreamTerms['component']): boolean =>
  caps.length === 0 && subCent === 'round-each' && (tiers?.bands.every(({ fixed }) => fixed === undefined) ?? true);

/**
 * Whether a stream can be folded on from a state. Who has been counted among customers is not part of it: that is asked of the records,
 * which says enough for one metric over the whole of the stream. Where payments settle lines, a later record changes earlier ones.
 */
function hasSimpleMeters(every: readonly StreamTerms[]): boolean {
  if (every.some(({ component: { tiers } }) => tiers?.retroactive === 'unpaid')) return false;
  const ofCustomers = every.flatMap(({ component }) => (customerMetric(component) === null ? [] : [component]));
  return (
    ofCustomers.length === 0 ||
    (every.length === 1 && ofCustomers.every(({ caps, tiers }) => caps.length === 0 && tiers?.metrics.length === 1))
  );
}

/** Which metric of a scale counts customers; null when none does. */
export function customerMetric({ tiers }: StreamTerms['component']): number | null {
  const index = tiers?.metrics.findIndex(({ measure }) => measure === 'customers') ?? -1;
  return index < 0 ? null : index;
}

/** Whether every line is rated by nothing but the total of the stream: not by where it stood when a band was reached. */
const goesByTotal = (every: readonly StreamTerms[]): boolean =>
  every.length === 1 &&
  every.every((terms) => isRetroactive(terms) && isAlone(terms.component) && customerMetric(terms.component) === null && !asksWhere(terms));

/** Whether what stood before a band is paid otherwise than what stands in it. */
const asksWhere = ({ component: { tiers } }: StreamTerms): boolean => tiers?.bands.some(({ back }) => back !== undefined) ?? false;

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
      const name = meterName(metric);
      const known = meters[name];
      if (known)
        meters[name] = { ...known, total: toFraction(subtract(parseFraction(known.total), parseFraction(record.weights[index] ?? '0'))) };
    }
  }
  return { ...state, meters };
}
