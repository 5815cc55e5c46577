import type { PayoutCharge, PayoutExchange } from '@tributary/contracts';

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
  /** When it is paid in another currency than was earned. */
  exchange?: PayoutExchange | null;
}

/** The canonical content of a run, which is hashed: payouts by id, each as a JSON array of strings. Any changed line, charge, rate, amount or account changes it. */
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
      ...exchangeText(payout.exchange),
    ]),
  );
  return rows.sort().join('\n');
}

const exchangeText = (exchange: PayoutExchange | null | undefined): string[] =>
  exchange
    ? [
        `exchange:${[exchange.amount, exchange.currency, exchange.rate, exchange.rateId, exchange.day, exchange.fee, exchange.bearer].join(' ')}`,
      ]
    : [];
