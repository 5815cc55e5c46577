import { newId } from '@tributary/contracts';
import type { EntryExplanation } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { seeingEverything } from '@tributary/service-kit';
import { findBrand } from '../profiles/brand-store.js';
import type { MonthComponent, MonthsSince, RefoldStatements, TouchedMonth } from '../shared/months.js';
import type { ChangedMonth, RatedLine, RateEvent } from '../shared/rate-event.js';
import { periodsAround } from './domain/clocks.js';
import type { Entry } from './domain/entry.js';
import { type Fact, levels } from './domain/fact.js';
import { findOutcome, storeFacts } from './fact-store.js';
import { explanationsOf } from './journal-store.js';
import { quietly } from './quietly.js';
import { rateConversions } from './rate-conversions.js';

/**
 * Records and rates an event that has not happened by the one code that rates those that have, and folds the months that it changes
 * without and with it. Tells nobody; the caller rolls back.
 */
export const rateEventWith =
  ({ refold, monthsSince }: { refold: RefoldStatements; monthsSince: MonthsSince }): RateEvent =>
  async (tx, event, actorId, now) => {
    const context = { correlationId: 'preview', actorId, actorKind: 'system' as const };
    const { brandId, partnerId, occurredAt } = event;
    const place = { brandId, partnerId, instant: occurredAt };
    // What the terms alone change of closed months is not the event's doing.
    await refold(tx, quietly('terms', context, now, refold), [await monthOf(tx, place)]);
    const before = await monthsSince(tx, place, now);
    const conversionId = newId('conversion');
    const origin = { correlationId: 'preview', messageId: 'preview', traceparent: null };
    const nothing = { originalConversionId: null, unattributedReason: null };
    const fact: Fact = { ...event, ...nothing, ...origin, conversionId, eventId: `preview-${conversionId}`, level: levels.recorded };
    const facts = await storeFacts(tx, [fact]);
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
      months: changesOf(before, await monthsSince(tx, place, now)),
    };
  };

async function monthOf(
  tx: Tx,
  { brandId, partnerId, instant }: { brandId: string; partnerId: string; instant: Date },
): Promise<TouchedMonth> {
  const brand = await findBrand(tx, brandId);
  const [period = ''] = periodsAround(instant, brand?.timeZone ?? 'UTC');
  return { brandId, partnerId, period, andLater: true };
}

/** The month of the event as it would be, and those after it that would be others. */
function changesOf(before: readonly MonthComponent[], after: readonly MonthComponent[]): ChangedMonth[] {
  const nameOf = ({ dealId, component, period }: MonthComponent) => JSON.stringify([dealId, component, period]);
  const without = new Map(before.map((one) => [nameOf(one), one.entitlement]));
  return after.flatMap(({ entitlement, holdsInstant, ...one }) => {
    const was = without.get(nameOf({ entitlement, holdsInstant, ...one })) ?? 0n;
    return holdsInstant || was !== entitlement ? [{ ...one, before: was, after: entitlement }] : [];
  });
}

function lineOf({ partnerId, dealId, component, amount, currency, period }: Entry, explanation: EntryExplanation | undefined): RatedLine {
  const fold = explanation !== undefined && 'fold' in explanation ? explanation.fold : null;
  return { partnerId, dealId, component, amount, currency, period, rules: fold?.rules ?? [], steps: fold?.steps ?? [] };
}
