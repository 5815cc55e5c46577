import { addDays } from '@tributary/calendar';
import { canonicalJson } from '@tributary/contracts';
import {
  emptyStream,
  foldStream,
  inCanonicalOrder,
  type StreamLine,
  type StreamPlace,
  type StreamRecord,
  type StreamState,
} from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { toFraction } from '@tributary/money';
import { chunksOf } from '../shared/domain/chunks.js';
import { groupBy } from '../shared/domain/group-by.js';
import { type Approach, approach, customerMetric, startFor } from './domain/stream-approach.js';
import {
  type Checkpoint,
  checkpointsBefore,
  customersBefore,
  dropCheckpoints,
  lockStreams,
  type Position,
  recordsIn,
  recordsOf,
  removeRecords,
  type SavedRecord,
  type StoredRecord,
  type StreamRow,
  type Stretch,
  saveCheckpoints,
  saveRecords,
  saveStreams,
} from './stream-store.js';
import type { TermsOfStreams } from './stream-terms.js';

/** Streams go by events; those towards milestones by what others earn of them, which the first must have settled. */
export type StreamsBy = 'events' | 'earnings';
export const isBy = (by: StreamsBy, { earned }: StreamRecord): boolean => (earned === undefined ? 'events' : 'earnings') === by;

export interface StreamsFolded {
  /** Where each scope of the conversions stands, by scope. */
  places: ReadonlyMap<string, StreamPlace>;
  /** Conversions whose amounts are others now. */
  changed: ReadonlySet<string>;
}

/** A stream in which something has changed. */
interface Dirty {
  row: StreamRow;
  /** Records put in or changed. */
  put: StreamRecord[];
  /** What was there of them before. */
  before: StoredRecord[];
  earliest: Position;
  latest: Position;
}

/** States are kept at this distance: a late fact makes at most so many records be folded without need. */
const checkpointEvery = 200;

/**
 * Puts what conversions say now into their streams, in place of what they said before, and folds each stream on from where it has
 * changed. The conversions' rows are locked; streams are locked here, in the order of their keys.
 */
export async function foldStreams(
  tx: Tx,
  conversionIds: readonly string[],
  by: StreamsBy,
  records: readonly StreamRecord[],
  brandOf: (record: StreamRecord) => string,
  terms: TermsOfStreams,
): Promise<StreamsFolded> {
  const stored = (await recordsOf(tx, conversionIds)).filter(({ record }) => isBy(by, record));
  const { put, gone } = compare(records, stored);
  // A record that is gone may have had the scope of one that goes by something else now.
  const places = new Map(
    stored.flatMap((one) => {
      const { scope } = one.record;
      return scope === null || one.place === null || gone.includes(one) ? [] : [[scope, one.place] as const];
    }),
  );
  const changed = new Set<string>();
  if (put.length + gone.length === 0) return { places, changed };

  const dirty = await lockDirty(tx, put, gone, stored, brandOf);
  await removeRecords(
    tx,
    gone.map(({ record }) => record),
  );
  const folded = await foldAll(tx, dirty, terms);
  await save(tx, folded, brandOf);
  for (const { lines } of folded) {
    for (const { record, place } of lines) if (record.scope !== null) places.set(record.scope, place);
  }
  for (const { altered } of folded) for (const { record } of altered) changed.add(record.conversionId);
  return { places, changed };
}

const keyOf = ({ stream, conversionId }: StreamRecord): string => `${stream} ${conversionId}`;

function compare(records: readonly StreamRecord[], stored: readonly StoredRecord[]): { put: StreamRecord[]; gone: StoredRecord[] } {
  const held = new Map(stored.map((one) => [keyOf(one.record), one]));
  const wanted = new Map(records.map((record) => [keyOf(record), record]));
  const put = [...wanted].flatMap(([key, record]) => {
    const before = held.get(key);
    return before !== undefined && canonicalJson(before.record) === canonicalJson(record) ? [] : [record];
  });
  return { put, gone: stored.filter(({ record }) => !wanted.has(keyOf(record))) };
}

async function lockDirty(
  tx: Tx,
  put: readonly StreamRecord[],
  gone: readonly StoredRecord[],
  stored: readonly StoredRecord[],
  brandOf: (record: StreamRecord) => string,
): Promise<Dirty[]> {
  const moved = [...put, ...gone.map(({ record }) => record)];
  const rows = await lockStreams(
    tx,
    moved.map((record) => ({ stream: record.stream, brandId: brandOf(record) })),
  );
  const byStream = groupBy(moved, ({ stream }) => stream);
  const putBy = groupBy(put, ({ stream }) => stream);
  const movedKeys = new Set(moved.map(keyOf));
  const beforeBy = groupBy(
    stored.filter(({ record }) => movedKeys.has(keyOf(record))),
    ({ record }) => record.stream,
  );
  return rows.map((row) => {
    const inOrder = [...(byStream.get(row.stream) ?? [])].sort(inCanonicalOrder);
    const [first, last] = [inOrder[0], inOrder.at(-1)] as [StreamRecord, StreamRecord];
    return {
      row,
      put: putBy.get(row.stream) ?? [],
      before: beforeBy.get(row.stream) ?? [],
      earliest: first,
      latest: last,
    };
  });
}

interface FoldedStreams {
  dirty: Dirty;
  lines: StreamLine[];
  /** Lines whose amount is another than was stored. */
  altered: StreamLine[];
  state: StreamState | null;
  last: Position | null;
  checkpoints: Checkpoint[];
}

async function foldAll(tx: Tx, dirty: readonly Dirty[], terms: TermsOfStreams): Promise<FoldedStreams[]> {
  const approaches = dirty.map((one) => ({ one, how: approach(one, terms.every) }));
  const late = approaches.flatMap(({ one, how }) =>
    how.kind === 'from-checkpoint' ? [{ stream: one.row.stream, before: one.earliest }] : [],
  );
  const checkpoints = await checkpointsBefore(tx, late);
  const plans = approaches.map(({ one, how }) => ({ one, how, start: startFor(one, how, checkpoints.get(one.row.stream), terms.of) }));
  const loaded = groupBy(
    await recordsIn(
      tx,
      plans.flatMap(({ start }) => start.load ?? []),
    ),
    ({ record }) => record.stream,
  );
  await dropCheckpoints(
    tx,
    plans.flatMap(({ start }) => start.drop ?? []),
  );
  const folded: FoldedStreams[] = [];
  const again: Dirty[] = [];
  for (const { one, how, start } of plans) {
    const made = await foldOne(tx, one, how, start.state, start.after, loaded.get(one.row.stream) ?? [], terms);
    if (made === 'from-the-start') again.push(one);
    else folded.push(made);
  }
  return again.length === 0 ? folded : [...folded, ...(await foldWhole(tx, again, terms))];
}

/** Streams whose retroactive scale has come into another band: every line of them. */
async function foldWhole(tx: Tx, dirty: readonly Dirty[], terms: TermsOfStreams): Promise<FoldedStreams[]> {
  const whole: Stretch[] = dirty.map(({ row }) => ({ stream: row.stream, after: null, until: null }));
  const loaded = groupBy(await recordsIn(tx, whole), ({ record }) => record.stream);
  await dropCheckpoints(tx, whole);
  const folded: FoldedStreams[] = [];
  for (const one of dirty) {
    const made = await foldOne(tx, one, { kind: 'whole' }, emptyStream, null, loaded.get(one.row.stream) ?? [], terms);
    if (made === 'from-the-start') throw new Error(`stream ${one.row.stream} cannot be folded from its beginning`);
    folded.push(made);
  }
  return folded;
}

async function foldOne(
  tx: Tx,
  dirty: Dirty,
  how: Approach,
  from: StreamState,
  after: Position | null,
  loaded: readonly StoredRecord[],
  terms: TermsOfStreams,
): Promise<FoldedStreams | 'from-the-start'> {
  const held = new Map([...loaded, ...dirty.before].map((one) => [one.record.conversionId, one]));
  const putIds = new Set(dirty.put.map(({ conversionId }) => conversionId));
  const goneIds = new Set(dirty.before.map(({ record }) => record.conversionId).filter((id) => !putIds.has(id)));
  const others = loaded.map(({ record }) => record).filter(({ conversionId }) => !putIds.has(conversionId) && !goneIds.has(conversionId));
  const records = [...others, ...dirty.put].sort(inCanonicalOrder);
  const seen = await customersSeen(tx, dirty, after, records, terms);
  const lines: StreamLine[] = [];
  const checkpoints: Checkpoint[] = [];
  let state = from;
  for (const chunk of how.kind === 'append' || how.kind === 'from-checkpoint' ? chunksOf(records, checkpointEvery) : [records]) {
    const folded = foldStream(chunk, terms.of, state, seen);
    if (folded.fromTheStart) return 'from-the-start';
    lines.push(...folded.lines);
    state = folded.state;
    for (const customerId of customersOf(chunk, terms)) seen.add(customerId);
    const end = chunk.at(-1);
    if (end && chunk.length === checkpointEvery) checkpoints.push({ stream: end.stream, at: end, state });
  }
  const settled = how.kind === 'rolling' ? withinWindow(dirty, how) : () => true;
  const sure = lines.filter(({ record }) => settled(record));
  const altered = sure.filter(({ record, exact, entitlement }) => {
    const before = held.get(record.conversionId);
    return before?.exact !== toFraction(exact) || before.entitlement !== entitlement;
  });
  const end = records.at(-1);
  const last = how.kind === 'orderless' || how.kind === 'rolling' ? laterOf(dirty.row.last, end ?? null) : (end ?? after);
  return { dirty, lines: sure, altered, state: how.kind === 'rolling' ? null : state, last, checkpoints };
}

/** Records further off than a window may have lacked what stands before or after them, and have not changed. */
function withinWindow({ earliest, latest }: Dirty, { days, timeZone }: { days: number; timeZone: string }): (at: Position) => boolean {
  const [from, until] = [addDays(earliest.occurredAt, -days, timeZone), addDays(latest.occurredAt, days, timeZone)];
  return ({ occurredAt }) => from <= occurredAt && occurredAt <= until;
}

const laterOf = (a: Position | null, b: Position | null): Position | null =>
  a === null || (b !== null && inCanonicalOrder(a, b) < 0) ? b : a;

/** Customers that records before these have counted, where the scale counts customers. */
async function customersSeen(
  tx: Tx,
  { row }: Dirty,
  after: Position | null,
  records: readonly StreamRecord[],
  terms: TermsOfStreams,
): Promise<Set<string>> {
  const [first] = records;
  const metric = first === undefined ? null : customerMetric(terms.of(first).component);
  if (metric === null || after === null) return new Set();
  return customersBefore(tx, row.stream, after, metric, [...new Set(records.flatMap(({ customerId }) => customerId ?? []))]);
}

/** Customers that these records count. */
const customersOf = (records: readonly StreamRecord[], terms: TermsOfStreams): string[] =>
  records.flatMap((record) => {
    const metric = customerMetric(terms.of(record).component);
    const counts = metric !== null && (record.weights[metric] ?? '0') !== '0';
    return counts && record.customerId !== null ? [record.customerId] : [];
  });

async function save(tx: Tx, folded: readonly FoldedStreams[], brandOf: (record: StreamRecord) => string): Promise<void> {
  const records: SavedRecord[] = folded.flatMap(({ dirty, lines, altered }) => {
    const alteredIds = new Set(altered.map(({ record }) => record.conversionId));
    const putIds = new Set(dirty.put.map(({ conversionId }) => conversionId));
    const placed = lines.filter(({ record }) => putIds.has(record.conversionId) || alteredIds.has(record.conversionId));
    const feeds = dirty.put.filter(({ scope }) => scope === null);
    return [
      ...placed.map(({ record, place, exact, entitlement }) => ({
        record,
        place,
        exact: toFraction(exact),
        entitlement,
        brandId: brandOf(record),
      })),
      ...feeds.map((record) => ({ record, place: null, exact: null, entitlement: null, brandId: brandOf(record) })),
    ];
  });
  await saveRecords(tx, records);
  await saveCheckpoints(
    tx,
    folded.flatMap(({ checkpoints, dirty }) => checkpoints.map((one) => ({ ...one, brandId: dirty.row.brandId }))),
  );
  await saveStreams(
    tx,
    folded.map(({ dirty: { row }, state, last }) => ({ ...row, state, last })),
  );
}
