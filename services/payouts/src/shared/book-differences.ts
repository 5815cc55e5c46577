import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import {
  type BookedTo,
  differenceExplained,
  type MoneyOut,
  type PaymentOf,
  railFee,
  settlementDifference,
} from '../ledger/domain/settlement-postings.js';
import { post } from '../ledger/ledger-store.js';

/** What a bank or provider moved otherwise than it was told, and the open item that says so. */
export interface BookedDifference {
  itemId: string;
  payoutId: string;
  beyond: readonly MoneyOut[];
}
/** A fee that was taken for a payment; `name` tells it from others. */
export interface TakenFee {
  payoutId: string;
  name: string;
  fee: MoneyOut;
}

async function paymentsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, PaymentOf>> {
  const { rows } = await tx.query<PaymentOf>(
    'SELECT id, partner_id AS "partnerId", brand_id AS "brandId" FROM payout WHERE id = ANY ($1)',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Puts what was moved otherwise than told into suspense, each difference once however often it is said. */
export async function bookDifferences(
  tx: Tx,
  outbox: Outbox,
  differences: readonly BookedDifference[],
  context: EventContext,
  now: Date,
): Promise<void> {
  if (differences.length === 0) return;
  const payments = await paymentsOf(
    tx,
    differences.map(({ payoutId }) => payoutId),
  );
  const postings = differences.flatMap(({ itemId, payoutId, beyond }) => {
    const payment = payments.get(payoutId);
    return payment ? beyond.map((money) => settlementDifference(payment, itemId, money, now)) : [];
  });
  await post(
    tx,
    outbox,
    postings.map((posting) => ({ posting, context })),
    now,
  );
}

/** Books fees of banks and providers to the brand's cost, each once. */
export async function bookFees(tx: Tx, outbox: Outbox, fees: readonly TakenFee[], context: EventContext, now: Date): Promise<void> {
  if (fees.length === 0) return;
  const payments = await paymentsOf(
    tx,
    fees.map(({ payoutId }) => payoutId),
  );
  const postings = fees.flatMap(({ payoutId, name, fee }) => {
    const payment = payments.get(payoutId);
    return payment ? [railFee(payment, name, fee, now)] : [];
  });
  await post(
    tx,
    outbox,
    postings.map((posting) => ({ posting, context })),
    now,
  );
}

/** What lies in suspense for an item that nobody has explained yet. */
export async function inSuspense(tx: Tx, itemId: string): Promise<(MoneyOut & { payment: PaymentOf })[]> {
  const { rows } = await tx.query<MoneyOut & PaymentOf>(
    `SELECT t.currency, leg.amount, t.payout_id AS id, t.partner_id AS "partnerId", t.brand_id AS "brandId" FROM ledger_transaction t
     CROSS JOIN LATERAL unnest(t.accounts, t.amounts) AS leg (account, amount)
     WHERE t.payout_id = (SELECT payout_id FROM reconciliation_item WHERE id = $1) AND t.kind = 'settlement-difference'
       AND t.business_key = 'settlement-difference:' || $1 || ':' || t.currency AND leg.account = 'brand-funds' ORDER BY t.currency`,
    [itemId],
  );
  return rows.map(({ amount, currency, ...payment }) => ({ amount, currency, payment }));
}

/** Takes what lay in suspense for an item to where a person says it belongs. */
export async function explainDifferences(
  tx: Tx,
  outbox: Outbox,
  itemId: string,
  held: readonly (MoneyOut & { payment: PaymentOf })[],
  to: BookedTo,
  context: EventContext,
  now: Date,
): Promise<void> {
  const postings = held.map(({ payment, ...money }) => differenceExplained(payment, itemId, money, to, now));
  await post(
    tx,
    outbox,
    postings.map((posting) => ({ posting, context })),
    now,
  );
}
