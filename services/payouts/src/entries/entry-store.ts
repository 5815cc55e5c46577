import type { Tx } from '@tributary/messaging';
import { groupBy } from '../group-by.js';
import { awaitPolicies, knowClawbacks } from './clawback-store.js';
import type { OpenCorrection, PlaceableEntry, Placement } from './domain/place-entry.js';

/** An entry as stored. */
export interface EntryRow extends PlaceableEntry {
  /** Whether anything corrects it. */
  adjusted: boolean;
}

const columns = /* sql */ `id, entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", currency, amount, accrued, adjusts, adjusted, occurred_at AS "occurredAt",
  matures_at AS "maturesAt", decision, decision_state AS "decisionState", decided_at AS "decidedAt", bucket, run_id AS "runId", paid_at AS "paidAt", NULL AS clawback, corrected, written_off_by IS NOT NULL AS forgiven, taken_back AS "takenBack", version`;

/**
 * The entries named, what they correct and what corrects them, locked. Originals are locked before their reversals are looked for,
 * so that of two transactions that add one each the later sees the other's.
 */
export async function lockFamilies(tx: Tx, ids: readonly string[]): Promise<Map<string, EntryRow>> {
  const { rows: corrections } = await tx.query<{ adjusts: string | null; brandId: string }>(
    'SELECT coalesce(adjusts, nullif(entry_id, id)) AS adjusts, brand_id AS "brandId" FROM entry WHERE id = ANY ($1) AND (adjusts IS NOT NULL OR adjusted OR entry_id <> id)',
    [ids],
  );
  await awaitPolicies(
    tx,
    corrections.map(({ brandId }) => brandId),
  );
  const wanted = [...new Set([...ids, ...corrections.flatMap(({ adjusts }) => adjusts ?? [])])];
  const lock = async (named: readonly string[]) =>
    (await tx.query<EntryRow>(`SELECT ${columns} FROM entry WHERE id = ANY ($1) ORDER BY id FOR UPDATE`, [named])).rows;
  const first = await lock(wanted);
  // A reversal that was committed between the two looks: only the second one has seen what it corrects.
  const unseen = first.flatMap(({ adjusts }) => (adjusts === null || wanted.includes(adjusts) ? [] : [adjusts]));
  if (unseen.length > 0) first.push(...(await lock(unseen)));
  const adjusted = first.filter((entry) => entry.adjusted).map(({ id }) => id);
  if (adjusted.length === 0) return knowClawbacks(tx, await withCorrections(tx, first));
  const { rows: reversals } = await tx.query<EntryRow>(`SELECT ${columns} FROM entry WHERE adjusts = ANY ($1) ORDER BY id FOR UPDATE`, [
    adjusted,
  ]);
  return knowClawbacks(tx, await withCorrections(tx, [...first, ...reversals]));
}

/** What was paid once and is free again knows what is to be taken back of it: both are locked, so that no run claims one of them. */
async function withCorrections(tx: Tx, rows: readonly EntryRow[]): Promise<EntryRow[]> {
  const free = rows.filter(({ corrected, runId }) => corrected !== 0n && runId === null);
  if (free.length === 0) return [...rows];
  const { rows: open } = await tx.query<OpenCorrection>(
    `SELECT id, entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", currency, amount, version FROM entry
     WHERE bucket = 'payable' AND run_id IS NULL AND entry_id <> id AND entry_id = ANY ($1) AND partner_id = ANY ($2) AND brand_id = ANY ($3) ORDER BY id FOR UPDATE`,
    [free.map(({ id }) => id), free.map(({ partnerId }) => partnerId), free.map(({ brandId }) => brandId)],
  );
  const byEntry = groupBy(open, ({ entryId }) => entryId);
  return rows.map((row) => (free.includes(row) ? { ...row, corrections: byEntry.get(row.id) ?? [] } : row));
}

/** Entries change their bucket. */
export async function storeBuckets(tx: Tx, moves: readonly Placement<EntryRow>[]): Promise<void> {
  if (moves.length === 0) return;
  await tx.query(
    'UPDATE entry SET bucket = moved.bucket, version = entry.version + 1 FROM unnest($1::text[], $2::text[]) AS moved (id, bucket) WHERE entry.id = moved.id',
    [moves.map(({ entry }) => entry.id), moves.map(({ to }) => to)],
  );
}

const insertCorrections = /* sql */ `
INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued, adjusts, occurred_at, matures_at, decision, decision_state, decided_at, bucket)
SELECT due.id, original.entry_id, original.brand_id, original.partner_id, original.currency, due.difference, true, NULL, due.at, due.at, 1, 'approved', due.at, 'payable'
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[]) AS due (id, original_id, difference, at) JOIN entry original ON original.id = due.original_id
ON CONFLICT (id) DO NOTHING`;

type Correction = NonNullable<Placement<EntryRow>['correction']>;

/** What is taken back of paid entries becomes an item of its own, claimed by a later payout like any other. */
export async function storeCorrections(tx: Tx, corrections: readonly Correction[]): Promise<void> {
  if (corrections.length === 0) return;
  const ids = corrections.map(({ entry }) => entry.id);
  const differences = corrections.map(({ difference }) => difference.toString());
  await tx.query(insertCorrections, [corrections.map(({ id }) => id), ids, differences, corrections.map(({ at }) => at)]);
  await tx.query(
    'UPDATE entry SET corrected = corrected + due.difference FROM unnest($1::text[], $2::bigint[]) AS due (id, difference) WHERE entry.id = due.id',
    [ids, differences],
  );
}

/** There is nothing left to take back: neither are these claimed, nor the entries corrected. */
export async function storeCancelled(tx: Tx, placed: readonly Placement<EntryRow>[]): Promise<void> {
  const cancelled = placed.flatMap(({ cancelled: own }) => own ?? []);
  if (cancelled.length === 0) return;
  await tx.query(`UPDATE entry SET bucket = 'rejected', decision_state = 'rejected', version = version + 1 WHERE id = ANY ($1)`, [
    cancelled.map(({ id }) => id),
  ]);
  await tx.query(
    'UPDATE entry SET corrected = corrected - open.amount FROM (SELECT id, sum(amount) AS amount FROM unnest($1::text[], $2::bigint[]) AS each (id, amount) GROUP BY id) AS open WHERE entry.id = open.id',
    [cancelled.map(({ entryId }) => entryId), cancelled.map(({ amount }) => amount.toString())],
  );
}
