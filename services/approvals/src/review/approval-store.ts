import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Approval } from './domain/approval.js';

export interface ApprovalFilter {
  status?: string | undefined;
  partnerId?: string | undefined;
  brandId?: string | undefined;
  entryId?: string | undefined;
  conversionId?: string | undefined;
}

export interface ApprovalStore {
  /** Adds the approvals of entries that have none; returns the ones added. */
  insert(tx: Tx, approvals: readonly Approval[]): Promise<Approval[]>;
  /** Keeps the new state and its decision. */
  saveDecisions(tx: Tx, approvals: readonly Approval[]): Promise<void>;
  /** Locked for the change that follows. */
  lock(tx: Tx, approvalId: string): Promise<Approval | undefined>;
  /** In the order in which a hit locks them. */
  lockMany(tx: Tx, approvalIds: readonly string[]): Promise<Approval[]>;
  lockByEntries(tx: Tx, entryIds: readonly string[]): Promise<Map<string, Approval>>;
  /** All that conversions of a brand earned, by conversion, originals before what follows them; locked. */
  lockByConversions(tx: Tx, brandId: string, conversionIds: readonly string[]): Promise<Map<string, Approval[]>>;
  /** The trace context in which its entry arrived. */
  traceOf(tx: Tx, approvalId: string): Promise<string | null>;
  /** Reversals of an entry that are not decided yet, locked. */
  lockFollowers(tx: Tx, entryId: string): Promise<Approval[]>;
  find(scope: Scope, approvalId: string): Promise<Approval | undefined>;
  list(scope: Scope, filter: ApprovalFilter, limit: number, after?: string): Promise<Approval[]>;
}
