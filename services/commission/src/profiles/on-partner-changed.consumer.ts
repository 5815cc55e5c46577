import type { DataOf } from '@tributary/contracts';
import { contextOf, type EventOf, type Tx } from '@tributary/messaging';
import type { RateAgain } from '../shared/rate-again.js';
import { lockEveryBook } from './brand-store.js';
import { noProfile, type Profile, profileChange } from './domain/profile-changes.js';
import { newest } from './newest.js';
import { partnersBelow, placesWithConversions, profilesOf, savePartners } from './partner-store.js';

type Snapshot = EventOf<'directory.partner.changed.v1'>;

/**
 * Keeps what deals may ask of partners. Where it says something else than before of a time in which conversions occurred, they are rated
 * again: also those of partners below, when it concerns ranks or who stands above whom.
 */
export const onPartnerChanged =
  (parts: { rateAgain: RateAgain; clock: { now(): Date } }) =>
  async (tx: Tx, all: readonly Snapshot[]): Promise<void> => {
    const events = newest(all);
    const before = await profilesOf(
      tx,
      events.map(({ data }) => data.partnerId),
    );
    const changes = events.flatMap((event) => {
      const known = before.get(event.data.partnerId);
      if (known !== undefined && known.sequence >= (event.sequence ?? 0)) return [];
      const change = profileChange(known?.profile ?? noProfile, profileIn(event.data));
      return change.from === null ? [] : [{ event, from: change.from, concernsBelow: change.concernsBelow }];
    });
    // What is being rated with the old profile is finished first, and rated again below; what comes later sees the new one.
    if (changes.length > 0) await lockEveryBook(tx);
    await savePartners(
      tx,
      events.map(({ data, sequence }) => ({
        partnerId: data.partnerId,
        sequence: sequence ?? 0,
        status: data.status,
        profile: profileIn(data),
      })),
    );
    for (const { event, from, concernsBelow } of changes) {
      const { partnerId } = event.data;
      const partners = concernsBelow ? await partnersBelow(tx, [partnerId]) : [partnerId];
      for (const place of await placesWithConversions(tx, partners, from)) {
        await parts.rateAgain(tx, { ...place, from, trigger: 'circumstances' }, contextOf(event, 'commission'), parts.clock.now());
      }
    }
  };

const profileIn = ({ tags, tiers = [], parents = [] }: DataOf<'directory.partner.changed.v1'>): Profile => ({
  tags: tags.map(({ tag, effectiveFrom, effectiveTo }) => ({ tag, effectiveFrom, effectiveTo })),
  tiers,
  parents,
});
