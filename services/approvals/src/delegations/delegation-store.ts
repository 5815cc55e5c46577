import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';

/** Who may decide in whose name, within what the giver could when he gave it. Never changed. */
export interface Delegation {
  id: string;
  brandId: string;
  giverId: string;
  delegateId: string;
  validFrom: Date;
  validUntil: Date;
  reason: string;
  aboveThreshold: boolean;
  createdAt: Date;
  revokedBy: string | null;
  revokedAt: Date | null;
}
export interface DelegationFilter {
  brandId?: string | undefined;
  giverId?: string | undefined;
  delegateId?: string | undefined;
}

export interface DelegationStore {
  insert(tx: Tx, delegation: Delegation): Promise<void>;
  /** Locked against another revocation until the transaction ends. */
  lock(tx: Tx, delegationId: string): Promise<Delegation | undefined>;
  revoke(tx: Tx, delegation: Pick<Delegation, 'id' | 'brandId'>, by: string, at: Date): Promise<void>;
  /** Those of a brand from one person to another that hold at an instant. */
  inForce(tx: Tx, persons: { brandId: string; giverId: string; delegateId: string }, at: Date): Promise<Delegation[]>;
  /** Newest first. */
  list(scope: Scope, filter: DelegationFilter, limit: number, before?: string): Promise<Delegation[]>;
}
