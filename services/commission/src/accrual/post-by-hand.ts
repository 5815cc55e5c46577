import { newId } from '@tributary/contracts';
import { ENGINE_VERSION } from '@tributary/engine';
import type { Outbox } from '@tributary/messaging';
import { entryEvent, written } from '../shared/entry-events.js';
import type { PostByHand } from '../shared/post-by-hand.js';
import type { Entry } from './domain/entry.js';
import { ensurePartitions, insertEntries, saveScopes } from './journal-store.js';

/** Posts into a scope of its own, which nobody else can know of yet: nothing is to be locked. */
export const postByHandWith =
  ({ outbox }: { outbox: Outbox }): PostByHand =>
  async (tx, { makerId, explanation, ...posting }, context, now) => {
    await ensurePartitions(tx, now);
    const entry: Entry = {
      ...posting,
      entryId: newId('entry'),
      recordedAt: now,
      posting: 1,
      dealId: null,
      dealVersion: null,
      engineVersion: ENGINE_VERSION,
      conversionId: null,
      causeConversionId: null,
      component: 'adjustment',
      reason: 'adjustment',
      adjusts: null,
    };
    const { scope, brandId, partnerId, component, currency, amount } = entry;
    const identity = { scope, brandId, conversionId: null, partnerId, dealId: null, dealVersion: null, component, currency };
    const standing = { net: amount, postings: 1, originalEntryId: entry.entryId, runningSum: null, rounding: null, postingsBefore: null };
    await saveScopes(tx, [{ ...identity, ...standing }]);
    const made = { entry, explanation, dealAuthorId: makerId, cause: null, traceparent: null };
    const line = written(made);
    await insertEntries(tx, [line]);
    await outbox.append(tx, context, [entryEvent({ outbox, now, trigger: 'terms', context }, made, line.explanationHash)]);
    return entry.entryId;
  };
