import { bucketOf, type Reset, resets } from '@tributary/calendar';
import { multiply, rate, toFraction } from '@tributary/money';
import { isMonthModel } from '../../terms.js';
import type { Conversion, DealVersion, Kept, Metric, NormalComponent, StreamRecord } from '../../types.js';
import { type Exchange, moneyIn } from '../exchange.js';
import { scopeKey } from '../line.js';
import type { Rated } from '../rate-component.js';
import type { Rest } from '../refunds.js';

/** Whether what the component pays for one conversion depends on others: it has a scale or caps. */
export const isStreamed = ({ tiers, caps, model }: NormalComponent): boolean => !isMonthModel(model) && (tiers !== null || caps.length > 0);

export interface StreamOf {
  deal: DealVersion;
  component: NormalComponent;
  currency: string;
  timeZone: string;
}

/** The stream of a conversion: deal, component, currency and period, and the customer where the caps are the customer's. */
export function streamKey({ deal, component, currency, timeZone }: StreamOf, { occurredAt, customerId }: Conversion): string {
  const parts = [deal.dealId, component.name, currency, periodOf(component, occurredAt, timeZone)];
  if (component.caps.some(({ of }) => of === 'customer')) parts.push(customerId ?? '');
  return scopeKey(...parts);
}

function periodOf({ tiers, caps }: NormalComponent, occurredAt: string, timeZone: string): string {
  if (tiers !== null && typeof tiers.reset !== 'string') return `rolling-${tiers.reset.rollingDays}`;
  const wanted: Reset[] = [...(tiers !== null && typeof tiers.reset === 'string' ? [tiers.reset] : []), ...caps.map(({ per }) => per)];
  const longest = wanted.reduce((a, b) => (resets.indexOf(a) >= resets.indexOf(b) ? a : b));
  return bucketOf(occurredAt, longest, timeZone);
}

const nothing: Kept = { base: '0', units: '0', plain: '0' };

/** What a line puts into its stream. */
export function lineRecord(of: StreamOf, conversion: Conversion, scope: string, rated: Rated, weights: readonly string[]): StreamRecord {
  return { ...feedRecord(of, conversion, weights), scope, picked: rated.picked, whole: rated.whole, rest: rated.rest };
}

/** What a fact that earns nothing here moves the meters by. */
export function feedRecord(of: StreamOf, conversion: Conversion, weights: readonly string[]): StreamRecord {
  return {
    stream: streamKey(of, conversion),
    conversionId: conversion.conversionId,
    eventId: conversion.eventId,
    occurredAt: conversion.occurredAt,
    dealId: of.deal.dealId,
    dealVersion: of.deal.version,
    component: of.component.name,
    scope: null,
    customerId: conversion.customerId ?? null,
    weights,
    picked: { rate: null, amount: null },
    whole: nothing,
    rest: nothing,
    paidAt: null,
  };
}

/**
 * What a conversion adds to each metric of a component's scale. Refunds take it out again where the terms unwind; `kind` and owner are
 * checked by `counts`.
 */
export function weightsOf(
  component: NormalComponent,
  conversion: Conversion,
  exchange: Exchange,
  rest: Rest,
  counts: (metric: Required<Metric>) => boolean,
): string[] {
  const { tiers } = component;
  if (tiers === null) return [];
  const unwinds = tiers.demotion === 'unwind';
  return tiers.metrics.map((metric) => {
    if (!counts(metric) || (unwinds && rest.gone)) return '0';
    switch (metric.measure) {
      case 'count':
      case 'customers':
        return '1';
      case 'amount': {
        const { minor } = moneyIn(exchange, unwinds ? rest.amount : conversion.amount);
        return minor === null ? '0' : toFraction(minor);
      }
      case 'quantity': {
        const quantity = conversion.details?.quantity;
        if (quantity === undefined) return '0';
        return toFraction(unwinds ? multiply(rate(quantity), rest.share) : rate(quantity));
      }
    }
  });
}
