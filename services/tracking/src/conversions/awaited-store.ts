import type { Tx } from '@tributary/messaging';
import type { AwaitedKind, Decision } from './domain/attribute.js';

// Arrivals settle what waits for them at once. The due times are the net beneath: two transactions that crossed each other did not
// see one another, and a click that never comes must not hold its event back for ever. From one second they double up to an hour.
const remember = /* sql */ `
INSERT INTO awaited (conversion_id, kind, key, brand_id, attempts, due_at)
SELECT id, kind, key, brand_id, attempts, clock_timestamp() + least(3600, power(2, least(attempts, 12))) * interval '1 second'
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[]) w (id, kind, key, brand_id, attempts)
ON CONFLICT (conversion_id, kind, key) DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at`;

export interface Waiting {
  conversionId: string;
  brandId: string;
  decision: Decision;
  /** How often it was looked at before. */
  attempts: number;
}

export async function rememberAwaited(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
  const rows = waiting.flatMap(({ decision, ...who }) => decision.awaits.map((awaited) => ({ ...who, ...awaited })));
  if (rows.length === 0) return;
  await tx.query(remember, [
    rows.map((row) => row.conversionId),
    rows.map((row) => row.kind),
    rows.map((row) => row.key),
    rows.map((row) => row.brandId),
    rows.map((row) => row.attempts),
  ]);
}

const forget = /* sql */ `DELETE FROM awaited a USING unnest($1::text[]) w (id) WHERE a.conversion_id = w.id`;

/** Takes conversions from among those that wait. */
export const forgetAwaited = async (tx: Tx, ids: readonly string[]): Promise<void> => void (await tx.query(forget, [ids]));

export interface Arrival {
  kind: AwaitedKind;
  key: string;
  brandId: string;
}

const byArrival = /* sql */ `
SELECT a.conversion_id AS "conversionId", a.attempts
FROM unnest($1::text[], $2::text[], $3::text[]) w (kind, key, brand_id) JOIN awaited a ON a.kind = w.kind AND a.key = w.key AND a.brand_id = w.brand_id
LIMIT $4`;

export interface Due {
  conversionId: string;
  attempts: number;
}

/** The conversions that wait for any of these. */
export async function waitingFor(tx: Tx, arrivals: readonly Arrival[], most: number): Promise<Due[]> {
  if (arrivals.length === 0) return [];
  const { rows } = await tx.query<Due>(byArrival, [
    arrivals.map((a) => a.kind),
    arrivals.map((a) => a.key),
    arrivals.map((a) => a.brandId),
    most,
  ]);
  return rows;
}

const takeDue = /* sql */ `
SELECT conversion_id AS "conversionId", attempts FROM awaited WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

/** Conversions whose turn it is to be looked at again. */
export async function dueConversions(tx: Tx, most: number): Promise<Due[]> {
  const { rows } = await tx.query<Due>(takeDue, [most]);
  return rows;
}
