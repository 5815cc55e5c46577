import type { PostingReason } from '@tributary/engine';

/** A line of the commission journal. Written once, never changed. */
export interface Entry {
  entryId: string;
  recordedAt: Date;
  scope: string;
  /** 1, 2, 3 ... within the scope. */
  posting: number;
  partnerId: string;
  brandId: string;
  programId: string;
  dealId: string;
  dealVersion: number;
  engineVersion: string;
  conversionId: string;
  causeConversionId: string | null;
  component: string;
  amount: bigint;
  currency: string;
  reason: PostingReason;
  adjusts: string | null;
  occurredAt: Date;
  maturesAt: Date;
  period: string;
}
