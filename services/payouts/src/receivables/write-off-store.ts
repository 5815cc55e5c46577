import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';

export interface WriteOffRow {
  id: string;
  brandId: string;
  partnerId: string;
  currency: string;
  amount: bigint;
  itemIds: string[];
  entryIds: string[];
  reason: string;
  status: 'proposed' | 'approved' | 'declined';
  proposedBy: string;
  proposedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
}
const columns = /* sql */ `id, brand_id AS "brandId", partner_id AS "partnerId", currency, amount, item_ids AS "itemIds", entry_ids AS "entryIds", reason, status,
  proposed_by AS "proposedBy", proposed_at AS "proposedAt", decided_by AS "decidedBy", decided_at AS "decidedAt"`;

export async function insertWriteOff(tx: Tx, row: WriteOffRow): Promise<void> {
  await tx.query(
    `INSERT INTO write_off (id, brand_id, partner_id, currency, amount, item_ids, entry_ids, reason, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      row.id,
      row.brandId,
      row.partnerId,
      row.currency,
      row.amount.toString(),
      row.itemIds,
      row.entryIds,
      row.reason,
      row.proposedBy,
      row.proposedAt,
    ],
  );
}

export async function findWriteOff(tx: Tx, id: string, lock = false): Promise<WriteOffRow | undefined> {
  const { rows } = await tx.query<WriteOffRow>(`SELECT ${columns} FROM write_off WHERE id = $1 ${lock ? 'FOR UPDATE' : ''}`, [id]);
  return rows[0];
}

/** Newest first. */
export async function listWriteOffRows(
  tx: Tx,
  filter: { brandId?: string | undefined; partnerId?: string | undefined; before?: string | undefined; limit: number },
): Promise<WriteOffRow[]> {
  const { rows } = await tx.query<WriteOffRow>(
    `SELECT ${columns} FROM write_off WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR partner_id = $2) AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [filter.brandId ?? null, filter.partnerId ?? null, filter.before ?? null, filter.limit],
  );
  return rows;
}

/** An item that takes something back and has not been netted yet. */
export interface OwedItem {
  id: string;
  entryId: string;
  currency: string;
  amount: bigint;
}

/** What of the named entries a partner owes, locked: what a run has claimed is on its way to be netted. */
export async function owedItems(tx: Tx, brandId: string, partnerId: string, entryIds: readonly string[]): Promise<OwedItem[]> {
  const { rows } = await tx.query<OwedItem>(
    `SELECT id, entry_id AS "entryId", currency, amount FROM entry WHERE entry_id = ANY ($3) AND brand_id = $1 AND partner_id = $2 AND amount < 0 AND bucket = 'payable' AND run_id IS NULL ORDER BY id FOR UPDATE`,
    [brandId, partnerId, entryIds],
  );
  return rows;
}

/** Below zero: what the partner owes on balance. */
export async function payableNet(
  tx: Tx,
  { brandId, partnerId, currency }: Pick<WriteOffRow, 'brandId' | 'partnerId' | 'currency'>,
): Promise<bigint> {
  const { rows } = await tx.query<{ payable: bigint }>(
    'SELECT payable FROM balance WHERE brand_id = $1 AND partner_id = $2 AND currency = $3',
    [brandId, partnerId, currency],
  );
  return rows[0]?.payable ?? 0n;
}

/** As the API shows it: items are the ledger's own affair. */
export const writeOffView = ({ itemIds: _items, amount, proposedAt, decidedAt, ...row }: WriteOffRow) => ({
  ...row,
  amount: toWireAmount(amount),
  proposedAt: proposedAt.toISOString(),
  decidedAt: decidedAt?.toISOString() ?? null,
});
