import { newId } from '@tributary/contracts';
import type { EntryExplanation } from '@tributary/engine';
import { seeingEverything } from '@tributary/service-kit';
import type { RefoldStatements } from '../shared/months.js';
import type { RatedLine, RateEvent } from '../shared/rate-event.js';
import type { Entry } from './domain/entry.js';
import { type Fact, levels } from './domain/fact.js';
import { findOutcome, storeFacts } from './fact-store.js';
import { explanationsOf } from './journal-store.js';
import { quietly } from './quietly.js';
import { rateConversions } from './rate-conversions.js';

/** Records and rates an event that has not happened by the one code that rates those that have. Tells nobody; the caller rolls back. */
export const rateEventWith =
  (refold: RefoldStatements): RateEvent =>
  async (tx, event, actorId, now) => {
    const conversionId = newId('conversion');
    const origin = { correlationId: 'preview', messageId: 'preview', traceparent: null };
    const nothing = { originalConversionId: null, unattributedReason: null };
    const fact: Fact = { ...event, ...nothing, ...origin, conversionId, eventId: `preview-${conversionId}`, level: levels.recorded };
    const facts = await storeFacts(tx, [fact]);
    const context = { correlationId: 'preview', actorId, actorKind: 'system' as const };
    // Scales may count what occurred at brands that the caller does not see.
    const entries = await seeingEverything(tx, () => rateConversions(tx, quietly('facts', context, now, refold), facts));
    const own = entries.filter((entry) => entry.conversionId === conversionId);
    const explained = await explanationsOf(
      tx,
      own.map(({ entryId }) => entryId),
    );
    const outcome = await findOutcome(tx, conversionId);
    return {
      outcome: outcome?.outcome ?? 'held',
      reason: outcome?.reason ?? null,
      lines: own.map((entry) => lineOf(entry, explained.get(entry.entryId))),
      others: entries.flatMap((entry) =>
        entry.conversionId === null || entry.conversionId === conversionId ? [] : [{ ...entry, conversionId: entry.conversionId }],
      ),
    };
  };

function lineOf({ partnerId, dealId, component, amount, currency, period }: Entry, explanation: EntryExplanation | undefined): RatedLine {
  const fold = explanation !== undefined && 'fold' in explanation ? explanation.fold : null;
  return { partnerId, dealId, component, amount, currency, period, rules: fold?.rules ?? [], steps: fold?.steps ?? [] };
}
