import { describe, kindOf } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import { backoffMs } from '../pacing.js';
import type { Tx } from '../ports.js';
import type { Failure } from './apply.js';

/** What earlier tries of an event came to. */
export interface Earlier {
  /** Failures so far, and how often it waited for something that had not arrived. */
  attempts: number;
  waits: number;
  ageMs: number;
}
export interface Settlement {
  id: string;
  status: 'pending' | 'parked';
  text: string;
  error: string;
  attempts: number;
  waits: number;
  delayMs: number;
}

/** Decides what becomes of an event that failed: tried again, and when, or put aside for a person. Pure. */
export function settlementOf(failure: Failure, earlier: Earlier, settings: MessagingSettings): Settlement {
  const error = describe(failure.error);
  const text = failure.text ?? JSON.stringify(failure.event);
  const base = { id: failure.event.id, text, attempts: earlier.attempts, waits: earlier.waits, delayMs: 0 };
  const parked = (reason: string): Settlement => ({ ...base, status: 'parked', error: `${reason}: ${error}`, attempts: base.attempts + 1 });
  const kind = kindOf(failure.error);
  if (kind === 'permanent') return parked('permanent');
  if (kind === 'not-yet') {
    if (earlier.ageMs >= settings.notYetParkAfterMs) return parked('never-arrived');
    const waits = earlier.waits + 1;
    return { ...base, status: 'pending', error, waits, delayMs: backoffMs(waits, settings.firstNotYetMs, settings.maxNotYetMs) };
  }
  const attempts = earlier.attempts + 1;
  if (attempts >= settings.maxAttempts) return parked('too-many-tries');
  return { ...base, status: 'pending', error, attempts, delayMs: backoffMs(attempts, settings.firstRetryMs, settings.maxRetryMs) };
}

const store = /* sql */ `
UPDATE messaging.inbox i SET status = s.status, envelope = s.envelope, error = s.error, attempts = s.attempts, waits = s.waits, unsettled = 0,
  next_attempt_at = CASE WHEN s.status = 'pending' THEN clock_timestamp() + s.delay_ms * interval '1 millisecond' END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[])
  AS s (event_id, status, envelope, error, attempts, waits, delay_ms)
WHERE i.event_id = s.event_id`;

export async function storeSettlements(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  await tx.query(store, [
    settlements.map((one) => one.id),
    settlements.map((one) => one.status),
    settlements.map((one) => one.text),
    settlements.map((one) => one.error.replaceAll('\0', '\\u0000')),
    settlements.map((one) => one.attempts),
    settlements.map((one) => one.waits),
    settlements.map((one) => one.delayMs),
  ]);
}
