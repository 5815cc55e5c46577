import type { ConversionData } from '@tributary/contracts';
import { goingBackTo, handedOn, type Outbox, type Tx } from '@tributary/messaging';
import { type Arrival, type Due, rememberAwaited, waitingFor } from './awaited-store.js';
import { bind, conversionData } from './conversion-store.js';
import { isReversal } from './domain/check-event.js';
import { decideBatch } from './domain/decide-batch.js';
import type { Recorded } from './incoming.js';
import { readWorld } from './world-store.js';

/** Conversions looked at in one step, and steps in one transaction; the safety net takes what is left. */
const most = 1000;
const stepsMost = 20;

const lockUnattributed = /* sql */ `
SELECT c.id AS "conversionId", c.brand_id AS "brandId", c.event_id AS "eventId", c.kind, c.named_program_id AS "programId", c.customer_id AS "customerId",
  c.click_ref AS "clickRef", c.named_partner_id AS "namedPartnerId", c.has_coupon AS "hasCoupon", c.occurred_at AS "occurredAt",
  c.received_at AS "receivedAt", c.amount::float8 AS amount, c.currency, c.original_event_id AS "originalEventId", c.content_hash AS "contentHash",
  c.attributes_commitment AS "attributesCommitment", c.source, c.traceparent, c.details, c.revision + 1 AS revision
FROM unnest($1::text[]) w (id) JOIN conversions c ON c.id = w.id WHERE c.partner_id IS NULL ORDER BY c.id FOR UPDATE OF c`;

const forget = /* sql */ `DELETE FROM awaited a USING unnest($1::text[]) w (id) WHERE a.conversion_id = w.id`;

const update = /* sql */ `
UPDATE conversions c SET program_id = w.program_id, original_conversion_id = w.original_conversion_id, partner_id = w.partner_id,
  unattributed_reason = w.reason, attribution = w.attribution,
  revision = CASE WHEN w.partner_id IS NULL THEN c.revision ELSE c.revision + 1 END
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[]) w (id, program_id, original_conversion_id, partner_id, reason, attribution)
WHERE c.id = w.id`;

/**
 * Looks again at conversions that had no partner. Those who find one now get it and are published as attributed, which may settle
 * others in turn (a customer bound, an original attributed); the rest goes on waiting.
 */
export async function attributeWaiting(tx: Tx, outbox: Outbox, first: readonly Due[], now: Date): Promise<number> {
  let due = first;
  let attributed = 0;
  for (let step = 0; due.length > 0 && step < stepsMost; step++) {
    const { arrivals, count } = await lookAgain(tx, outbox, due, now);
    attributed += count;
    due = await waitingFor(tx, arrivals, most);
  }
  return attributed;
}

/** Gives conversions their partner that were only waiting for these. */
export async function onArrivals(tx: Tx, outbox: Outbox, arrivals: readonly Arrival[], now: Date): Promise<void> {
  await attributeWaiting(tx, outbox, await waitingFor(tx, arrivals, most), now);
}

async function lookAgain(tx: Tx, outbox: Outbox, due: readonly Due[], now: Date): Promise<{ arrivals: Arrival[]; count: number }> {
  const attempts = new Map(due.map((row) => [row.conversionId, row.attempts + 1]));
  const ids = [...attempts.keys()];
  const { rows } = await tx.query<Omit<Recorded, 'isReversal'>>(lockUnattributed, [ids]);
  await tx.query(forget, [ids]);
  if (rows.length === 0) return { arrivals: [], count: 0 };

  const conversions: Recorded[] = rows.map((row) => ({ ...row, isReversal: isReversal(row.kind) }));
  const batch = decideBatch(conversions, await readWorld(tx, conversions), now);
  const decided = conversions.map((conversion) => {
    const decision = batch.decisions.get(conversion.conversionId);
    if (!decision) throw new Error(`conversion ${conversion.conversionId} was not decided`);
    return { conversion, decision, data: conversionData(conversion, decision) };
  });
  await tx.query(update, [
    decided.map(({ data }) => data.conversionId),
    decided.map(({ data }) => data.programId),
    decided.map(({ data }) => data.originalConversionId),
    decided.map(({ data }) => data.partnerId),
    decided.map(({ data }) => data.unattributedReason),
    decided.map(({ data }) => data.attribution && JSON.stringify(data.attribution)),
  ]);
  await bind(tx, batch, now);
  const settled = decided.filter(({ decision }) => decision.attribution !== null);
  const open = decided.filter(({ decision }) => decision.attribution === null);
  await rememberAwaited(
    tx,
    open.map(({ conversion, decision }) => ({ ...conversion, decision, attempts: attempts.get(conversion.conversionId) ?? 1 })),
  );
  await publishSettled(tx, outbox, settled, now);
  const boundNow: Arrival[] = batch.bindings.map(({ customerId }) => ({
    kind: 'customer',
    key: customerId,
    brandId: conversions.find((conversion) => conversion.customerId === customerId)?.brandId ?? '',
  }));
  const originals: Arrival[] = settled.map(({ conversion }) => ({
    kind: 'original',
    key: conversion.eventId,
    brandId: conversion.brandId,
  }));
  return { arrivals: [...boundNow, ...originals], count: settled.length };
}

type Settled = { conversion: Recorded; data: ConversionData };

/** A step of its own in the trace: it goes back to the report and, past it, to the click that came to light. */
async function publishSettled(tx: Tx, outbox: Outbox, settled: readonly Settled[], now: Date): Promise<void> {
  if (settled.length === 0) return;
  const origins = settled.flatMap(({ conversion, data }) => [conversion.traceparent, data.attribution?.clickTraceparent]);
  await goingBackTo('tracking attribute', origins, { 'service.name': 'tracking' }, () =>
    outbox.append(
      tx,
      { correlationId: 'attribution', actorId: 'system:tracking', actorKind: 'system' },
      settled.map(({ conversion, data }) => ({
        type: 'tracking.conversion.attributed.v1',
        subject: data.conversionId,
        brandId: data.brandId,
        ...(data.partnerId === null ? {} : { partnerId: data.partnerId }),
        time: now,
        data,
        ...handedOn(conversion.traceparent),
        context: { correlationId: data.conversionId, actorId: 'system:tracking', actorKind: 'system' },
      })),
    ),
  );
}
