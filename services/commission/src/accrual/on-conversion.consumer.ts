import type { ConversionData } from '@tributary/contracts';
import type { Details } from '@tributary/engine';
import { contextOf, type Envelope, type Outbox, type Tx } from '@tributary/messaging';
import { fromWireAmount } from '@tributary/money';
import { shareBooks } from '../profiles/brand-store.js';
import { lockCustomers } from '../profiles/customer-lock-store.js';
import type { RefoldStatements } from '../shared/months.js';
import { type Fact, levelOf } from './domain/fact.js';
import { storeFacts } from './fact-store.js';
import { rateConversions } from './rate-conversions.js';

interface Parts {
  outbox: Outbox;
  clock: { now(): Date };
  refold: RefoldStatements;
}

/** Accrual: what tracking says happened becomes what is owed, in the transaction of the inbox. */
const onConversion =
  ({ outbox, clock, refold }: Parts, revision: number) =>
  async (tx: Tx, events: readonly Envelope<string, ConversionData>[]): Promise<void> => {
    const [first] = events;
    if (first === undefined) return;
    await shareBooks(tx, [...new Set(events.map(({ data }) => data.brandId))]);
    // Before any conversion: who has one of the customer's in hand has the customer in hand.
    await lockCustomers(
      tx,
      events.flatMap(({ data: { brandId, customerId } }) => (customerId === null ? [] : [{ brandId, customerId }])),
    );
    const facts = await storeFacts(
      tx,
      events.map((event) => toFact(event, revision)),
    );
    await rateConversions(tx, { outbox, refold, now: clock.now(), trigger: 'facts', context: contextOf(first, 'commission') }, facts);
  };

export const onConversionRecorded = (parts: Parts) => onConversion(parts, 0);
/** The conversion found its partner or another one, or a refund its original: the highest revision holds, whichever comes first. */
export const onConversionAttributed = (parts: Parts) => onConversion(parts, 1);

/** `revision` is that of events which say none: they were written before there could be several. */
function toFact({ id, data, correlationid, traceparent }: Envelope<string, ConversionData>, revision: number): Fact {
  const { conversionId, brandId, programId, partnerId, eventId, kind, currency, originalConversionId, unattributedReason, customerId } =
    data;
  return {
    conversionId,
    level: levelOf(data.revision ?? revision),
    brandId,
    programId,
    partnerId,
    eventId,
    kind,
    currency,
    originalConversionId,
    unattributedReason,
    customerId,
    details: (data.details ?? null) as Details | null,
    touches:
      data.attribution === null || data.attribution.touches.length === 0 ? null : data.attribution.touches.map((touch) => touch.partnerId),
    occurredAt: new Date(data.occurredAt),
    amount: data.amount === null ? null : fromWireAmount(data.amount),
    correlationId: correlationid,
    messageId: id,
    traceparent: traceparent ?? null,
  };
}
