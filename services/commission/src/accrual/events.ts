import { createHash } from 'node:crypto';
import { canonicalJson } from '@tributary/contracts';
import { type EventContext, handedOn, type NewEvent } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { StoredFact } from './domain/fact.js';
import type { NewOutcome } from './domain/outcomes.js';
import type { WrittenEntry } from './journal-store.js';
import type { Made, Rating } from './rating.js';

/** The entry with its explanation as it is stored and hashed. */
export function written({ entry, explanation }: Made): WrittenEntry {
  const explanationText = canonicalJson(explanation);
  return { ...entry, explanationText, explanationHash: createHash('sha256').update(explanationText).digest('hex') };
}

/** What an event goes back to: the fact that caused it, else what rating was called for. */
function contextFrom(rating: Rating, fact: StoredFact | null): EventContext {
  if (fact === null || rating.trigger === 'terms') return rating.context;
  return { ...rating.context, correlationId: fact.correlationId, causationId: fact.messageId };
}

export function entryEvent(
  rating: Rating,
  { entry, explanation, dealAuthorId, cause, traceparent }: Made,
  explanationHash: string,
): NewEvent {
  const { posting: _posting, amount, occurredAt, recordedAt, maturesAt, ...rest } = entry;
  return {
    type: 'commission.entry.accrued.v1',
    subject: entry.entryId,
    partnerId: entry.partnerId,
    brandId: entry.brandId,
    time: rating.now,
    context: contextFrom(rating, cause),
    ...handedOn(traceparent),
    data: {
      ...rest,
      amount: toWireAmount(amount),
      dealAuthorId,
      occurredAt: occurredAt.toISOString(),
      recordedAt: recordedAt.toISOString(),
      maturesAt: maturesAt.toISOString(),
      explanationHash,
      explanation,
      traceparent,
    },
  };
}

export function outcomeEvent(rating: Rating, { fact, outcome, reason, rating: count }: NewOutcome): NewEvent {
  return {
    type: 'commission.conversion.rated.v1',
    subject: fact.conversionId,
    brandId: fact.brandId,
    ...(fact.partnerId === null ? {} : { partnerId: fact.partnerId }),
    time: rating.now,
    context: contextFrom(rating, fact),
    ...handedOn(fact.traceparent),
    data: {
      conversionId: fact.conversionId,
      brandId: fact.brandId,
      partnerId: fact.partnerId,
      outcome,
      reason,
      rating: count,
      ratedAt: rating.now.toISOString(),
    },
  };
}
