import type { EventOf } from '@tributary/contracts';

export type Measure = 'clicks' | 'conversions' | 'refunds' | 'accrued' | 'approved' | 'paid';

/** What one fact adds to one counter. Of two movements with one key the higher version holds: a fact counts once, however often it comes. */
export interface Movement {
  key: string;
  version: number;
  measure: Measure;
  brandId: string;
  /** Null when a conversion belongs to nobody. */
  partnerId: string | null;
  /** Null where no money is involved. */
  currency: string | null;
  /** The instant whose day it counts for. */
  at: string;
  amount: number;
}

export function ofClicks({ data }: EventOf<'tracking.clicks.counted.v1'>): Movement {
  const { brandId, partnerId, minute: at, clicks: amount } = data;
  return { key: `clicks ${data.countId}`, version: 1, measure: 'clicks', brandId, partnerId, currency: null, at, amount };
}

type Conversion = EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>;
/** What was attributed later knows more than what was recorded, the last attribution most. */
export const factsIn = ({ type, data }: Conversion): number =>
  1 + (data.revision ?? (type === 'tracking.conversion.attributed.v1' ? 1 : 0));

/** Counted on the day it happened. Refunds and chargebacks are conversions of their own, counted apart. */
export function ofConversion(event: Conversion): Movement {
  const { conversionId, kind, brandId, partnerId, currency, occurredAt: at } = event.data;
  const measure = kind === 'refund' || kind === 'chargeback' ? 'refunds' : 'conversions';
  return { key: `conversion ${conversionId}`, version: factsIn(event), measure, brandId, partnerId, currency, at, amount: 1 };
}

/** Counted on the day of the conversion that it is earned by. */
export function ofEntry({ data }: EventOf<'commission.entry.accrued.v1'>): Movement {
  const { entryId, brandId, partnerId, currency, occurredAt: at, amount } = data;
  return { key: `entry ${entryId}`, version: 1, measure: 'accrued', brandId, partnerId, currency, at, amount };
}

/** Counted on the day of the decision; a later decision on the same entry takes it back. */
export function ofDecision({
  type,
  data,
}: EventOf<'approvals.commission.approved.v1' | 'approvals.commission.held.v1' | 'approvals.commission.rejected.v1'>): Movement {
  const { entryId, brandId, partnerId, currency, decidedAt: at, decision: version } = data;
  const amount = type === 'approvals.commission.approved.v1' ? data.amount : 0;
  return { key: `decision ${entryId}`, version, measure: 'approved', brandId, partnerId, currency, at, amount };
}

/** Money that arrived counts on that day, and money that came back counts against the day it came back. */
export function ofPayment({ type, data }: EventOf<'payouts.payout.settled.v1' | 'payouts.payout.returned.v1'>): Movement {
  const { payoutId, brandId, partnerId, currency, at } = data;
  const returned = type === 'payouts.payout.returned.v1';
  return {
    key: `${returned ? 'return' : 'payment'} ${payoutId}`,
    version: 1,
    measure: 'paid',
    brandId,
    partnerId,
    currency,
    at,
    amount: returned ? -data.amount : data.amount,
  };
}
