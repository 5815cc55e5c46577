import { type Fee, type ForcedTerms, feeOfWithdrawal } from './withdrawal-fee.js';

/** What one partner can be paid of one brand in one currency. */
export interface ClaimedGroup {
  partnerId: string;
  brandId: string;
  currency: string;
  amount: bigint;
  /** How many entries it is made of, once they are claimed. */
  entries?: number;
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
  /** Another person than who entered it has made sure of it, or there is nothing to protect. */
  verified: boolean;
  /** In which currency the partner wants to be paid by it; null: in the one that was earned. */
  payoutCurrency?: string | null;
}
export interface PayingPartner {
  status: string;
  /** Its data is erased, or about to be: nothing is paid any more. */
  erased?: boolean;
  /** Newest first. */
  methods: readonly UsableMethod[];
}

export type LeftOutReason =
  | 'brand-not-known-yet'
  | 'partner-not-known-yet'
  | 'partner-not-active'
  | 'partner-erased'
  | 'negative-balance'
  | 'nothing-due'
  | 'owed-elsewhere'
  | 'below-minimum'
  | 'no-payout-method'
  | 'payout-method-not-verified'
  | 'payout-method-cooling'
  | 'currency-not-on-rail'
  | 'not-eligible'
  | 'rail-not-funded'
  | 'excluded'
  | 'below-forced-minimum'
  | 'over-limit'
  | 'run-full'
  | 'no-exchange-rate'
  | 'not-exchangeable';
type Route = Omit<Extract<Routing, { rail: string }>, 'fee'>;
export type Routing =
  /** `exchangeTo`: it is paid in another currency than it was earned in. */
  | { rail: string; sandbox: boolean; method: UsableMethod | null; fee: Fee; exchangeTo?: string }
  | { leftOut: LeftOutReason; rule?: string };

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
  /** Given by who builds the run; otherwise those of schedules, otherwise each brand's own. */
  minimum: bigint | null;
  /** Those of schedules, by `brand currency`. */
  minimums: ReadonlyMap<string, bigint>;
  /** Which rail to pay by; null: whichever the brand has an account for. */
  rail: string | null;
  /** The rule, if any, by which a group may not be paid. */
  notMet: (group: ClaimedGroup) => string | undefined;
  /** Asked for below the minimum: on which terms. */
  withdrawal: { forced: ForcedTerms | null; allowanceLeft: bigint } | null;
  /** Partners that are not paid this time. */
  exclude: ReadonlySet<string>;
  /** Whether a brand exchanges one currency for another; absent: none does. */
  offers?: (brandId: string, from: string, to: string) => boolean;
  now: Date;
}

/** Whether a group is paid in this run, and how; otherwise why its balance rolls over. */
export function routeGroup(
  group: ClaimedGroup,
  brand: PayingBrand | undefined,
  partner: PayingPartner | undefined,
  rules: RunRules,
): Routing {
  if (rules.exclude.has(group.partnerId)) return { leftOut: 'excluded' };
  if (!brand) return { leftOut: 'brand-not-known-yet' };
  if (!partner) return { leftOut: 'partner-not-known-yet' };
  if (partner.erased) return { leftOut: 'partner-erased' };
  if (partner.status !== 'active') return { leftOut: 'partner-not-active' };
  if (group.amount < 0n) return { leftOut: 'negative-balance' };
  if (group.amount === 0n) return { leftOut: 'nothing-due' };
  const minimum = minimumOf(group, brand, rules);
  const { forced = null, allowanceLeft = 0n } = rules.withdrawal ?? {};
  const fee = feeOfWithdrawal(group.amount, minimum, forced, allowanceLeft);
  if (typeof fee === 'string') return { leftOut: fee };
  const rule = rules.notMet(group);
  if (rule !== undefined) return { leftOut: 'not-eligible', rule };
  const routing = routeToRail(group, brand, partner, rules);
  return 'rail' in routing ? { ...routing, fee } : routing;
}

/** A brand's own minimum is in its own currency and says nothing of others. */
function minimumOf(group: ClaimedGroup, brand: PayingBrand, rules: RunRules): bigint {
  if (rules.minimum !== null) return rules.minimum;
  const scheduled = rules.minimums.get(`${group.brandId} ${group.currency}`);
  if (scheduled !== undefined) return scheduled;
  return brand.currency === group.currency ? brand.minimumPayout : 0n;
}

function routeToRail(
  group: ClaimedGroup,
  brand: PayingBrand,
  partner: PayingPartner,
  { now, rail: wanted, offers }: RunRules,
): Route | { leftOut: LeftOutReason } {
  const forBrand = partner.methods.filter((method) => method.brandIds.length === 0 || method.brandIds.includes(group.brandId));
  // A wish that the brand does not grant leaves the currency as it is.
  const payIn = ({ payoutCurrency = null }: UsableMethod): { exchangeTo?: string } =>
    payoutCurrency !== null && payoutCurrency !== group.currency && offers?.(group.brandId, group.currency, payoutCurrency)
      ? { exchangeTo: payoutCurrency }
      : {};
  if (brand.rails.length === 0) {
    const simulated = forBrand.filter(({ kind }) => kind === 'simulated');
    const method = simulated.find(({ usableFrom }) => usableFrom <= now) ?? null;
    if (!method && simulated.length > 0) return { leftOut: 'payout-method-cooling' };
    return { rail: 'simulated-api', sandbox: true, method, ...(method && payIn(method)) };
  }
  const rails = wanted === null ? brand.rails : brand.rails.filter((rail) => rail === wanted);
  if (rails.length === 0) return { leftOut: 'rail-not-funded' };
  const reaching = forBrand.filter((method) => rails.some((rail) => methodKinds[rail] === method.kind));
  if (reaching.length === 0) return { leftOut: 'no-payout-method' };
  const fitting = reaching.flatMap((method) => {
    const rail = rails.find((name) => methodKinds[name] === method.kind && carries(name, payIn(method).exchangeTo ?? group.currency));
    return rail === undefined ? [] : [{ method, rail }];
  });
  if (fitting.length === 0) return { leftOut: 'currency-not-on-rail' };
  const verified = fitting.filter(({ method }) => method.verified);
  if (verified.length === 0) return { leftOut: 'payout-method-not-verified' };
  const usable = verified.find(({ method }) => method.usableFrom <= now);
  if (!usable) return { leftOut: 'payout-method-cooling' };
  const { method, rail } = usable;
  return { rail, sandbox: false, method, ...payIn(method) };
}
