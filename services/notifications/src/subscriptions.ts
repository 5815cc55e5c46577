import type { Subscriptions } from '@tributary/messaging';
import { ofPartner, ofPayout, ofPayoutMethod, ofStatement } from './messages/domain/wish.js';
import { type QueueParts, telling } from './messages/on-facts.consumer.js';
import { onSubjectErased } from './messages/on-subject-erased.consumer.js';
import type { ProfileStore } from './profiles/profile-store.js';

/** Everything notifications listens to. */
export const subscriptions = (parts: QueueParts & { profiles: ProfileStore }): Subscriptions => ({
  'directory.brand.changed.v1': (tx, events) => parts.profiles.saveBrands(tx, events),
  'directory.partner.changed.v1': async (tx, events) => {
    await parts.profiles.savePartners(tx, events);
    await telling(parts, ofPartner)(tx, events);
  },
  'directory.subject.erased.v1': onSubjectErased(parts),
  'payouts.payout-method.changed.v1': telling(parts, ofPayoutMethod),
  'payouts.payout.settled.v1': telling(parts, ofPayout),
  'payouts.payout.failed.v1': telling(parts, ofPayout),
  'payouts.payout.returned.v1': telling(parts, ofPayout),
  'payouts.statement.issued.v1': telling(parts, ofStatement),
});
