import type { Tx } from '@tributary/messaging';
import type { Erasure, ErasureStore } from '../erasure-store.js';

const columns = `id, partner_id AS "partnerId", status, balance, requested_by AS "requestedBy", requested_at AS "requestedAt",
  withdrawn_by AS "withdrawnBy", withdrawn_at AS "withdrawnAt", confirmed_by AS "confirmedBy", confirmed_at AS "confirmedAt",
  waiting_for AS "waitingFor", retained, answer_sequence AS "answerSequence", erased_at AS "erasedAt"`;

const one = async (tx: Tx, erasureId: string, lock: '' | 'FOR UPDATE'): Promise<Erasure | undefined> =>
  (await tx.query<Erasure>(`SELECT ${columns} FROM erasure WHERE id = $1 ${lock}`, [erasureId])).rows[0];

export const pgErasureStore: ErasureStore = {
  async insert(tx, erasure) {
    const { rowCount } = await tx.query(
      `INSERT INTO erasure (id, partner_id, status, balance, requested_by, requested_at, confirmed_by, confirmed_at, erased_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (partner_id) WHERE status <> 'withdrawn' DO NOTHING`,
      [
        erasure.id,
        erasure.partnerId,
        erasure.status,
        erasure.balance,
        erasure.requestedBy,
        erasure.requestedAt,
        erasure.confirmedBy,
        erasure.confirmedAt,
        erasure.erasedAt,
      ],
    );
    return rowCount === 1;
  },
  lock: (tx, erasureId) => one(tx, erasureId, 'FOR UPDATE'),
  async save(tx, erasure) {
    await tx.query(
      `UPDATE erasure SET status = $2, withdrawn_by = $3, withdrawn_at = $4, confirmed_by = $5, confirmed_at = $6, waiting_for = $7::jsonb,
         retained = $8::jsonb, answer_sequence = $9, erased_at = $10 WHERE id = $1`,
      [
        erasure.id,
        erasure.status,
        erasure.withdrawnBy,
        erasure.withdrawnAt,
        erasure.confirmedBy,
        erasure.confirmedAt,
        JSON.stringify(erasure.waitingFor),
        JSON.stringify(erasure.retained),
        erasure.answerSequence,
        erasure.erasedAt,
      ],
    );
  },
  find: (tx, erasureId) => one(tx, erasureId, ''),
  async list(tx, { partnerId, status }, limit, before) {
    const { rows } = await tx.query<Erasure>(
      `SELECT ${columns} FROM erasure
       WHERE ($1::text IS NULL OR partner_id = $1) AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [partnerId ?? null, status ?? null, before ?? null, limit],
    );
    return rows;
  },
};
