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

export interface SealedContent {
  runId: string;
  contentHash: string;
}

export interface ClearanceStore {
  saveParts(tx: Tx, events: readonly EventOf<'payouts.payout.created.v1'>[]): Promise<void>;
  /** Keeps a part of what was sealed. True when all its parts have come; one transaction at a time is told so. */
  saveSeal(tx: Tx, seal: EventOf<'payouts.run.sealed.v1'>['data']): Promise<boolean>;
  /** A payout of the sealed content of which not all parts have arrived, or none. */
  missingPayout(tx: Tx, seal: SealedContent): Promise<string | undefined>;
  /** Locks the partners and the approvals of all entries of a run against decisions, in an order that everybody keeps. */
  lockRun(tx: Tx, runId: string): Promise<void>;
  /** Entries that stand in a run more than once, as often as they are repeated. */
  repeatedEntries(tx: Tx, seal: SealedContent): Promise<string[]>;
  /** The sealed payouts with their lines, some at a time. */
  sealedPayouts(tx: Tx, seal: SealedContent): AsyncIterable<ClaimedPayout[]>;
  /** The approvals of entries, locked against decisions until the transaction ends. */
  entriesOf(tx: Tx, entryIds: readonly string[]): Promise<Map<string, KnownEntry>>;
  /** Which payouts of cleared runs would pay these entries. */
  clearedWith(tx: Tx, partnerIds: readonly string[], entryIds: readonly string[]): Promise<ClearedClaim[]>;
  /** False when this content of the run was decided on before. */
  insert(tx: Tx, clearance: Clearance): Promise<boolean>;
}
