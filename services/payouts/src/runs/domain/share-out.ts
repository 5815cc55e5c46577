/** What a partner owes a brand, above zero. */
export interface Debt {
  brandId: string;
  amount: bigint;
}

export interface OffsetTerms {
  brandId: string;
  scope: string;
  licence: string | null;
}

/** Whether two brands offset: both say so, and by the same scope; those of a licence when it is the same one. */
export function offsetting(one: OffsetTerms, other: OffsetTerms): boolean {
  if (one.brandId === other.brandId || one.scope !== other.scope) return false;
  return one.scope === 'operator' || (one.scope === 'licence' && one.licence !== null && one.licence === other.licence);
}

/** What of a balance settles debts elsewhere: by the ids of brands, each as far as the balance goes. */
export function shareOut(balance: bigint, debts: readonly Debt[]): Debt[] {
  let left = balance;
  return [...debts]
    .sort((a, b) => (a.brandId < b.brandId ? -1 : 1))
    .flatMap(({ brandId, amount }) => {
      let share = amount;
      if (left < share) share = left;
      if (share <= 0n) return [];
      left -= share;
      return [{ brandId, amount: share }];
    });
}
