import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Verdict } from '../domain/approval.js';
import type { BatchRow } from '../domain/batch.js';

export interface BatchFilter {
  partnerId?: string | undefined;
  currency?: string | undefined;
  amountUpTo?: number | undefined;
}
export interface Batch {
  id: string;
  brandId: string;
  decision: Verdict;
  reason: string | null;
  filter: BatchFilter | null;
  decidedBy: string;
  decidedAt: Date;
}
export interface BatchWithRows extends Batch {
  rows: BatchRow[];
}

/** A batch with its figures, without its rows. */
export interface BatchSummary extends Batch {
  asked: number;
  decided: number;
  stagesPassed: number;
  exceptions: number;
  /** Sums of the lines that it has decided, by currency. */
  totals: { currency: string; amount: bigint }[];
}

/** Batches of decisions, each kept as it was. */
export interface BatchStore {
  insert(tx: Tx, batch: BatchWithRows): Promise<void>;
  /** The open approvals of a brand that are decided by themselves, oldest first. */
  choose(tx: Tx, brandId: string, filter: BatchFilter, limit: number): Promise<string[]>;
  find(scope: Scope, batchId: string): Promise<BatchWithRows | undefined>;
  /** Newest first. */
  list(scope: Scope, brandId: string | undefined, limit: number, before?: string): Promise<BatchSummary[]>;
}
