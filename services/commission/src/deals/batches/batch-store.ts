import type { DealChange } from '@tributary/contracts';
import { rowsOf, type Tx } from '@tributary/messaging';

export interface Batch {
  batchId: string;
  templateId: string;
  brandId: string;
  effectiveFrom: string;
  reason: string;
  change: DealChange;
  authorId: string;
  recordedAt: string;
}

/** What a batch did to a deal: wrote a version over another, or none and why. */
export interface BatchItem {
  dealId: string;
  version: number | null;
  baseVersion: number | null;
  exception: string | null;
}

export interface BatchEnd {
  reason: string;
  actorId: string;
  at: string;
}

export async function insertBatch(tx: Tx, batch: Batch, items: readonly BatchItem[]): Promise<void> {
  await tx.query(
    'INSERT INTO deal_batch (batch_id, template_id, brand_id, effective_from, reason, change, author_id, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      batch.batchId,
      batch.templateId,
      batch.brandId,
      batch.effectiveFrom,
      batch.reason,
      JSON.stringify(batch.change),
      batch.authorId,
      batch.recordedAt,
    ],
  );
  await tx.query(
    `INSERT INTO deal_batch_item (deal_id, version, base_version, exception, batch_id, brand_id)
     SELECT item.*, $5, $6 FROM ${rowsOf({ deal_id: 'text', version: 'int', base_version: 'int', exception: 'text' })} item`,
    [
      items.map((item) => item.dealId),
      items.map((item) => item.version),
      items.map((item) => item.baseVersion),
      items.map((item) => item.exception),
      batch.batchId,
      batch.brandId,
    ],
  );
}

export async function insertBatchEnd(tx: Tx, { batchId, brandId }: Batch, { reason, actorId, at }: BatchEnd): Promise<void> {
  await tx.query('INSERT INTO deal_batch_end (batch_id, brand_id, reason, actor_id, at) VALUES ($1, $2, $3, $4, $5)', [
    batchId,
    brandId,
    reason,
    actorId,
    at,
  ]);
}

/** A batch with what it did to each deal, and its end when it was superseded; undefined when there is none, or none to be seen. */
export async function findBatch(tx: Tx, batchId: string): Promise<{ batch: Batch; items: BatchItem[]; end: BatchEnd | null } | undefined> {
  type Row = Omit<Batch, 'effectiveFrom' | 'recordedAt'> & { effectiveFrom: Date; recordedAt: Date };
  const { rows } = await tx.query<Row>(
    `SELECT batch_id AS "batchId", template_id AS "templateId", brand_id AS "brandId", effective_from AS "effectiveFrom", reason, change,
       author_id AS "authorId", recorded_at AS "recordedAt" FROM deal_batch WHERE batch_id = $1`,
    [batchId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const items = await tx.query<BatchItem>(
    'SELECT deal_id AS "dealId", version, base_version AS "baseVersion", exception FROM deal_batch_item WHERE batch_id = $1 ORDER BY deal_id',
    [batchId],
  );
  const ends = await tx.query<Omit<BatchEnd, 'at'> & { at: Date }>(
    'SELECT reason, actor_id AS "actorId", at FROM deal_batch_end WHERE batch_id = $1',
    [batchId],
  );
  const [end] = ends.rows;
  return {
    batch: { ...row, effectiveFrom: row.effectiveFrom.toISOString(), recordedAt: row.recordedAt.toISOString() },
    items: items.rows,
    end: end === undefined ? null : { ...end, at: end.at.toISOString() },
  };
}
