import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Check, ClaimedPayout, KnownEntry } from './domain/check-run.js';

export interface Clearance {
  id: string;
  runId: string;
  contentHash: string;
  outcome: 'cleared' | 'refused';
  reason: string | null;
  checks: Check[];
  decidedAt: Date;
}

export interface ClearedClaim {
  runId: string;
  contentHash: string;
  payoutId: string;
  entryId: string;
}

export interface ClearanceStore {
  saveParts(tx: Tx, events: readonly EventOf<'payouts.payout.created.v1'>[]): Promise<void>;
  /** The payouts of a run as far as all their parts have arrived. */
  payoutsOf(tx: Tx, runId: string): Promise<ClaimedPayout[]>;
  /** The approvals of entries, locked against decisions until the transaction ends. */
  entriesOf(tx: Tx, entryIds: readonly string[]): Promise<Map<string, KnownEntry>>;
  /** Which payouts of cleared runs would pay these entries. */
  clearedWith(tx: Tx, partnerIds: readonly string[], entryIds: readonly string[]): Promise<ClearedClaim[]>;
  /** False when this content of the run was decided on before. */
  insert(tx: Tx, clearance: Clearance): Promise<boolean>;
}
