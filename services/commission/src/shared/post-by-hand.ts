import type { AdjustmentExplanation } from '@tributary/engine';
import type { EventContext, Tx } from '@tributary/messaging';

/** What a person posts: nothing is rated, the explanation names the maker. */
export interface PostingByHand {
  scope: string;
  partnerId: string;
  brandId: string;
  programId: string;
  amount: bigint;
  currency: string;
  occurredAt: Date;
  maturesAt: Date;
  period: string;
  makerId: string;
  explanation: AdjustmentExplanation;
}

/** What adjustments ask of accrual: one line in the journal, told like any other. Returns the id of the entry. The caller shares the brand's books. */
export type PostByHand = (tx: Tx, posting: PostingByHand, context: EventContext, now: Date) => Promise<string>;
