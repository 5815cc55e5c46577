import { newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { decodeIdCursor } from '@tributary/service-kit';
import type { Finding } from './domain/findings.js';

export interface ItemRow {
  id: string;
  brandId: string;
  kind: string;
  payoutId: string | null;
  direction: string;
  currency: string | null;
  bookAmount: bigint | null;
  bankAmount: bigint | null;
  difference: bigint;
  endToEndId: string | null;
  bankReference: string | null;
  detail: string;
  bookedOn: string | null;
  /** Null when no file showed it but a callback. */
  reportId: string | null;
  status: 'open' | 'resolved';
  openedBy: string;
  openedAt: Date;
  resolution: string | null;
  resolvedBy: string | null;
  resolvedAt: Date | null;
  /** Where what lay in suspense for it was said to belong. */
  bookedTo: string | null;
}
const columns = /* sql */ `id, brand_id AS "brandId", kind, payout_id AS "payoutId", direction, currency, book_amount AS "bookAmount", bank_amount AS "bankAmount", difference,
  end_to_end_id AS "endToEndId", bank_reference AS "bankReference", detail, booked_on AS "bookedOn", report_id AS "reportId", status, opened_by AS "openedBy", opened_at AS "openedAt",
  resolution, resolved_by AS "resolvedBy", resolved_at AS "resolvedAt", booked_to AS "bookedTo"`;

const wireOrNull = (amount: bigint | null) => (amount === null ? null : toWireAmount(amount));

/** An item as the API shows it. */
export const itemView = (item: ItemRow) => ({
  ...item,
  bookAmount: wireOrNull(item.bookAmount),
  bankAmount: wireOrNull(item.bankAmount),
  difference: toWireAmount(item.difference),
  openedAt: item.openedAt.toISOString(),
  resolvedAt: item.resolvedAt?.toISOString() ?? null,
});

export interface ItemFilter {
  brandId?: string | undefined;
  reportId?: string | undefined;
  payoutId?: string | undefined;
  kind?: string | undefined;
  status?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Newest first, one more than asked for. A report shows also what an earlier one had opened. */
export async function listItemRows(tx: Tx, { brandId, reportId, payoutId, kind, status, cursor, limit }: ItemFilter): Promise<ItemRow[]> {
  const { rows } = await tx.query<ItemRow>(
    `SELECT ${columns} FROM reconciliation_item item WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR payout_id = $2) AND ($3::text IS NULL OR kind = $3)
       AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR id < $5)
       AND ($6::text IS NULL OR id IN (SELECT unnest(item_ids) FROM bank_report WHERE bank_report.id = $6)) ORDER BY id DESC LIMIT $7`,
    [brandId ?? null, payoutId ?? null, kind ?? null, status ?? null, decodeIdCursor(cursor) ?? null, reportId ?? null, limit + 1],
  );
  return rows;
}

export async function findItem(tx: Tx, id: string, lock = false): Promise<ItemRow | undefined> {
  const { rows } = await tx.query<ItemRow>(`SELECT ${columns} FROM reconciliation_item WHERE id = $1 ${lock ? 'FOR UPDATE' : ''}`, [id]);
  return rows[0];
}

/** By whom, in which report and when items are opened. */
export interface Opening {
  brandId: string;
  reportId: string | null;
  openedBy: string;
  now: Date;
}

const insert = /* sql */ `
INSERT INTO reconciliation_item (id, brand_id, key, kind, payout_id, direction, currency, book_amount, bank_amount, difference, end_to_end_id, bank_reference, detail, booked_on, report_id, opened_by, opened_at)
SELECT id, $1, key, kind, payout_id, direction, currency, book_amount, bank_amount, difference, end_to_end_id, bank_reference, detail, booked_on, $2, $3, $4
FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[])
  AS found (id, key, kind, payout_id, direction, currency, book_amount, bank_amount, difference, end_to_end_id, bank_reference, detail, booked_on)
ON CONFLICT (brand_id, key) DO UPDATE SET difference = EXCLUDED.difference, book_amount = EXCLUDED.book_amount, bank_amount = EXCLUDED.bank_amount, detail = EXCLUDED.detail
  WHERE reconciliation_item.status = 'open' AND reconciliation_item.difference = 0 AND EXCLUDED.difference <> 0`;

/** Of the items with these keys: which each is, and whether somebody has explained it while nothing lay in suspense for it. */
async function keptItems(tx: Tx, brandId: string, keys: readonly string[]): Promise<Map<string, { id: string; explainedAlone: boolean }>> {
  const { rows } = await tx.query<{ id: string; key: string; explainedAlone: boolean }>(
    `SELECT id, key, status = 'resolved' AND booked_to IS NULL AS "explainedAlone" FROM reconciliation_item WHERE brand_id = $1 AND key = ANY ($2)`,
    [brandId, keys],
  );
  return new Map(rows.map(({ key, ...item }) => [key, item]));
}

/**
 * Opens an item for each finding that has none yet. A statement adds to what a notification only announced by how much it differs.
 * What was announced, and explained before the money moved, gets an item of its own for what `lies in suspense` now: else nobody could
 * say where that belongs. Returns the items of all findings, in their order, and which of them are new.
 */
export async function openItems(
  tx: Tx,
  opening: Opening,
  findings: readonly Finding[],
  liesInSuspense: (finding: Finding) => boolean = () => false,
): Promise<{ itemIds: string[]; idOf: (finding: Finding) => string; opened: (Finding & { id: string })[] }> {
  const found = await insertItems(tx, opening, findings);
  const kept = await keptItems(
    tx,
    opening.brandId,
    found.map(({ key }) => key),
  );
  const late = found.filter((finding) => kept.get(finding.key)?.explainedAlone && liesInSuspense(finding));
  const again = await insertItems(
    tx,
    opening,
    late.map((finding) => ({ ...finding, key: keyOfMoney(finding) })),
  );
  const moved = await keptItems(
    tx,
    opening.brandId,
    again.map(({ key }) => key),
  );
  const idOf = (finding: Finding) => (moved.get(keyOfMoney(finding)) ?? kept.get(finding.key))?.id ?? '';
  const news = new Set([...found, ...again].map(({ id }) => id));
  return { itemIds: found.map(idOf), idOf, opened: found.map((each) => ({ ...each, id: idOf(each) })).filter(({ id }) => news.has(id)) };
}

const keyOfMoney = ({ key }: Finding) => `${key}:booked`;

/** Returns the findings, each key once, with the ids that they get where they are new. */
async function insertItems(
  tx: Tx,
  { brandId, reportId, openedBy, now }: Opening,
  findings: readonly Finding[],
): Promise<(Finding & { id: string })[]> {
  const byKey = new Map(findings.map((finding) => [finding.key, { ...finding, id: newId('reconciliationItem') }]));
  const found = [...byKey.values()];
  if (found.length === 0) return found;
  await tx.query(insert, [
    brandId,
    reportId,
    openedBy,
    now,
    found.map(({ id }) => id),
    found.map(({ key }) => key),
    found.map(({ kind }) => kind),
    found.map(({ payoutId }) => payoutId),
    found.map(({ direction }) => direction),
    found.map(({ currency }) => currency),
    found.map(({ bookAmount }) => bookAmount?.toString() ?? null),
    found.map(({ bankAmount }) => bankAmount?.toString() ?? null),
    found.map(({ difference }) => difference.toString()),
    found.map(({ line }) => line?.endToEndId ?? null),
    found.map(({ line }) => line?.reference ?? null),
    found.map(({ detail }) => detail),
    found.map(({ line }) => line?.bookedOn ?? null),
  ]);
  return found;
}

/** Explains open items by their keys or ids. Returns what was open until now. */
export async function resolveItems(
  tx: Tx,
  which: { brandId: string; keys: readonly string[] } | { id: string },
  { resolution, resolvedBy, now, bookedTo = null }: { resolution: string; resolvedBy: string; now: Date; bookedTo?: string | null },
): Promise<ItemRow[]> {
  const [condition, ...values] = 'id' in which ? ['id = $5', which.id] : ['brand_id = $5 AND key = ANY ($6)', which.brandId, which.keys];
  const { rows } = await tx.query<ItemRow>(
    `UPDATE reconciliation_item SET status = 'resolved', resolution = $1, resolved_by = $2, resolved_at = $3, booked_to = $4 WHERE status = 'open' AND ${condition} RETURNING ${columns}`,
    [resolution, resolvedBy, now, bookedTo, ...values],
  );
  return rows;
}
