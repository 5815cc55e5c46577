import type { RiskRuleUse } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { RuleSet } from './domain/assess.js';

export interface StoredRuleSet {
  brandId: string;
  version: number;
  rules: readonly RiskRuleUse[];
  reason: string;
  writtenBy: string;
  writtenAt: Date;
  activatedBy: string | null;
  activeFrom: Date | null;
}
export type Activation = Pick<StoredRuleSet, 'brandId' | 'version' | 'writtenBy'> & {
  activatedBy: string;
  activatedAt: Date;
  activeFrom: Date;
};

/** Brands' risk rules, version by version. */
export interface RuleSetStore {
  /** The next version of a brand, written under the brand's lock. */
  append(tx: Tx, set: Omit<StoredRuleSet, 'version' | 'activatedBy' | 'activeFrom'>): Promise<number>;
  activate(tx: Tx, activation: Activation): Promise<void>;
  find(tx: Tx, brandId: string, version: number): Promise<StoredRuleSet | undefined>;
  /** Newest first. */
  list(scope: Scope, brandId: string, limit: number, before?: number): Promise<StoredRuleSet[]>;
  /** What judges at brands now, of those that have switched anything on. */
  inForce(tx: Tx, brandIds: readonly string[], now: Date): Promise<Map<string, RuleSet>>;
}
