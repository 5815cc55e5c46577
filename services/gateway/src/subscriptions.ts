import type { EventOf } from '@tributary/contracts';
import type { Subscriptions, Tx } from '@tributary/messaging';
import type { ApiKeyStore } from './access/api-key-store.js';

/** The gateway only needs to know which brands there are, for the keys that are scoped to them. */
export const subscriptions = (keys: ApiKeyStore): Subscriptions => ({
  'directory.brand.changed.v1': (tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]) =>
    keys.saveBrands(
      tx,
      events.map((event) => ({ brandId: event.data.brandId, sequence: event.sequence ?? 1 })),
    ),
});
