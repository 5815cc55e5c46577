import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { RoutingPolicy, RoutingProfile } from '../review/domain/route-entry.js';

/** What the directory says, as far as routing and the last check need it. */
export interface ProfileStore {
  saveBrands(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void>;
  savePartners(tx: Tx, events: readonly EventOf<'directory.partner.changed.v1'>[]): Promise<void>;
  /** With the brands' risk shared until the transaction ends: a hit on one of them waits, or is seen. */
  sharePolicies(tx: Tx, brandIds: readonly string[]): Promise<Map<string, RoutingPolicy>>;
  /** Locked against change until the transaction ends: a risk hit waits, or is seen. */
  partners(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, RoutingProfile>>;
}
