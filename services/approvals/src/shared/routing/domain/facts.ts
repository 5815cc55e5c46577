import type { Fact, Field, Fields } from '@tributary/rules';

/** What a row of a routing table may ask about. Amounts are in minor units of the brand's currency, and missing in any other. */
export const routingFields: Fields = {
  amount: { type: 'number', label: 'the amount' },
  size: { type: 'number', label: 'the amount without its sign' },
  takesOut: { type: 'boolean', label: 'money goes out' },
  currency: { type: 'text', label: 'the currency' },
  inBrandCurrency: { type: 'boolean', label: "it is in the brand's currency" },
  byHand: { type: 'boolean', label: 'it was entered by hand' },
  component: { type: 'text', label: 'the component' },
  brand: { type: 'text', label: 'the brand' },
  'partner.status': { type: 'text', label: "the partner's status" },
  'partner.riskLevel': { type: 'text', label: "the partner's risk" },
  'partner.tags': { type: 'list', label: "the partner's tags" },
  /** How many risk hits the brand's commissions of the partner have met in so many days: `flags.30`. */
  'flags.*': { type: 'number', keys: /^[1-9]\d{0,2}$/ },
};

/** What a row of a table for payouts may ask about. */
export const payoutRoutingFields: Fields = Object.fromEntries(
  ['amount', 'currency', 'inBrandCurrency', 'brand', 'partner.riskLevel', 'partner.tags'].map((name) => [
    name,
    routingFields[name] as Field,
  ]),
);

/** The days that a field looks back on; undefined when it does not. */
// exact: at most three digits
export const lookBackOf = (field: string): number | undefined => (field.startsWith('flags.') ? Number(field.slice(6)) : undefined);

/** A commission entry as far as routing looks at it. */
export interface RoutedEntry {
  amount: bigint;
  currency: string;
  component: string;
  /** Entered by hand: an adjustment. */
  byHand: boolean;
}
/** The brand and the partner as they stand when the entry is routed. */
export interface Surroundings {
  brandId: string;
  brandCurrency: string;
  partner: { status: string; riskLevel: string; tags: readonly string[] };
  /** Risk hits that the partner's commissions have met in the last days, by the number of days. */
  flags: Readonly<Record<number, number>>;
}

export type RoutingFacts = Record<string, Fact>;

/** All that the rows may ask, by field. */
export function factsOf({ amount, currency, component, byHand }: RoutedEntry, around: Surroundings): RoutingFacts {
  const inBrandCurrency = currency === around.brandCurrency;
  const looksBack = Object.entries(around.flags).map(([days, count]) => [`flags.${days}`, count] as const);
  return {
    amount: inBrandCurrency ? amount : null,
    size: inBrandCurrency ? (amount < 0n ? -amount : amount) : null,
    takesOut: amount > 0n,
    currency,
    inBrandCurrency,
    byHand,
    component,
    brand: around.brandId,
    'partner.status': around.partner.status,
    'partner.riskLevel': around.partner.riskLevel,
    'partner.tags': [...around.partner.tags],
    ...Object.fromEntries(looksBack),
  };
}
