import type { Tx } from '@tributary/messaging';
import type { RehearsalKind } from '../shared/rehearsal.js';

export const rehearseJobName = 'rehearse';

/** A run that is rolled back: a simulation or a recalculation. */
export interface Rehearsal {
  rehearsalId: string;
  kind: RehearsalKind;
  brandId: string;
  partnerId: string | null;
  request: unknown;
  status: 'queued' | 'running' | 'done' | 'failed';
  done: number;
  total: number;
  /** How often it has been begun. */
  attempts: number;
  result: unknown;
  failure: string | null;
  actorId: string;
  requestedAt: Date;
  finishedAt: Date | null;
}

const selected = `rehearsal_id AS "rehearsalId", kind, brand_id AS "brandId", partner_id AS "partnerId", request, status, done, total, attempts, result, failure,
  actor_id AS "actorId", requested_at AS "requestedAt", finished_at AS "finishedAt"`;

export type NewRehearsal = Pick<
  Rehearsal,
  'rehearsalId' | 'kind' | 'brandId' | 'partnerId' | 'request' | 'total' | 'actorId' | 'requestedAt'
>;

export async function insertRehearsal(tx: Tx, one: NewRehearsal): Promise<Rehearsal> {
  const { rows } = await tx.query<Rehearsal>(
    `INSERT INTO rehearsal (rehearsal_id, kind, brand_id, partner_id, request, status, total, actor_id, requested_at)
     VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8) RETURNING ${selected}`,
    [one.rehearsalId, one.kind, one.brandId, one.partnerId, JSON.stringify(one.request), one.total, one.actorId, one.requestedAt],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`rehearsal ${one.rehearsalId} was not stored`);
  return row;
}

/** Undefined when there is none of the kind, or none to be seen. */
export async function findRehearsal(tx: Tx, kind: RehearsalKind, rehearsalId: string): Promise<Rehearsal | undefined> {
  const text = `SELECT ${selected} FROM rehearsal WHERE rehearsal_id = $1 AND kind = $2`;
  return (await tx.query<Rehearsal>(text, [rehearsalId, kind])).rows[0];
}

/** Takes a rehearsal up, for the first time or again; undefined when it has ended. */
export async function beginRehearsal(tx: Tx, rehearsalId: string): Promise<Rehearsal | undefined> {
  const { rows } = await tx.query<Rehearsal>(
    `UPDATE rehearsal SET status = 'running', done = 0, attempts = attempts + 1 WHERE rehearsal_id = $1 AND status IN ('queued', 'running') RETURNING ${selected}`,
    [rehearsalId],
  );
  return rows[0];
}

export async function saveProgress(tx: Tx, rehearsalId: string, done: number, total: number): Promise<void> {
  await tx.query(`UPDATE rehearsal SET done = $2, total = $3 WHERE rehearsal_id = $1 AND status = 'running'`, [rehearsalId, done, total]);
}

export type Ending = { result: object } | { failure: string };

export async function endRehearsal(tx: Tx, rehearsalId: string, ending: Ending, at: Date): Promise<void> {
  const [status, result, failure] = 'result' in ending ? ['done', JSON.stringify(ending.result), null] : ['failed', null, ending.failure];
  await tx.query(
    `UPDATE rehearsal SET status = $2, result = $3, failure = $4, finished_at = $5 WHERE rehearsal_id = $1 AND status = 'running'`,
    [rehearsalId, status, result, failure, at],
  );
}

/** What every rehearsal shows of itself. */
export const stateOf = ({ status, done, total, failure, actorId, requestedAt, finishedAt }: Rehearsal) => ({
  status,
  progress: { done, total },
  failure,
  actorId,
  requestedAt: requestedAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});
