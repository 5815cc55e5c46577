import type { PayoutCharge } from '@tributary/contracts';

/** What a run would do, payout by payout. The clearance is given for exactly this. */
export interface RunContent {
  id: string;
  partnerId: string;
  brandId: string;
  amount: bigint;
  currency: string;
  rail: string;
  /** Keyed hash of the account that is paid; empty when a sandbox needs none. */
  accountHmac: string;
  linesHash: string;
  charges: readonly PayoutCharge[];
}

/** The canonical content of a run, which is hashed: payouts by id, each as a JSON array of strings. Any changed line, charge, amount or account changes it. */
export function contentText(payouts: readonly RunContent[]): string {
  const rows = payouts.map((payout) =>
    JSON.stringify([
      payout.id,
      payout.partnerId,
      payout.brandId,
      payout.amount.toString(),
      payout.currency,
      payout.rail,
      payout.accountHmac,
      payout.linesHash,
      ...payout.charges.map(({ kind, amount }) => `${kind}:${amount}`),
    ]),
  );
  return rows.sort().join('\n');
}
