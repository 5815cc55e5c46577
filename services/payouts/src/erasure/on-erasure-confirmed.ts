import type { Consumer, EventOf } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { answerWaiting } from './answer-erasures.js';

/** Two people asked for an erasure: says at once what it waits for. What is known of it already is not begun anew. */
export const onErasureConfirmed =
  (parts: Parts): Consumer<EventOf<'directory.erasure.confirmed.v1'>> =>
  async (tx, events) => {
    const ids = events.map(({ data }) => data.erasureId);
    await tx.query(
      `INSERT INTO partner_erasure (erasure_id, partner_id, balance, correlation_id, confirmed_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) ON CONFLICT (erasure_id) DO NOTHING`,
      [
        ids,
        events.map(({ data }) => data.partnerId),
        events.map(({ data }) => data.balance),
        events.map(({ correlationid }) => correlationid),
        events.map(({ data }) => data.confirmedAt),
      ],
    );
    await answerWaiting(tx, parts, ids, parts.clock.now());
  };
