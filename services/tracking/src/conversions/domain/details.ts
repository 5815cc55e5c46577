import type { ConversionDetails, TrackingEventBody } from '@tributary/contracts';

/** Fields of an event that are details under the same name. */
const names = [
  'quantity',
  'symbol',
  'openedAt',
  'closedAt',
  'openPrice',
  'closePrice',
  'spread',
  'averageSpread',
  'product',
  'category',
  'plan',
  'licence',
  'sku',
  'country',
  'lines',
  'discount',
  'grossRevenue',
  'turnover',
  'deductions',
  'metadata',
] as const satisfies readonly (keyof ConversionDetails & keyof TrackingEventBody)[];

/** What an event says of the thing bought, traded or played: only what was given, null when nothing was. Lots are the quantity. */
export function detailsOf(event: TrackingEventBody): ConversionDetails | null {
  let details: Record<string, unknown> | null = null;
  if (event.lots !== undefined) details = { quantity: event.lots };
  for (const name of names) {
    const value = event[name];
    if (value === undefined) continue;
    details ??= {};
    details[name] = value;
  }
  return details;
}
