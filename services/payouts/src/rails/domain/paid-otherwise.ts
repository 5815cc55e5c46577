/** What a rail says to have paid, or taken, for a payment. */
export interface PaidMoney {
  amount: bigint;
  currency: string;
  reference: string;
}

/** The rail has paid another amount or currency than it was asked to: the payout is not moved, and the money is looked for. */
export class PaidOtherwise extends Error {
  constructor(
    detail: string,
    readonly paid: PaidMoney,
  ) {
    super(detail);
    this.name = 'PaidOtherwise';
  }
}
