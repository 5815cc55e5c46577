import type { PartnerChange } from './changes.js';

/** One identity over all brands. */
export interface Partner {
  id: string;
  name: string;
  /** Null once erased. */
  email: string | null;
  /** When name or e-mail were changed last. */
  contactChangedAt: Date | null;
  country: string | null;
  type: string;
  externalId: string | null;
  status: 'active' | 'suspended' | 'archived';
  riskLevel: 'low' | 'medium' | 'high';
  attributes: Record<string, string | number | boolean>;
  /** Brands of the caller who registered it; empty when that caller sees all. */
  originBrandIds: readonly string[];
  /** Of tags, tier, parent and manager, in the order of recording. */
  changes: readonly PartnerChange[];
  sequence: number;
  createdAt: Date;
  /** When the personal data of the partner were erased; the rest stays, under its id. */
  erasedAt: Date | null;
}
