import type { Told } from '../fact-store.js';

/** A conversion as told, as the columns of `risk_fact`. */
export function rowOf({ type, data }: Told) {
  const { attribution, details } = data;
  const click = attribution?.signals ? JSON.stringify(attribution.signals) : null;
  const deductions = Object.entries(details?.deductions ?? {});
  return {
    conversion_id: data.conversionId,
    brand_id: data.brandId,
    partner_id: data.partnerId,
    customer_id: data.customerId,
    kind: data.kind,
    occurred_at: data.occurredAt,
    received_at: data.receivedAt,
    amount: data.amount,
    currency: data.currency,
    original_conversion_id: data.originalConversionId,
    method: attribution?.method ?? null,
    click_id: attribution?.clickId ?? null,
    // A customer who was bound long ago did not click just now.
    clicked_at: attribution?.method === 'click' ? attribution.clickedAt : null,
    click,
    country: details?.country ?? null,
    bonus: deductions.some(([name, amount]) => name.startsWith('bonus') && amount !== 0),
    revision: data.revision ?? (type === 'tracking.conversion.recorded.v1' ? 0 : 1),
  };
}
