import type { Projections } from '../projections.js';

// Events that wait or were parked stay: they have had no effect yet, and the archive may not hold them either.
// Receipts are what producers compare with; they must say no more than the inbox does.
const receiptsSql = /* sql */ `
INSERT INTO messaging.receipts (source, type, bucket, shard, count, hash)
SELECT source, type, messaging.event_bucket(event_id), 0, count(*), bit_xor(messaging.event_hash(event_id))
FROM messaging.inbox WHERE source IS NOT NULL AND type IS NOT NULL GROUP BY 1, 2, 3`;

// Not the weights of scores: they are told to us alone, and no archive has them.
const readModels = ['activity', 'movement', 'outcome', 'outcome_count', 'conversion', 'standing', 'brand'];

export const pgProjections = (): Projections => ({
  async drop(tx) {
    // Every handling writes here first, so this waits for those under way and keeps others out until the commit.
    await tx.query('LOCK TABLE messaging.inbox IN EXCLUSIVE MODE');
    for (const table of readModels) await tx.query(`DELETE FROM ${table}`);
    const forgotten = await tx.query("DELETE FROM messaging.inbox WHERE status = 'done'");
    await tx.query('DELETE FROM messaging.receipts');
    await tx.query(receiptsSql);
    return forgotten.rowCount;
  },
});
