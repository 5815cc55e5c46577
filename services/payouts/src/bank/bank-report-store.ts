import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { decodeIdCursor } from '@tributary/service-kit';
import { identityOf } from './domain/findings.js';
import type { Booking, Totals } from './domain/reconcile.js';

export interface BankReportRow {
  id: string;
  brandId: string;
  kind: string;
  sha256: string;
  readAs: 'status' | 'statement';
  from: string | null;
  to: string | null;
  lines: number;
  recognised: number;
  repeated: number;
  totals: { currency: string; book: number; bank: number; exceptions: number }[];
  itemIds: string[];
  createdBy: string;
  createdAt: Date;
}
const columns = /* sql */ `id, brand_id AS "brandId", kind, sha256, read_as AS "readAs", from_day AS "from", to_day AS "to", lines, recognised, repeated, totals, item_ids AS "itemIds",
  created_by AS "createdBy", created_at AS "createdAt"`;

/** A report as the API shows it. */
export const bankReportView = ({ createdAt, ...row }: BankReportRow) => ({ ...row, createdAt: createdAt.toISOString() });

/** One file of a brand at a time, so that two of them do not match one movement each. */
export async function lockBankReports(tx: Tx, brandId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`bank-report:${brandId}`]);
}

/** The report that the same file made, if it came before. */
export async function findSameFile(tx: Tx, brandId: string, sha256: string, readAs: string): Promise<BankReportRow | undefined> {
  const { rows } = await tx.query<BankReportRow>(
    `SELECT ${columns} FROM bank_report WHERE brand_id = $1 AND sha256 = $2 AND read_as = $3`,
    [brandId, sha256, readAs],
  );
  return rows[0];
}

export async function findBankReport(tx: Tx, id: string): Promise<BankReportRow | undefined> {
  const { rows } = await tx.query<BankReportRow>(`SELECT ${columns} FROM bank_report WHERE id = $1`, [id]);
  return rows[0];
}

/** Newest first, one more than asked for. */
export async function listBankReportRows(
  tx: Tx,
  { brandId, cursor, limit }: { brandId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<BankReportRow[]> {
  const { rows } = await tx.query<BankReportRow>(
    `SELECT ${columns} FROM bank_report WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [brandId ?? null, decodeIdCursor(cursor) ?? null, limit + 1],
  );
  return rows;
}

/** Keeps a report; `content` is sealed already. */
export async function insertBankReport(tx: Tx, row: BankReportRow, content: string): Promise<void> {
  const { id, brandId, kind, readAs, sha256, from, to, lines, recognised, repeated, totals, itemIds, createdBy, createdAt } = row;
  await tx.query(
    `INSERT INTO bank_report (id, brand_id, kind, read_as, sha256, content, from_day, to_day, lines, recognised, repeated, totals, item_ids, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      brandId,
      kind,
      readAs,
      sha256,
      content,
      from,
      to,
      lines,
      recognised,
      repeated,
      JSON.stringify(totals),
      itemIds,
      createdBy,
      createdAt,
    ],
  );
}

export const wireTotals = (totals: readonly Totals[]): BankReportRow['totals'] =>
  totals.map(({ currency, book, bank, exceptions }) => ({
    currency,
    book: toWireAmount(book),
    bank: toWireAmount(bank),
    exceptions: toWireAmount(exceptions),
  }));

/** Which of the bookings named stand in earlier statements. Only the bank's own name for a booking tells it from another just like it. */
export async function knownIdentities(tx: Tx, brandId: string, identities: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ identity: string }>(
    'SELECT DISTINCT identity FROM bank_booking WHERE brand_id = $1 AND identity = ANY ($2) AND reference IS NOT NULL',
    [brandId, identities],
  );
  return new Set(rows.map(({ identity }) => identity));
}

export async function insertBookings(tx: Tx, reportId: string, brandId: string, bookings: readonly Booking[]): Promise<void> {
  await tx.query(
    `INSERT INTO bank_booking (report_id, number, brand_id, payout_id, direction, amount, currency, identity, reference, booked_on, verdict)
     SELECT $1, number, $2, payout_id, direction, amount, currency, identity, reference, booked_on, verdict
     FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) WITH ORDINALITY
       AS said (payout_id, direction, amount, currency, identity, reference, booked_on, verdict, number)`,
    [
      reportId,
      brandId,
      bookings.map(({ payoutId }) => payoutId),
      bookings.map(({ line }) => line.direction),
      bookings.map(({ line }) => (line.amount ?? 0n).toString()),
      bookings.map(({ line }) => line.currency),
      bookings.map(({ line }) => identityOf(line)),
      bookings.map(({ line }) => line.reference),
      bookings.map(({ line }) => line.bookedOn),
      bookings.map(({ verdict }) => verdict),
    ],
  );
}
