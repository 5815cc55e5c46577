import { createHash } from 'node:crypto';
import type { Database } from '@tributary/service-kit';
import { maxAttempts } from '../domain/delivery.js';
import type { ClaimedMessage, MessageStore } from '../message-store.js';

/** The same wish has the same id, also after the row was lost and the event came again: the Message-ID is made from it. */
const idOf = (key: string): string => `msg_${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;

const queueSql = /* sql */ `
INSERT INTO message (id, key, partner_id, brand_id, template, about, facts, status, created_at, next_attempt_at, correlation_id, causation_id, traceparent)
SELECT DISTINCT ON (key) id, key, "partnerId", "brandId", template, about, facts, 'queued', $2, $2, "correlationId", "causationId", traceparent
FROM jsonb_to_recordset($1::jsonb) AS g (id text, key text, "partnerId" text, "brandId" text, template text, about text, facts jsonb,
  "correlationId" text, "causationId" text, traceparent text)
ORDER BY key
ON CONFLICT (key) DO NOTHING RETURNING id`;

const giveUpSql = /* sql */ `
UPDATE message SET status = 'failed', error = 'its-sender-never-came-back', leased_until = NULL
WHERE status = 'sending' AND leased_until < clock_timestamp() AND attempts >= $1`;
const dueSql = /* sql */ `
SELECT id FROM message WHERE (status = 'queued' AND next_attempt_at <= $1) OR (status = 'sending' AND leased_until < clock_timestamp())
ORDER BY next_attempt_at, id LIMIT $2`;

// Five minutes are far beyond all deadlines of one attempt together.
const claimSql = /* sql */ `
UPDATE message SET status = 'sending', attempts = attempts + 1, leased_until = clock_timestamp() + interval '5 minutes'
WHERE id = $1 AND attempts < $3
  AND ((status = 'queued' AND next_attempt_at <= $2) OR (status = 'sending' AND leased_until < clock_timestamp()))
RETURNING id, partner_id AS "partnerId", brand_id AS "brandId", template, about, facts, attempts,
  correlation_id AS "correlationId", causation_id AS "causationId", traceparent`;

const mine = "id = $1 AND attempts = $2 AND status = 'sending'";
const sentSql = `UPDATE message SET status = 'sent', sent_at = $3, error = NULL, leased_until = NULL WHERE ${mine}`;
const postponeSql = `UPDATE message SET status = 'queued', error = $3, next_attempt_at = $4, leased_until = NULL WHERE ${mine}`;
const failSql = `UPDATE message SET status = 'failed', error = $3, leased_until = NULL WHERE ${mine}`;

export const pgMessageStore = ({ pool }: Database<unknown>): MessageStore => ({
  async queue(tx, wishes, now) {
    const rows = wishes.map((wish) => ({ ...wish, id: idOf(wish.key) }));
    return (await tx.query<{ id: string }>(queueSql, [JSON.stringify(rows), now])).rows.map(({ id }) => id);
  },
  async due(now, limit) {
    await pool.query(giveUpSql, [maxAttempts]);
    return (await pool.query<{ id: string }>(dueSql, [now, limit])).rows.map(({ id }) => id);
  },
  async claim(messageId, now) {
    return (await pool.query<ClaimedMessage>(claimSql, [messageId, now, maxAttempts])).rows[0];
  },
  async markSent(tx, { id, attempts }, sentAt) {
    return (await tx.query(sentSql, [id, attempts, sentAt])).rowCount === 1;
  },
  async postpone({ id, attempts }, reason, nextAttemptAt) {
    await pool.query(postponeSql, [id, attempts, reason, nextAttemptAt]);
  },
  async fail({ id, attempts }, reason) {
    await pool.query(failSql, [id, attempts, reason]);
  },
  async forgetPartners(tx, partnerIds) {
    await tx.query("UPDATE message SET status = 'failed', error = 'partner-erased' WHERE partner_id = ANY ($1) AND status = 'queued'", [
      partnerIds,
    ]);
    return (await tx.query<{ id: string }>('SELECT id FROM message WHERE partner_id = ANY ($1) ORDER BY id', [partnerIds])).rows.map(
      ({ id }) => id,
    );
  },
});
