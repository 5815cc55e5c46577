import type { DataOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';

type Answer = DataOf<'payouts.erasure.answered.v1'>;

export interface Erasure {
  id: string;
  partnerId: string;
  status: 'requested' | 'withdrawn' | 'confirmed' | 'erased';
  balance: 'pay-first' | 'waived';
  requestedBy: string;
  requestedAt: Date;
  withdrawnBy: string | null;
  withdrawnAt: Date | null;
  confirmedBy: string | null;
  confirmedAt: Date | null;
  /** As payouts told last, and the number of that answer. */
  waitingFor: Answer['waitingFor'];
  retained: Answer['retained'];
  answerSequence: number;
  erasedAt: Date | null;
}

export interface ErasureFilter {
  partnerId?: string | undefined;
  status?: string | undefined;
}

export interface ErasureStore {
  /** False when the partner has one that was not withdrawn. */
  insert(tx: Tx, erasure: Erasure): Promise<boolean>;
  /** With a lock for the change that follows. */
  lock(tx: Tx, erasureId: string): Promise<Erasure | undefined>;
  save(tx: Tx, erasure: Erasure): Promise<void>;
  find(tx: Tx, erasureId: string): Promise<Erasure | undefined>;
  list(tx: Tx, filter: ErasureFilter, limit: number, before?: string): Promise<Erasure[]>;
}
