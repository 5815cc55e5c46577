import { bucketOf, type Reset, resets } from '@tributary/calendar';
import { multiply, type Rational, rate, rational, toFraction, zero } from '@tributary/money';
import { isMonthModel } from '../../terms.js';
import type { Conversion, DealVersion, Metric, NormalComponent, StreamRecord } from '../../types.js';
import { type Exchange, moneyIn } from '../exchange.js';
import { scopeKey } from '../line.js';
import { nothingKept, type Rated } from '../rate-component.js';
import { type Rest, untouched } from '../refunds.js';

/** Whether what the component pays for one conversion depends on others: it has a scale, caps or a milestone. */
export const isStreamed = ({ tiers, caps, model, downline }: NormalComponent): boolean =>
  !isMonthModel(model) && (tiers !== null || caps.length > 0 || downline?.milestone !== undefined);

export interface StreamOf {
  deal: DealVersion;
  component: NormalComponent;
  currency: string;
  timeZone: string;
}

/**
 * The stream of a conversion: deal, component, currency and period, and the customer where all that is counted is the customer's own. On
 * the way to a milestone each partner below is alone, for life.
 */
export function streamKey({ deal, component, currency, timeZone }: StreamOf, { occurredAt, customerId, partnerId }: Conversion): string {
  if (component.downline?.milestone) return scopeKey(deal.dealId, component.name, currency, 'milestone', partnerId ?? '');
  const parts = [deal.dealId, component.name, currency, periodOf(component, occurredAt, timeZone)];
  if (component.tiers === null && component.caps.every(({ of }) => of === 'customer')) parts.push(customerId ?? '');
  return scopeKey(...parts);
}

/** The longest period in which anything counts together. Weeks do not fit into longer ones: then it is all in one. */
function periodOf({ tiers, caps }: NormalComponent, occurredAt: string, timeZone: string): string {
  if (tiers !== null && typeof tiers.reset !== 'string') return `rolling-${tiers.reset.rollingDays}`;
  const wanted: Reset[] = [...(tiers !== null && typeof tiers.reset === 'string' ? [tiers.reset] : []), ...caps.map(({ per }) => per)];
  const longest = wanted.reduce((a, b) => (resets.indexOf(a) >= resets.indexOf(b) ? a : b));
  const crossed = wanted.includes('week') && longest !== 'week';
  return bucketOf(occurredAt, crossed ? 'lifetime' : longest, timeZone);
}

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
    whole: nothingKept,
    rest: nothingKept,
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
  const left = tiers.demotion === 'unwind' ? rest : untouched(conversion);
  return tiers.metrics.map((metric) => (counts(metric) && !left.gone ? toFraction(weightOf(metric, conversion, exchange, left)) : '0'));
}

function weightOf({ measure }: Metric, { details }: Conversion, exchange: Exchange, left: Rest): Rational {
  switch (measure) {
    case 'count':
    case 'customers':
      return rational(1n);
    case 'amount':
      return moneyIn(exchange, left.amount).minor ?? zero;
    case 'quantity':
      return multiply(rate(details?.quantity ?? '0'), left.share);
  }
}
