import type { EventContext, NewEvent, Outbox, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { type Placement, placeEntry } from '../entries/domain/place-entry.js';
import { type EntryRow, lockFamilies, storeBuckets, storeCancelled, storeCorrections } from '../entries/entry-store.js';
import { post } from '../ledger/ledger-store.js';

/** Who made each of the entries change; `otherwise` for those that follow another. */
export interface Causes {
  byEntry: ReadonlyMap<string, EventContext>;
  otherwise: EventContext;
}

/** Where the entries of locked families belong by what is known of them. */
export function placeFamilies(family: ReadonlyMap<string, EntryRow>, now: Date): Placement<EntryRow>[] {
  const accrued = [...family.values()].filter((entry) => entry.accrued);
  return accrued.map((entry) => placeEntry(entry, entry.adjusts === null ? undefined : family.get(entry.adjusts), now));
}

/** Those that lie elsewhere by now. */
export const moved = ({ entry, to }: Placement<EntryRow>): boolean => entry.bucket !== to;

const correctionsOf = (placed: readonly Placement<EntryRow>[]) => placed.flatMap(({ correction }) => correction ?? []);

/**
 * Puts the named entries, and what corrects them, where the facts known by now say that they belong, and posts the moves. Whatever
 * order the facts came in, the last one to arrive leads here with all of them. What is `placed` is in its bucket already and is
 * posted with the rest. Of what is `restated` it is told again why it is written off: it may stay so for another reason.
 */
export async function reconsider(
  tx: Tx,
  outbox: Outbox,
  ids: readonly string[],
  causes: Causes,
  now: Date,
  placed: readonly Placement<EntryRow>[] = [],
  restated: ReadonlySet<string> = new Set(),
): Promise<void> {
  const isRestated = ({ entry, to }: Placement<EntryRow>): boolean => to === 'written-off' && restated.has(entry.id);
  await storeCorrections(tx, correctionsOf(placed));
  await storeCancelled(tx, placed);
  const others = ids.length === 0 ? [] : placeFamilies(await lockFamilies(tx, ids), now);
  await storeBuckets(
    tx,
    others.filter((each) => moved(each) || isRestated(each)),
  );
  await storeCorrections(tx, correctionsOf(others));
  await storeCancelled(tx, others);
  const causeOf = ({ id, adjusts }: EntryRow) => causes.byEntry.get(id) ?? causes.byEntry.get(adjusts ?? '') ?? causes.otherwise;
  const all = [...placed, ...others];
  const postings = all.flatMap((each) => each.postings.map((posting) => ({ posting, context: causeOf(each.entry) })));
  await post(tx, outbox, postings, now);
  const told = all
    .filter((each) => writeOffMoved(each) || isRestated(each))
    .map((each) => ({ ...writeOffChanged(each, now), context: causeOf(each.entry) }));
  await outbox.append(tx, causes.otherwise, told);
}

/** Those that are written off by the window from now on, or no longer: what people have written off is told by its own event. */
const writeOffMoved = (placement: Placement<EntryRow>): boolean =>
  moved(placement) && (placement.writeOff !== null || (placement.entry.bucket === 'written-off' && !placement.entry.forgiven));

/** The version that follows counts the snapshots, with gaps. */
function writeOffChanged({ entry, writeOff }: Placement<EntryRow>, now: Date): NewEvent<'payouts.write-off.changed.v1'> {
  const { id: entryId, partnerId, brandId, currency, version } = entry;
  const writtenOff = writeOff && { ...writeOff, paidAt: writeOff.paidAt.toISOString(), until: writeOff.until.toISOString() };
  const data = { entryId, partnerId, brandId, currency, amount: toWireAmount(entry.amount), writtenOff, changedAt: now.toISOString() };
  return { type: 'payouts.write-off.changed.v1', subject: entryId, partnerId, brandId, sequence: version + 1, data };
}
