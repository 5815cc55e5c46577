import { createHash } from 'node:crypto';
import type { Tx } from '@tributary/messaging';
import type { Reply } from '../types.js';
import { Rejected } from './rejection.js';

export interface IdempotencyKey {
  actorId: string;
  route: string;
  key: string;
  bodyHash: string;
}

interface StoredAnswer {
  body_hash: string;
  status: number | null;
  headers: Record<string, string> | null;
  body: string | null;
}

/** An answer as bytes: what is stored, sent, and sent again. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Serialises a reply once. */
export function answerOf(reply: Reply): Answer {
  const headers: Record<string, string> = { ...reply.headers };
  if (reply.etag !== undefined) headers['etag'] = `"${reply.etag}"`;
  if (reply.contentType !== undefined)
    return { status: reply.status, headers: { ...headers, 'content-type': reply.contentType }, body: String(reply.body ?? '') };
  if (reply.body === undefined) return { status: reply.status, headers, body: '' };
  return { status: reply.status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(reply.body) };
}

/** @throws Rejected when the header is empty, too long or has invisible characters. */
export function checkKey(key: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw new Rejected('idempotency-key-invalid');
  return key;
}

/** The same for equal JSON, whatever the order of its members. */
export function hashOf(path: string, body: unknown): string {
  return createHash('sha256')
    .update(path)
    .update('\0')
    .update(JSON.stringify(sorted(body)) ?? '')
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/**
 * Takes the key for this transaction. Undefined: it is new, go on. Otherwise the stored answer. A second request with the same key
 * waits here until the first has committed or rolled back. @throws Rejected `idempotency-key-reused`
 */
export async function claim(tx: Tx, key: IdempotencyKey): Promise<Answer | undefined> {
  const values = [key.actorId, key.route, key.key];
  const { rowCount } = await tx.query(
    'INSERT INTO kit.idempotency (actor_id, route, key, body_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [...values, key.bodyHash],
  );
  if (rowCount === 1) return undefined;
  const { rows } = await tx.query<StoredAnswer>(
    'SELECT body_hash, status, headers, body FROM kit.idempotency WHERE actor_id = $1 AND route = $2 AND key = $3',
    values,
  );
  const stored = rows[0];
  if (!stored || stored.body_hash !== key.bodyHash) throw new Rejected('idempotency-key-reused');
  return { status: stored.status ?? 200, headers: { ...stored.headers, 'idempotent-replayed': 'true' }, body: stored.body ?? '' };
}

/** Stores the answer beside the effect. */
export async function store(tx: Tx, key: IdempotencyKey, answer: Answer): Promise<void> {
  await tx.query('UPDATE kit.idempotency SET status = $4, headers = $5, body = $6 WHERE actor_id = $1 AND route = $2 AND key = $3', [
    key.actorId,
    key.route,
    key.key,
    answer.status,
    JSON.stringify(answer.headers),
    answer.body,
  ]);
}

/** Forgets answers older than 30 days. Returns how many. */
export async function forgetOldAnswers(tx: Tx): Promise<number> {
  return (await tx.query("DELETE FROM kit.idempotency WHERE created_at < now() - interval '30 days'")).rowCount;
}
