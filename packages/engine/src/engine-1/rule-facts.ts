import { addMonths, instantMs } from '@tributary/calendar';
import type { Facts } from '@tributary/rules';
import type { Subject } from './subject.js';

/** What rules may ask about one conversion; `amount` is given, because what is left after refunds is asked about too. */
export function ruleFacts({ conversion, circumstances, timeZone }: Subject, amount: bigint | null): Facts {
  const { partner, customer } = circumstances;
  const details = conversion.details ?? {};
  return {
    kind: conversion.kind,
    amount,
    currency: conversion.currency,
    programId: conversion.programId,
    quantity: details.quantity ?? null,
    product: details.product ?? null,
    sku: details.sku ?? null,
    category: details.category ?? null,
    plan: details.plan ?? null,
    symbol: details.symbol ?? null,
    licence: details.licence ?? null,
    country: details.country ?? customer?.country ?? null,
    ...metadataFacts(details.metadata ?? {}),
    'partner.tags': partner.tags,
    'partner.tier': partner.tier,
    'customer.tags': customer?.tags ?? [],
    'customer.country': customer?.country ?? details.country ?? null,
    'customer.ordinal': customer?.ordinal ?? null,
    'customer.ageMonths': customer ? fullMonths(customer.firstAt, conversion.occurredAt, timeZone) : null,
  };
}

/** A key that the event does not carry is no fact: rules find nothing of it. */
const metadataFacts = (metadata: Readonly<Record<string, string>>): Facts =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value]));

/** Full months between two instants on the zone's calendar; 0 when the later one comes first. */
export function fullMonths(from: string, to: string, timeZone: string): number {
  const [start, end] = [new Date(from), new Date(to)];
  let months = (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth() + 1;
  while (months > 0 && instantMs(addMonths(from, months, timeZone)) > instantMs(to)) months -= 1;
  return Math.max(months, 0);
}
