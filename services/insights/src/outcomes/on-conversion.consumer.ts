import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { ActivityStore } from '../activity/activity-store.js';
import { factsIn, ofConversion } from '../activity/domain/movement.js';
import type { QualityStore } from '../quality/quality-store.js';
import type { OutcomeStore } from './outcome-store.js';

type Conversion = EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>;

/** Counts a conversion for its day, and among those that need an outcome; keeps it for the scores. Counting first: it waits for its turn. */
export const onConversion =
  (activity: ActivityStore, outcomes: OutcomeStore, quality: QualityStore) =>
  async (tx: Tx, events: readonly Conversion[]): Promise<void> => {
    await activity.add(tx, events.map(ofConversion));
    const seen = events.map((event) => {
      const { conversionId, brandId, partnerId } = event.data;
      return { conversionId, brandId, partnerId, facts: factsIn(event) };
    });
    await outcomes.saveConversions(tx, seen);
    await quality.saveConversions(tx, events);
  };
