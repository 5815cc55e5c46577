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

const exchangeText = (exchange: PayoutExchange | null | undefined): string[] =>
  exchange
    ? [
        `exchange:${[exchange.amount, exchange.currency, exchange.rate, exchange.rateId, exchange.day, exchange.fee, exchange.bearer].join(' ')}`,
      ]
    : [];

/** A payout in the content of its run: a JSON array of strings. Any changed line, charge, rate, amount or account changes it. */
export const contentRow = (payout: RunContent): string =>
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
  ]);

/** The canonical content of a run, which is hashed: its payouts by id. */
export const contentText = (payouts: readonly RunContent[]): string => payouts.map(contentRow).sort().join('\n');
