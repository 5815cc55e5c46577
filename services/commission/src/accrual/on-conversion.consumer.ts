import type { ConversionData } from '@tributary/contracts';
import { contextOf, type Envelope, type Outbox, type Tx } from '@tributary/messaging';
import { fromWireAmount } from '@tributary/money';
import { shareBooks } from '../profiles/brand-store.js';
import { type Fact, type Level, levels } from './domain/fact.js';
import { storeFacts } from './fact-store.js';
import { rateConversions } from './rate-conversions.js';

interface Parts {
  outbox: Outbox;
  clock: { now(): Date };
}

/** Accrual: what tracking says happened becomes what is owed, in the transaction of the inbox. */
const onConversion =
  ({ outbox, clock }: Parts, level: Level) =>
  async (tx: Tx, events: readonly Envelope<string, ConversionData>[]): Promise<void> => {
    const [first] = events;
    if (first === undefined) return;
    await shareBooks(tx, [...new Set(events.map(({ data }) => data.brandId))]);
    const facts = await storeFacts(
      tx,
      events.map((event) => toFact(event, level)),
    );
    await rateConversions(tx, { outbox, now: clock.now(), trigger: 'facts', context: contextOf(first, 'commission') }, facts);
  };

export const onConversionRecorded = (parts: Parts) => onConversion(parts, levels.recorded);
/** The conversion found its partner, or a refund its original: supersedes `recorded`, whichever comes first. */
export const onConversionAttributed = (parts: Parts) => onConversion(parts, levels.attributed);

function toFact({ id, data, correlationid, traceparent }: Envelope<string, ConversionData>, level: Level): Fact {
  const { conversionId, brandId, programId, partnerId, eventId, kind, currency, originalConversionId, unattributedReason } = data;
  return {
    conversionId,
    level,
    brandId,
    programId,
    partnerId,
    eventId,
    kind,
    currency,
    originalConversionId,
    unattributedReason,
    occurredAt: new Date(data.occurredAt),
    amount: data.amount === null ? null : fromWireAmount(data.amount),
    correlationId: correlationid,
    messageId: id,
    traceparent: traceparent ?? null,
  };
}
