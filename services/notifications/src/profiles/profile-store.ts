import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';

/** What the directory says of brands and partners, as far as messages need it. */
export interface ProfileStore {
  saveBrands(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void>;
  savePartners(tx: Tx, events: readonly EventOf<'directory.partner.changed.v1'>[]): Promise<void>;
  brandName(brandId: string): Promise<string | undefined>;
  partnerStatus(partnerId: string): Promise<string | undefined>;
}
