import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Approval, Standing } from './domain/approval.js';

export interface ApprovalFilter {
  status?: string | undefined;
  partnerId?: string | undefined;
  brandId?: string | undefined;
  entryId?: string | undefined;
  conversionId?: string | undefined;
  exception?: 'true' | 'false' | undefined;
  escalated?: 'true' | 'false' | undefined;
}

/** An approval that a batch left, and nobody has decided since. */
export interface Exception {
  batchId: string;
  code: string;
  at: string;
}
export type ShownApproval = Approval & Standing & { exception: Exception | null };

export interface ApprovalStore {
  /** Adds the approvals of entries that have none; returns the ones added. */
  insert(tx: Tx, approvals: readonly Approval[]): Promise<Approval[]>;
  /** Keeps the new state and its decision, that of a person with its stage and the content that stands. */
  saveDecisions(tx: Tx, approvals: readonly Approval[]): Promise<void>;
  /** Locked for the change that follows. */
  lock(tx: Tx, approvalId: string): Promise<Approval | undefined>;
  /** Those of a brand, in the order in which a hit locks them. */
  lockAll(tx: Tx, brandId: string, approvalIds: readonly string[]): Promise<Approval[]>;
  lockByEntries(tx: Tx, entryIds: readonly string[]): Promise<Map<string, Approval>>;
  /** All that conversions of a brand earned, by conversion, originals before what follows them; locked. */
  lockByConversions(tx: Tx, brandId: string, conversionIds: readonly string[]): Promise<Map<string, Approval[]>>;
  /** The trace context in which its entry arrived. */
  traceOf(tx: Tx, approvalId: string): Promise<string | null>;
  /** Corrections of entries that are not decided yet, locked. */
  lockFollowers(tx: Tx, entryIds: readonly string[]): Promise<Approval[]>;
  /** What stands of approvals. Of an approved one, what it was approved on. */
  standing(tx: Tx, approvalIds: readonly string[]): Promise<Map<string, Standing>>;
  find(scope: Scope, approvalId: string): Promise<ShownApproval | undefined>;
  list(scope: Scope, filter: ApprovalFilter, limit: number, after?: string): Promise<ShownApproval[]>;
}
