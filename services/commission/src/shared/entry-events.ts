import { hash } from 'node:crypto';
import { canonicalJson } from '@tributary/contracts';
import { type EventContext, handedOn, type NewEvent } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { StoredFact } from '../accrual/domain/fact.js';
import type { NewOutcome } from '../accrual/domain/outcomes.js';
import type { WrittenEntry } from '../accrual/journal-store.js';
import type { Made, Rating } from './rating.js';

/** The entry with its explanation as it is stored and hashed. */
export function written({ entry, explanation }: Made): WrittenEntry {
  const explanationText = canonicalJson(explanation);
  return { entry, explanationText, explanationHash: hash('sha256', explanationText) };
}

/** What an event goes back to: the fact that caused it, else what rating was called for. */
function contextFrom(rating: Rating, fact: StoredFact | null): EventContext {
  if (fact === null || rating.trigger !== 'facts') return rating.context;
  const { actorId, actorKind } = rating.context;
  return { correlationId: fact.correlationId, causationId: fact.messageId, actorId, actorKind };
}

export function entryEvent(
  rating: Rating,
  { entry, explanation, dealAuthorId, cause, customerId, statementId, traceparent }: Made,
  explanationHash: string,
): NewEvent {
  // Written out: one for each conversion, and objects put together by spreading are slow to make.
  return {
    type: 'commission.entry.accrued.v1',
    subject: entry.entryId,
    partnerId: entry.partnerId,
    brandId: entry.brandId,
    time: rating.now,
    context: contextFrom(rating, cause),
    data: {
      entryId: entry.entryId,
      scope: entry.scope,
      partnerId: entry.partnerId,
      brandId: entry.brandId,
      programId: entry.programId,
      dealId: entry.dealId,
      dealVersion: entry.dealVersion,
      dealAuthorId,
      engineVersion: entry.engineVersion,
      conversionId: entry.conversionId,
      causeConversionId: entry.causeConversionId,
      customerId: customerId ?? null,
      statementId: statementId ?? null,
      component: entry.component,
      amount: toWireAmount(entry.amount),
      currency: entry.currency,
      reason: entry.reason,
      adjusts: entry.adjusts,
      occurredAt: entry.occurredAt.toISOString(),
      recordedAt: entry.recordedAt.toISOString(),
      maturesAt: entry.maturesAt.toISOString(),
      period: entry.period,
      explanationHash,
      explanation,
      traceparent,
    },
    ...handedOn(traceparent),
  };
}

export function outcomeEvent(rating: Rating, { fact, outcome, reason, rating: count }: NewOutcome): NewEvent {
  return {
    type: 'commission.conversion.rated.v1',
    subject: fact.conversionId,
    brandId: fact.brandId,
    time: rating.now,
    context: contextFrom(rating, fact),
    data: {
      conversionId: fact.conversionId,
      brandId: fact.brandId,
      partnerId: fact.partnerId,
      outcome,
      reason,
      rating: count,
      ratedAt: rating.now.toISOString(),
    },
    ...(fact.partnerId === null ? {} : { partnerId: fact.partnerId }),
    ...handedOn(fact.traceparent),
  };
}
