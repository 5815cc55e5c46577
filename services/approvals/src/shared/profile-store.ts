import type { DataOf, EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { RiskLevel } from '../review/domain/approval.js';
import type { BrandLimits } from './routing/domain/default-table.js';

/** A partner as the directory tells it, as far as routing and the last check look at it. */
export interface PartnerProfile {
  status: string;
  riskLevel: RiskLevel;
  /** With their spans. */
  tags: Pick<DataOf<'directory.partner.changed.v1'>['tags'][number], 'tag' | 'effectiveFrom' | 'effectiveTo'>[];
}

/** What the directory says, as far as routing and the last check need it. */
export interface ProfileStore {
  saveBrands(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void>;
  savePartners(tx: Tx, events: readonly EventOf<'directory.partner.changed.v1'>[]): Promise<void>;
  limits(tx: Tx, brandIds: readonly string[]): Promise<Map<string, BrandLimits>>;
  /** With the brands' risk shared until the transaction ends: a hit on one of them waits, or is seen. */
  sharePolicies(tx: Tx, brandIds: readonly string[]): Promise<Map<string, BrandLimits>>;
  /** Locked against change until the transaction ends: a risk hit waits, or is seen. */
  partners(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, PartnerProfile>>;
}
