import { type ConversionData, newId } from '@tributary/contracts';
import { jsonList, rowsOf, type Tx } from '@tributary/messaging';
import type { Decision } from './domain/attribute.js';
import type { BatchDecision } from './domain/decide-batch.js';
import type { Incoming, Recorded } from './incoming.js';

/** The whole conversion, as events carry it. */
export function conversionData(recorded: Recorded, decision: Decision): ConversionData {
  return {
    conversionId: recorded.conversionId,
    eventId: recorded.eventId,
    kind: recorded.kind,
    brandId: recorded.brandId,
    programId: decision.programId,
    customerId: recorded.customerId,
    occurredAt: recorded.occurredAt.toISOString(),
    receivedAt: recorded.receivedAt.toISOString(),
    amount: recorded.amount,
    currency: recorded.currency,
    originalEventId: recorded.originalEventId,
    originalConversionId: decision.originalConversionId,
    partnerId: decision.attribution?.partnerId ?? null,
    unattributedReason: decision.reason,
    attribution: decision.attribution,
    contentHash: recorded.contentHash,
    attributesCommitment: recorded.attributesCommitment,
    source: recorded.source,
    details: recorded.details,
    revision: recorded.revision ?? 0,
  };
}

const claimKeys = /* sql */ `
INSERT INTO conversion_keys (brand_id, event_id, conversion_id, content_hash)
SELECT e.brand_id, e.event_id, e.conversion_id, e.content_hash
FROM ${rowsOf({ brand_id: 'text', event_id: 'text', conversion_id: 'text', content_hash: 'text', program_id: 'text' })} e
JOIN brands b USING (brand_id)
WHERE e.program_id IS NULL OR e.program_id = ANY (b.program_ids)
ORDER BY e.brand_id, e.event_id
ON CONFLICT DO NOTHING
RETURNING conversion_id AS "conversionId"`;

/**
 * Takes the keys of events that are new. Waits for whoever is taking the same key now. Answers the conversions whose keys were free;
 * the keys of unknown brands and foreign programmes are not taken.
 */
export async function claim(tx: Tx, events: readonly Incoming[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ conversionId: string }>(claimKeys, [
    events.map((event) => event.brandId),
    events.map((event) => event.eventId),
    events.map((event) => event.conversionId),
    events.map((event) => event.contentHash),
    events.map((event) => event.programId),
  ]);
  return new Set(rows.map((row) => row.conversionId));
}

export interface Holder {
  brandId: string;
  eventId: string;
  conversionId: string;
  contentHash: string;
  content: string | null;
}

const findHolders = /* sql */ `
SELECT k.brand_id AS "brandId", k.event_id AS "eventId", k.conversion_id AS "conversionId", k.content_hash AS "contentHash",
  CASE WHEN k.content_hash <> w.content_hash THEN (SELECT c.content FROM conversions c WHERE c.id = k.conversion_id) END AS content
FROM unnest($1::text[], $2::text[], $3::text[]) w (brand_id, event_id, content_hash)
JOIN conversion_keys k ON k.brand_id = w.brand_id AND k.event_id = w.event_id`;

/** Who holds the keys of these events, with the content where it differs. */
export async function holdersOf(tx: Tx, events: readonly Incoming[]): Promise<Holder[]> {
  const { rows } = await tx.query<Holder>(findHolders, [
    events.map((e) => e.brandId),
    events.map((e) => e.eventId),
    events.map((e) => e.contentHash),
  ]);
  return rows;
}

// What another transaction made meanwhile is in neither half: the caller asks again.
const findOrMakeCustomers = /* sql */ `
WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) w (brand_id, key_hash, id)),
  made AS (
    INSERT INTO customers (id, brand_id, key_hash, created_at) SELECT id, brand_id, key_hash, $4::timestamptz FROM wanted
    ON CONFLICT DO NOTHING RETURNING id, brand_id, key_hash
  )
SELECT id, brand_id AS "brandId", key_hash AS "keyHash" FROM made
UNION ALL
SELECT coalesce(c.alias_of, c.id), c.brand_id, c.key_hash FROM wanted w JOIN customers c ON c.brand_id = w.brand_id AND c.key_hash = w.key_hash`;

/** Ids of the customers of these events by `customerOf`; those not known before are made. */
export async function customersOf(tx: Tx, events: readonly Incoming[], now: Date): Promise<Map<string, string>> {
  const wanted = [...new Map(events.filter((event) => event.customerHash !== null).map((event) => [customerOf(event), event])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, event]) => event);
  const found = new Map<string, string>();
  while (found.size < wanted.length) {
    const { rows } = await tx.query<{ id: string; brandId: string; keyHash: string }>(findOrMakeCustomers, [
      wanted.map((event) => event.brandId),
      wanted.map((event) => event.customerHash),
      wanted.map(() => newId('customer')),
      now,
    ]);
    for (const row of rows) found.set(`${row.brandId} ${row.keyHash}`, row.id);
  }
  return found;
}

/** A customer's key: brand and hash. */
export const customerOf = (event: { brandId: string; customerHash: string | null }): string => `${event.brandId} ${event.customerHash}`;

const newRows = {
  id: 'text',
  brand_id: 'text',
  program_id: 'text',
  named_program_id: 'text',
  event_id: 'text',
  kind: 'text',
  customer_id: 'text',
  click_ref: 'text',
  named_partner_id: 'text',
  has_coupon: 'bool',
  occurred_at: 'timestamptz',
  received_at: 'timestamptz',
  amount: 'bigint',
  currency: 'text',
  original_event_id: 'text',
  original_conversion_id: 'text',
  partner_id: 'text',
  unattributed_reason: 'text',
  attribution: 'json list',
  content_hash: 'text',
  attributes_commitment: 'text',
  source: 'text',
  content: 'json list',
  traceparent: 'text',
  details: 'json list',
};
const insertConversions = /* sql */ `
INSERT INTO conversions (${Object.keys(newRows).join(', ')})
SELECT ${Object.keys(newRows).join(', ').replace('attribution,', 'attribution::json,').replace('details', 'details::json')} FROM ${rowsOf(newRows)} new`;

/** Writes new conversions as `conversionData` says them. */
export async function insertNew(tx: Tx, events: readonly Incoming[], data: readonly ConversionData[]): Promise<void> {
  await tx.query(insertConversions, [
    data.map((c) => c.conversionId),
    data.map((c) => c.brandId),
    data.map((c) => c.programId),
    events.map((e) => e.programId),
    data.map((c) => c.eventId),
    data.map((c) => c.kind),
    data.map((c) => c.customerId),
    events.map((e) => e.clickRef),
    events.map((e) => e.namedPartnerId),
    events.map((e) => e.hasCoupon),
    data.map((c) => c.occurredAt),
    data.map((c) => c.receivedAt),
    data.map((c) => c.amount),
    data.map((c) => c.currency),
    data.map((c) => c.originalEventId),
    data.map((c) => c.originalConversionId),
    data.map((c) => c.partnerId),
    data.map((c) => c.unattributedReason),
    jsonList(data.map((c) => c.attribution && JSON.stringify(c.attribution))),
    data.map((c) => c.contentHash),
    data.map((c) => c.attributesCommitment),
    data.map((c) => c.source),
    jsonList(events.map((e) => e.content)),
    events.map((e) => e.traceparent),
    jsonList(data.map((c) => (c.details ? JSON.stringify(c.details) : null))),
  ]);
}

const bindCustomers = /* sql */ `
UPDATE customers c SET partner_id = b.partner_id, program_id = b.program_id, link_id = b.link_id, click_id = b.click_id, clicked_at = b.clicked_at,
  bound_at = coalesce(c.bound_at, $7)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) b (id, partner_id, program_id, link_id, click_id, clicked_at)
WHERE c.id = b.id AND (c.clicked_at IS NULL OR (b.clicked_at, b.click_id) < (c.clicked_at, c.click_id))`;

const insertTouches = /* sql */ `
INSERT INTO customer_clicks (customer_id, click_id, brand_id, link_id, partner_id, clicked_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) ON CONFLICT DO NOTHING`;

/** Notes which clicks were reported for which customers, and whom they bind. */
export async function bind(tx: Tx, { bindings, touches }: BatchDecision, now: Date): Promise<void> {
  if (bindings.length > 0) {
    const sorted = [...bindings].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
    await tx.query(bindCustomers, [
      sorted.map((b) => b.customerId),
      sorted.map((b) => b.partnerId),
      sorted.map((b) => b.programId),
      sorted.map((b) => b.linkId),
      sorted.map((b) => b.clickId),
      sorted.map((b) => b.clickedAt),
      now,
    ]);
  }
  if (touches.length > 0) {
    await tx.query(insertTouches, [
      touches.map((t) => t.customerId),
      touches.map((t) => t.clickId),
      touches.map((t) => t.brandId),
      touches.map((t) => t.linkId),
      touches.map((t) => t.partnerId),
      touches.map((t) => t.clickedAt),
    ]);
  }
}
