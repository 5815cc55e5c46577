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
  /** Null, with the version and the conversion, for what was posted by hand. */
  dealId: string | null;
  dealVersion: number | null;
  engineVersion: string;
  /** Null too for what is rated by the month. */
  conversionId: string | null;
  causeConversionId: string | null;
  component: string;
  amount: bigint;
  currency: string;
  reason: PostingReason | 'adjustment';
  adjusts: string | null;
  occurredAt: Date;
  maturesAt: Date;
  period: string;
}
