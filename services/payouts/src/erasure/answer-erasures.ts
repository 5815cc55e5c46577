import type { Tx } from '@tributary/messaging';
import { everyBrand, type Parts } from '../parts.js';
import { tryStopBuilding, tryStopIntake } from '../shared/erased.js';
import { answered, type ErasureRow, erasureColumns, type Obstacle, obstaclesOf } from './erasure-store.js';

/** The job: looks again at each erasure that waits. They are few, mostly none, and then it costs one look at a small table. */
export const answerErasures =
  (parts: Parts) =>
  (now: Date): Promise<void> =>
    parts.db.tx(everyBrand, (tx) => answerWaiting(tx, parts, null, now));

/**
 * Says of erasures that wait what for, when that has changed, or that nothing is in their way any more. The latter is decided while no
 * run is being built: one that was built before is seen here, and one that is built later leaves the partner out.
 */
export async function answerWaiting(tx: Tx, parts: Parts, erasureIds: readonly string[] | null, now: Date): Promise<void> {
  const { rows } = await tx.query<ErasureRow>(
    `SELECT ${erasureColumns} FROM partner_erasure WHERE status = 'waiting' AND ($1::text[] IS NULL OR erasure_id = ANY ($1)) ORDER BY erasure_id FOR UPDATE SKIP LOCKED`,
    [erasureIds],
  );
  if (rows.length === 0) return;
  const found = await obstaclesOf(tx, idsOf(rows));
  await clear(tx, parts, await freeOf(tx, rows, found), now);
  await wait(tx, parts, rows, found, now);
}

const idsOf = (rows: readonly ErasureRow[]) => rows.map(({ erasureId }) => erasureId);

/** Those with nothing in their way, looked at once more when no run is built and nothing of theirs is taken in. Until then they are told nothing. */
async function freeOf(tx: Tx, rows: readonly ErasureRow[], found: Map<string, Obstacle[]>): Promise<ErasureRow[]> {
  const free = (obstacles: ReadonlyMap<string, Obstacle[]>) => rows.filter(({ erasureId }) => obstacles.get(erasureId)?.length === 0);
  const seemFree = free(found);
  if (seemFree.length === 0 || !(await tryStopBuilding(tx))) return [];
  for (const [erasureId, obstacles] of await obstaclesOf(tx, idsOf(seemFree))) found.set(erasureId, obstacles);
  const stillFree = free(found);
  const untouched = await tryStopIntake(
    tx,
    stillFree.map(({ partnerId }) => partnerId),
  );
  return stillFree.filter(({ partnerId }) => untouched.has(partnerId));
}

async function clear(tx: Tx, parts: Parts, rows: readonly ErasureRow[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `UPDATE partner_erasure SET status = 'clear', waiting_for = '[]', cleared_at = $2, sequence = sequence + 1 WHERE erasure_id = ANY ($1)`,
    [idsOf(rows), now],
  );
  await tell(
    tx,
    parts,
    rows.map((row) => ({ ...row, status: 'clear', waitingFor: [], sequence: row.sequence + 1 })),
    now,
  );
}

/** What is told already is not told again. */
async function wait(tx: Tx, parts: Parts, rows: readonly ErasureRow[], found: ReadonlyMap<string, Obstacle[]>, now: Date): Promise<void> {
  const changed = rows.flatMap((row) => {
    const waitingFor = found.get(row.erasureId) ?? [];
    return waitingFor.length === 0 || same(waitingFor, row.waitingFor) ? [] : [{ ...row, waitingFor, sequence: row.sequence + 1 }];
  });
  if (changed.length === 0) return;
  await tx.query(
    `UPDATE partner_erasure SET waiting_for = said.waiting_for, sequence = sequence + 1 FROM unnest($1::text[], $2::jsonb[]) AS said (erasure_id, waiting_for)
     WHERE partner_erasure.erasure_id = said.erasure_id`,
    [idsOf(changed), changed.map(({ waitingFor }) => JSON.stringify(waitingFor))],
  );
  await tell(tx, parts, changed, now);
}

const same = (a: readonly Obstacle[], b: readonly Obstacle[]): boolean =>
  a.length === b.length && a.every((each, index) => textOf(each) === textOf(b[index]));
/** The members of an obstacle come back from the database in an order of its own. */
const textOf = (obstacle: Obstacle | undefined): string =>
  obstacle === undefined ? '' : JSON.stringify(Object.entries(obstacle).sort(([a], [b]) => (a < b ? -1 : 1)));

/** One answer for each. */
export async function tell(tx: Tx, parts: Parts, rows: readonly ErasureRow[], now: Date): Promise<void> {
  for (const row of rows) {
    const context = { correlationId: row.correlationId, actorId: `system:${parts.name}`, actorKind: 'system' } as const;
    await parts.outbox.append(tx, context, [answered(row, now)]);
  }
}
