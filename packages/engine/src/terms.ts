import { defaultRounding } from '@tributary/money';
import type { Fields } from '@tributary/rules';
import { goesByCountry, networksThatHide } from './networks.js';
import type {
  Component,
  Metric,
  Model,
  NormalComponent,
  NormalTerms,
  NormalTiers,
  OnRefund,
  Reach,
  TermDefaults,
  Terms,
  Tiers,
} from './types.js';

/** What a component's rules may ask about. `amount` is in minor units of the event's currency; tags and tier are those of the event's time. */
export const qualificationFields: Fields = {
  kind: { type: 'text' },
  amount: { type: 'number' },
  currency: { type: 'text' },
  programId: { type: 'text', label: 'programme' },
  quantity: { type: 'number' },
  product: { type: 'text' },
  sku: { type: 'text' },
  category: { type: 'text' },
  plan: { type: 'text' },
  symbol: { type: 'text' },
  licence: { type: 'text' },
  country: { type: 'text' },
  'metadata.*': { type: 'text', keys: /^[a-z][a-z0-9_]{0,31}$/ },
  'partner.tags': { type: 'list', label: 'tags of the partner' },
  'partner.tier': { type: 'text', label: 'tier of the partner' },
  'customer.tags': { type: 'list', label: 'tags of the customer' },
  'customer.country': { type: 'text', label: 'country of the customer' },
  'customer.ordinal': { type: 'number', label: 'how many of the kind the customer has made, this one counted' },
  'customer.ageMonths': { type: 'number', label: "full months since the customer's first event" },
};

/** Every model, in the order of docs/deal-terms.md. */
export const models: readonly Model[] = [
  'flat',
  'percentage',
  'flat-plus-percentage',
  'per-unit',
  'spread-share',
  'line-items',
  'revshare',
  'retainer',
];
const flatModels: readonly Model[] = ['flat', 'flat-plus-percentage', 'per-unit', 'retainer'];
const percentageModels: readonly Model[] = ['percentage', 'flat-plus-percentage', 'spread-share', 'revshare'];
/** Models that a month is rated by, not an event. */
const monthModels: readonly Model[] = ['revshare', 'retainer'];

export const hasFlatPart = (model: Model): boolean => flatModels.includes(model);
export const hasPercentagePart = (model: Model): boolean => percentageModels.includes(model);
export const isMonthModel = (model: Model): boolean => monthModels.includes(model);

/** What the product does where neither the terms nor the brand choose. Which of them a deal must choose itself: `checkTerms`. */
export const productDefaults = {
  rounding: defaultRounding,
  crossing: 'new',
  bounds: 'inclusive',
  retroactive: 'none',
  demotion: 'unwind',
  carryoverUnit: 'base',
  capAfterRefund: 'returns',
  onExclusion: 'cancel-open',
} as const satisfies Required<Omit<TermDefaults, 'maximumShareOfRevenue' | 'refusedNetworks'>>;

/**
 * The terms as they are stored: what the deal leaves open and its brand chooses is written into them, so that a later change of the
 * brand's choices changes no deal. Where the country matters and nobody chooses, networks that hide it are refused.
 */
export function completeTerms(terms: Terms, brand: TermDefaults): Terms {
  return { ...terms, components: terms.components.map((component) => completeComponent(component, brand)) };
}

function completeComponent(component: Component, brand: TermDefaults): Component {
  const { tiers, carryover, caps, qualify } = component;
  const completed: Component = { ...component };
  if (component.rounding === undefined && brand.rounding !== undefined) completed.rounding = brand.rounding;
  if (tiers) {
    const { crossing, bounds, retroactive, demotion } = brand;
    completed.tiers = { ...defined({ crossing, bounds, retroactive, demotion }), ...defined(tiers) };
  }
  if (carryover) completed.carryover = { ...defined({ unit: brand.carryoverUnit }), ...defined(carryover) };
  if (caps) completed.caps = caps.map((cap) => ({ ...defined({ afterRefund: brand.capAfterRefund }), ...defined(cap) }));
  if (qualify?.customer)
    completed.qualify = { ...qualify, customer: { ...defined({ onExclusion: brand.onExclusion }), ...defined(qualify.customer) } };
  // Written into the terms and not assumed of them: what was written before goes on paying as it did.
  if (!isMonthModel(component.model) && goesByCountry(component) && qualify?.refusedNetworks === undefined)
    completed.qualify = { ...completed.qualify, refusedNetworks: brand.refusedNetworks ?? networksThatHide };
  return completed;
}

const defined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/**
 * The terms with every default spelt out:
 *
 * | left out | means |
 * |---|---|
 * | `termsVersion` | 1 |
 * | `holdDays` | 0: payable at once |
 * | `lock` | it is held for days |
 * | `currency` | percentage: the conversion's own; with a flat part, a scale or caps: the brand's, else the conversion's |
 * | `name` | the event kind; a second component on the same kind is `sale-2`, and so on |
 * | `qualify` | everything of the kind qualifies |
 * | `qualify.refusedNetworks` | none is refused |
 * | `onRefund` | percentage part `proportional`; flat part `when-fully-refunded` |
 * | `rounding` | `half-away` |
 * | `reach` of a scale | `all` minima of a band |
 * | `subCent` | `round-each` |
 *
 * and what `productDefaults` names.
 */
export function withDefaults(terms: Terms): NormalTerms {
  const known = normal.get(terms);
  if (known) return known;
  const taken = new Set(terms.components.flatMap(({ name }) => name ?? []));
  const made: NormalTerms = {
    termsVersion: 1,
    components: terms.components.map((component) => normalComponent(component, component.name ?? freeName(component.on, taken))),
    holdDays: terms.holdDays ?? 0,
    lock: terms.lock ?? null,
    currency: terms.currency ?? null,
    timeZone: terms.timeZone ?? null,
    fxFee: terms.fxFee ?? '0',
    existingCustomers: terms.existingCustomers ?? 'move',
    licence: terms.licence ?? null,
  };
  normal.set(terms, made);
  return made;
}

// Terms are never changed once made, and one version rates very many conversions.
const normal = new WeakMap<Terms, NormalTerms>();

function freeName(kind: string, taken: Set<string>): string {
  let name = kind;
  for (let count = 2; taken.has(name); count += 1) name = `${kind}-${count}`;
  taken.add(name);
  return name;
}

const normalComponent = (component: Component, name: string): NormalComponent => ({
  name,
  on: component.on,
  model: component.model,
  amount: hasFlatPart(component.model) ? String(component.amount ?? 0) : null,
  rate: hasPercentagePart(component.model) ? (component.rate ?? '0') : null,
  ...normalModel(component),
  ...normalModulation(component),
  ...normalMonth(component),
  onRefund: {
    flat: component.onRefund ?? ('when-fully-refunded' satisfies OnRefund),
    percentage: component.onRefund ?? ('proportional' satisfies OnRefund),
  },
  rounding: component.rounding ?? defaultRounding,
  subCent: component.subCent ?? 'round-each',
});

const normalModel = ({ spread, items, qualify }: Component) => ({
  spread: spread ? { unit: String(spread.unit), maximum: spread.maximum ?? null, reduceAbove: spread.reduceAbove ?? null } : null,
  items: items ? { rates: items.rates, otherwise: items.otherwise ?? '0' } : null,
  qualify: {
    minAmount: qualify?.minAmount ?? null,
    rule: qualify?.rule ?? null,
    customer: qualify?.customer ?? null,
    refusedNetworks: qualify?.refusedNetworks ?? [],
  },
});

const normalModulation = ({ alternatives = [], byOrdinal, duration, tiers, on, caps = [], split, downline }: Component) => ({
  alternatives: [...alternatives].sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1)),
  byOrdinal: byOrdinal ?? null,
  duration: duration ?? null,
  tiers: tiers ? normalTiers(tiers, on) : null,
  caps: caps.map((cap) => ({ ...cap, of: cap.of ?? ('partner' as const), afterRefund: cap.afterRefund ?? productDefaults.capAfterRefund })),
  split: split ?? null,
  downline: downline ?? null,
});

const normalMonth = ({ waterfall, carryover, recoups }: Component) => ({
  waterfall: waterfall ?? null,
  carryover: carryover ?? null,
  recoups: recoups ?? [],
});

const normalTiers = (tiers: Tiers, on: string): NormalTiers => ({
  metrics: metricsOf(tiers).map((metric) => ({
    measure: metric.measure,
    on: metric.on ?? on,
    of: metric.of ?? 'own',
    across: metric.across ?? 'deal',
  })),
  reset: tiers.reset,
  scale: tiers.scale,
  reach: tiers.reach ?? ('all' satisfies Reach),
  crossing: tiers.crossing ?? productDefaults.crossing,
  bounds: tiers.bounds ?? productDefaults.bounds,
  retroactive: tiers.retroactive ?? productDefaults.retroactive,
  demotion: tiers.demotion ?? productDefaults.demotion,
  bands: tiers.bands,
});

export const metricsOf = ({ metric }: Tiers): readonly Metric[] => ('measure' in metric ? [metric] : metric);
