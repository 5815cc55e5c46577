import type { RoutedKind } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { RoutingRow } from './domain/table.js';

/** A version of a brand's routing table: never changed. Who accepted it is written beside it. */
export interface PolicyVersion {
  brandId: string;
  appliesTo: RoutedKind;
  version: number;
  effectiveFrom: Date;
  rows: RoutingRow[];
  reason: string;
  documentHash: string;
  authorId: string;
  recordedAt: Date;
  acceptedBy: string | null;
  acceptedAt: Date | null;
}
/** A risk hit that commissions of a partner have met. */
export interface Flag {
  brandId: string;
  partnerId: string;
  createdAt: Date;
}

export interface RoutingStore {
  /** The highest version so far, 0 for none: to be asked for with the brand's risk alone, so that no two get one number. */
  lastVersion(tx: Tx, brandId: string): Promise<number>;
  insert(tx: Tx, policy: PolicyVersion): Promise<void>;
  accept(tx: Tx, policy: PolicyVersion & { acceptedBy: string; acceptedAt: Date }): Promise<void>;
  find(tx: Tx, brandId: string, version: number): Promise<PolicyVersion | undefined>;
  lastAccepted(tx: Tx, brandId: string, appliesTo: RoutedKind): Promise<number>;
  /** The versions that count at an instant, by brand: effective and accepted by then, the highest of these. */
  inForce(tx: Tx, appliesTo: RoutedKind, brandIds: readonly string[], at: Date): Promise<Map<string, PolicyVersion>>;
  /** Newest first. */
  list(scope: Scope, brandId: string, limit: number, before?: number): Promise<PolicyVersion[]>;
  /** One for each risk hit since an instant and partner whose commissions it met. */
  flagsSince(tx: Tx, brandIds: readonly string[], partnerIds: readonly string[], since: Date): Promise<Flag[]>;
}
