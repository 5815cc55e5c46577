import type { Tx } from '@tributary/messaging';
import type { Parts } from '../parts.js';

/** A run goes out once somebody asked for it and exactly its content is cleared: whichever comes second enqueues the job. */
export async function startWhenCleared(tx: Tx, { jobs }: Pick<Parts, 'jobs'>, runId: string): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE payout_run SET status = 'submitting' WHERE id = $1 AND status = 'cleared' AND cleared_hash = content_hash AND submit_requested_at IS NOT NULL AND NOT payouts_frozen()`,
    [runId],
  );
  if (rowCount === 1) await jobs.enqueue(tx, 'submit-run', { runId }, { retryLimit: 20 });
}
