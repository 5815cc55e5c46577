/** What one partner can be paid of one brand in one currency. */
export interface ClaimedGroup {
  partnerId: string;
  brandId: string;
  currency: string;
  amount: bigint;
}
export interface PayingBrand {
  currency: string;
  /** Payouts below this stay in the balance, in minor units of the brand's currency. */
  minimumPayout: bigint;
  /** The rails for which the brand has a funding account. None: it is in sandbox. */
  rails: readonly string[];
}
export interface UsableMethod {
  id: string;
  kind: string;
  accountHmac: string;
  brandIds: readonly string[];
  usableFrom: Date;
}
export interface PayingPartner {
  status: string;
  /** Newest first. */
  methods: readonly UsableMethod[];
}

export type LeftOutReason =
  | 'brand-not-known-yet'
  | 'partner-not-known-yet'
  | 'partner-not-active'
  | 'negative-balance'
  | 'nothing-due'
  | 'below-minimum'
  | 'no-payout-method'
  | 'payout-method-cooling'
  | 'currency-not-on-rail'
  | 'run-full';
export type Routing = { rail: string; sandbox: boolean; method: UsableMethod | null } | { leftOut: LeftOutReason };

/** Which kind of payout method each rail pays to. */
export const methodKinds: Readonly<Record<string, string>> = {
  'bank-file': 'bank-account',
  'csv-file': 'bank-account',
  'nacha-file': 'us-bank-account',
  paypal: 'paypal',
  stripe: 'stripe',
  'simulated-api': 'simulated',
};
/** The only currency of a rail that has one. */
const currencies: Readonly<Record<string, string>> = { 'bank-file': 'EUR', 'nacha-file': 'USD' };
/** Whether a rail takes a currency. */
export const carries = (rail: string, currency: string): boolean => (currencies[rail] ?? currency) === currency;

export interface RunRules {
  /** Given by who builds the run; otherwise each brand's own. */
  minimum: bigint | null;
  now: Date;
}

/** Whether a group is paid in this run, and how; otherwise why its balance rolls over. */
export function routeGroup(
  group: ClaimedGroup,
  brand: PayingBrand | undefined,
  partner: PayingPartner | undefined,
  rules: RunRules,
): Routing {
  if (!brand) return { leftOut: 'brand-not-known-yet' };
  if (!partner) return { leftOut: 'partner-not-known-yet' };
  if (partner.status !== 'active') return { leftOut: 'partner-not-active' };
  if (group.amount < 0n) return { leftOut: 'negative-balance' };
  if (group.amount === 0n) return { leftOut: 'nothing-due' };
  if (group.amount < minimumOf(group, brand, rules)) return { leftOut: 'below-minimum' };
  return routeToRail(group, brand, partner, rules.now);
}

/** A brand's own minimum is in its own currency and says nothing of others. */
function minimumOf(group: ClaimedGroup, brand: PayingBrand, rules: RunRules): bigint {
  if (rules.minimum !== null) return rules.minimum;
  return brand.currency === group.currency ? brand.minimumPayout : 0n;
}

function routeToRail(group: ClaimedGroup, brand: PayingBrand, partner: PayingPartner, now: Date): Routing {
  const forBrand = partner.methods.filter((method) => method.brandIds.length === 0 || method.brandIds.includes(group.brandId));
  if (brand.rails.length === 0) {
    return { rail: 'simulated-api', sandbox: true, method: forBrand.find((method) => method.kind === 'simulated') ?? null };
  }
  const reaching = forBrand.filter((method) => brand.rails.some((rail) => methodKinds[rail] === method.kind));
  if (reaching.length === 0) return { leftOut: 'no-payout-method' };
  const railTo = (method: UsableMethod) => brand.rails.find((rail) => methodKinds[rail] === method.kind && carries(rail, group.currency));
  const fitting = reaching.map((method) => ({ method, rail: railTo(method) }));
  if (fitting.every(({ rail }) => rail === undefined)) return { leftOut: 'currency-not-on-rail' };
  const usable = fitting.find(({ method, rail }) => rail !== undefined && method.usableFrom <= now);
  if (!usable?.rail) return { leftOut: 'payout-method-cooling' };
  const { method, rail } = usable;
  return { rail, sandbox: false, method };
}
