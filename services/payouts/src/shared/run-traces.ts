import { activeTraceparent, linkBackTo, type Tx } from '@tributary/messaging';
import type { Parts } from '../parts.js';

// A payout is paid weeks after its clicks, and by steps that people take days apart: no one trace spans that. So the run keeps the
// contexts of its steps, and each step links back to those before it.

/** The traces that made the entries of a run and decided about them, each once. */
export async function tracesOfEntries(tx: Tx, runId: string): Promise<string[]> {
  const { rows } = await tx.query<{ traceparent: string }>(
    `SELECT DISTINCT traceparent FROM (SELECT unnest(ARRAY[traceparent, decision_traceparent]) AS traceparent FROM entry WHERE run_id = $1) AS each
     WHERE traceparent IS NOT NULL ORDER BY traceparent`,
    [runId],
  );
  return rows.map(({ traceparent }) => traceparent);
}

/** A further step of a run: links the active span to the steps before, and stays for those to come. */
export async function stepOfRun(tx: Tx, runId: string): Promise<void> {
  linkBackTo(await tracesOfRun(tx, runId));
  await tx.query('UPDATE payout_run SET traceparents = traceparents || $2::text WHERE id = $1 AND $2::text IS NOT NULL', [
    runId,
    activeTraceparent(),
  ]);
}

/** The steps that a run has come through. */
export async function tracesOfRun(tx: Tx, runId: string): Promise<string[]> {
  const { rows } = await tx.query<{ traceparents: string[] }>('SELECT traceparents FROM payout_run WHERE id = $1', [runId]);
  return rows[0]?.traceparents ?? [];
}

export const spanAttributes = ({ name }: Pick<Parts, 'name'>, { correlationId }: { correlationId: string }) => ({
  'service.name': name,
  'tributary.correlation_id': correlationId,
});
