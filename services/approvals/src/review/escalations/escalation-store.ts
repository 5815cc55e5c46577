import type { Tx } from '@tributary/messaging';
import type { Stage } from '../domain/approval.js';

/** An open approval whose deadline has passed. */
export interface Escalated {
  approvalId: string;
  entryId: string;
  partnerId: string;
  brandId: string;
  amount: bigint;
  currency: string;
  stage: Stage;
  dueAt: Date;
}
export interface EscalationStore {
  /** Marks some of those that are late at an instant, the longest late first, each once for its deadline. */
  escalate(tx: Tx, at: Date, limit: number): Promise<Escalated[]>;
}
