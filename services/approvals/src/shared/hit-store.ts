import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Approval, RiskHit } from '../review/domain/approval.js';
import type { StandingHit } from '../review/domain/hold.js';

export interface Conversion {
  brandId: string;
  conversionId: string;
}
export interface StoredHit extends RiskHit, Conversion {
  detail: string;
  /** False of a flag. */
  holds: boolean;
  evidence: readonly string[];
  createdAt: Date;
}
/** With the approvals that it holds or has held, and those that were decided before it came. */
export interface HitWithEffects extends StoredHit {
  held: string[];
  decided: string[];
}
export interface Effect {
  hitId: string;
  /** As it stands with the effect. */
  approval: Pick<Approval, 'id' | 'brandId' | 'decisions'>;
  effect: 'held' | 'decided';
}
export interface HitFilter {
  brandId?: string | undefined;
  conversionId?: string | undefined;
}

/** What stands against conversions. Entries of a brand share its risk (`ProfileStore.sharePolicies`), a hit has it alone. */
export interface HitStore {
  /** The brands' risk alone until the transaction ends. */
  lockBrands(tx: Tx, brandIds: readonly string[]): Promise<void>;
  /** The hits on conversions, by `brand/conversion`, oldest first. */
  standing(tx: Tx, conversions: readonly Conversion[]): Promise<Map<string, StandingHit[]>>;
  /** The hits that hold an approval or have held it, those that were cleared too. */
  holding(tx: Tx, approvalId: string): Promise<RiskHit[]>;
  holdingAll(tx: Tx, approvalIds: readonly string[]): Promise<Map<string, RiskHit[]>>;
  /** Adds hits of rules that have not hit their conversions before; returns the ids of those added. */
  insert(tx: Tx, hits: readonly StoredHit[]): Promise<Set<string>>;
  addEffects(tx: Tx, effects: readonly Effect[]): Promise<void>;
  /** The hit of a rule on a conversion that holds. */
  find(tx: Tx, hit: Conversion & { rule: string }): Promise<HitWithEffects | undefined>;
  /** Newest first. */
  list(scope: Scope, filter: HitFilter, limit: number, before?: string): Promise<HitWithEffects[]>;
}
