import { activeTraceparent, linkBackTo, type Tx } from '@tributary/messaging';
import type { Parts } from '../parts.js';

// A payout is paid weeks after its clicks, and by steps that people take days apart: no one trace spans that. So the run keeps the
// contexts of its steps, and each step links back to those before it.

const tracesAmong = (entries: string) => /* sql */ `
SELECT DISTINCT traceparent FROM (SELECT unnest(ARRAY[traceparent, decision_traceparent]) AS traceparent FROM entry WHERE ${entries}) AS each
WHERE traceparent IS NOT NULL ORDER BY traceparent`;

/** The traces that made the entries of payouts and decided about them, each once. */
export async function tracesOfEntries(tx: Tx, payoutIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ traceparent: string }>(tracesAmong('payout_id = ANY ($1)'), [payoutIds]);
  return rows.map(({ traceparent }) => traceparent);
}

/** The same of a run, of a long one only of some: its building has linked to each. */
export async function tracesBehind(tx: Tx, runId: string): Promise<string[]> {
  const { rows } = await tx.query<{ traceparent: string }>(tracesAmong('run_id = $1 LIMIT 5000'), [runId]);
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
