import type { ConversionData } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { isReversal } from './domain/check-event.js';
import type { Recorded } from './incoming.js';

/** A conversion that was recorded before, with its next revision and whose it is. */
export interface Held extends Recorded {
  revision: number;
  partnerId: string | null;
}

const held = /* sql */ `
SELECT c.id AS "conversionId", c.brand_id AS "brandId", c.event_id AS "eventId", c.kind, c.named_program_id AS "programId", c.customer_id AS "customerId",
  c.click_ref AS "clickRef", c.named_partner_id AS "namedPartnerId", c.has_coupon AS "hasCoupon", c.occurred_at AS "occurredAt",
  c.received_at AS "receivedAt", c.amount::float8 AS amount, c.currency, c.original_event_id AS "originalEventId", c.content_hash AS "contentHash",
  c.attributes_commitment AS "attributesCommitment", c.source, c.traceparent, c.details, c.revision + 1 AS revision, c.partner_id AS "partnerId"`;

/** What of the conversions may be decided again, locked in the order of their ids. */
const statements = {
  unattributed: `${held} FROM unnest($1::text[]) w (id) JOIN conversions c ON c.id = w.id WHERE c.partner_id IS NULL ORDER BY c.id FOR UPDATE OF c`,
  ofCustomer: `${held} FROM conversions c WHERE c.customer_id = $1 AND c.occurred_at >= $2 AND c.id > $3 AND c.kind <> ALL ('{refund,chargeback}')
    ORDER BY c.id LIMIT $4 FOR UPDATE OF c`,
  reversals: `${held} FROM unnest($1::text[]) w (id) JOIN conversions c ON c.original_conversion_id = w.id WHERE c.kind = ANY ('{refund,chargeback}')
    ORDER BY c.id FOR UPDATE OF c`,
} as const;

async function lock(tx: Tx, which: keyof typeof statements, values: readonly unknown[]): Promise<Held[]> {
  const { rows } = await tx.query<Omit<Held, 'isReversal'>>(statements[which], values);
  return rows.map((row) => ({ ...row, isReversal: isReversal(row.kind) }));
}

/** Those of the conversions that have no partner. */
export const lockUnattributed = (tx: Tx, ids: readonly string[]): Promise<Held[]> => lock(tx, 'unattributed', [ids]);

/** The next conversions of a customer since an instant, without reversals. */
export const lockOfCustomer = (tx: Tx, customerId: string, from: Date, afterId: string, limit: number): Promise<Held[]> =>
  lock(tx, 'ofCustomer', [customerId, from, afterId, limit]);

/** The refunds and chargebacks of these conversions. */
export const lockReversals = (tx: Tx, originalIds: readonly string[]): Promise<Held[]> => lock(tx, 'reversals', [originalIds]);

const update = /* sql */ `
UPDATE conversions c SET program_id = w.program_id, original_conversion_id = w.original_conversion_id, partner_id = w.partner_id,
  unattributed_reason = w.reason, attribution = w.attribution,
  revision = CASE WHEN w.partner_id IS NULL THEN c.revision ELSE c.revision + 1 END
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[]) w (id, program_id, original_conversion_id, partner_id, reason, attribution)
WHERE c.id = w.id`;

/** Keeps what was decided of locked conversions. */
export async function saveDecided(tx: Tx, data: readonly ConversionData[]): Promise<void> {
  await tx.query(update, [
    data.map((one) => one.conversionId),
    data.map((one) => one.programId),
    data.map((one) => one.originalConversionId),
    data.map((one) => one.partnerId),
    data.map((one) => one.unattributedReason),
    data.map((one) => one.attribution && JSON.stringify(one.attribution)),
  ]);
}
