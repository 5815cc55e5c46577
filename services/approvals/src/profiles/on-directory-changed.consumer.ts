import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { ProfileStore } from '../shared/profile-store.js';

export const onBrandChanged = (profiles: ProfileStore) => (tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]) =>
  profiles.saveBrands(tx, events);
export const onPartnerChanged = (profiles: ProfileStore) => (tx: Tx, events: readonly EventOf<'directory.partner.changed.v1'>[]) =>
  profiles.savePartners(tx, events);
