import { createHash } from 'node:crypto';

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
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** SHA-256 over the canonical content of a run: payouts by id, each as a JSON array of strings. Any changed line, amount or account changes it. */
export function contentHash(payouts: readonly RunContent[]): string {
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
    ]),
  );
  return sha256(rows.sort().join('\n'));
}
