import type { EventOf, QualityWeights } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Counted } from './domain/figures.js';

export interface WeightsSet {
  brandId: string;
  weights: QualityWeights;
  effectiveFrom: Date;
  recordedAt: Date;
  recordedBy: string;
}

export interface QualityQuestion {
  brandId: string;
  /** Days in the brand's time zone, both included. */
  from: string;
  to: string;
  retentionDays: number;
}
export interface QualityFacts {
  currency: string;
  /** Undefined where nobody has set any. */
  weights: Pick<WeightsSet, 'weights' | 'effectiveFrom'> | undefined;
  partners: readonly (Counted & { inOtherCurrencies: bigint })[];
}

export interface QualityStore {
  /** Keeps each conversion as its highest revision tells it. */
  saveConversions(
    tx: Tx,
    events: readonly EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>[],
  ): Promise<void>;
  /** False when the brand has not been heard of. */
  knowsBrand(tx: Tx, brandId: string): Promise<boolean>;
  appendWeights(tx: Tx, set: WeightsSet): Promise<void>;
  /**
   * What happened in the days asked for, and the weights that counted at their end (now, when that is still to come). Undefined when the
   * brand is not known. A customer was retained when one of his conversions in those days lies `retentionDays` after his first of that
   * kind with this partner, whenever that was. Only what the caller may see is counted.
   */
  read(scope: Scope, question: QualityQuestion, now: Date): Promise<QualityFacts | undefined>;
}
