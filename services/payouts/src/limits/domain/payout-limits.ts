/** How much may go out to whom; null: no limit of that kind. Amounts in minor units. */
export interface PayoutLimits {
  perPayout: bigint | null;
  partnerPerDay: bigint | null;
  brandPerDay: bigint | null;
  newPartner: { days: number; amount: bigint } | null;
  firstPayout: bigint | null;
  velocity: { payouts: number; days: number } | null;
}
export type LimitName = 'per-payout' | 'partner-per-day' | 'brand-per-day' | 'new-partner' | 'first-payout' | 'velocity';

/** What has gone out already, or is on its way, as the limits count it. */
export interface Usage {
  brandToday: bigint;
  partnerToday: bigint;
  /** Whether the partner is still new, and what he has had in all. */
  isNew: boolean;
  inAll: bigint;
  /** Whether a payout to the account has settled, and what else has gone there. */
  accountProven: boolean;
  toAccount: bigint;
  /** Payouts to the partner within the days of the velocity. */
  payouts: number;
}

/** The first limit that one more payout of this amount would break. A limit itself is still in. */
export function exceeded(limits: PayoutLimits, usage: Usage, amount: bigint): LimitName | undefined {
  const { perPayout, partnerPerDay, brandPerDay, newPartner, firstPayout, velocity } = limits;
  const over = (limit: bigint | null, before: bigint) => limit !== null && before + amount > limit;
  if (over(perPayout, 0n)) return 'per-payout';
  if (usage.isNew && over(newPartner?.amount ?? null, usage.inAll)) return 'new-partner';
  if (!usage.accountProven && over(firstPayout, usage.toAccount)) return 'first-payout';
  if (over(partnerPerDay, usage.partnerToday)) return 'partner-per-day';
  if (velocity && usage.payouts + 1 > velocity.payouts) return 'velocity';
  if (over(brandPerDay, usage.brandToday)) return 'brand-per-day';
  return undefined;
}

/** A payout that is about to be built or sent, with what stands against its limits. */
export interface Candidate {
  brandId: string;
  partnerId: string;
  currency: string;
  accountHmac: string;
  amount: bigint;
  limits: PayoutLimits;
  usage: Usage;
}

/** Which limit each of the candidates breaks, taken one after the other: those that break none count against those behind them. */
export function overLimit(candidates: readonly Candidate[]): (LimitName | undefined)[] {
  const added = new Map<string, { amount: bigint; payouts: number }>();
  const soFar = (key: string) => added.get(key) ?? { amount: 0n, payouts: 0 };
  return candidates.map(({ brandId, currency, partnerId, accountHmac, limits, usage, amount }) => {
    const brand = `${brandId} ${currency}`;
    const partner = `${brand} ${partnerId}`;
    const account = `${partner} ${accountHmac}`;
    const name = exceeded(
      limits,
      {
        ...usage,
        brandToday: usage.brandToday + soFar(brand).amount,
        partnerToday: usage.partnerToday + soFar(partner).amount,
        inAll: usage.inAll + soFar(partner).amount,
        toAccount: usage.toAccount + soFar(account).amount,
        payouts: usage.payouts + soFar(partner).payouts,
      },
      amount,
    );
    if (name !== undefined) return name;
    // Keys of the three kinds have two, three and four parts, so none is taken for another.
    for (const key of [brand, partner, account]) added.set(key, { amount: soFar(key).amount + amount, payouts: soFar(key).payouts + 1 });
    return undefined;
  });
}
