import type { ProviderDouble } from '../provider-double.js';
import type { Books, Movement } from './judge.js';

const whose = /* sql */ `partner_id AS "partnerId", brand_id AS "brandId"`;

interface Written {
  sql: <R extends Record<string, unknown>>(text: string) => Promise<R[]>;
  double: ProviderDouble;
  approved: Books['approved'];
}

/** What stands written, in the service and at the rails. */
export async function booksOf({ sql, double, approved }: Written): Promise<Books> {
  const rows = <T extends object>(text: string) => sql<T & Record<string, unknown>>(text);
  // The simulated rail keeps its books beside those of the service, and only adds to them.
  const simulated = await rows<{ payoutId: string; amount: string; currency: string }>(
    'SELECT payout_id AS "payoutId", amount, currency FROM simulator_money_out',
  );
  const moved = simulated.map(
    ({ payoutId, amount, currency }): Movement => ({ rail: 'simulated-api', payoutId, amount: BigInt(amount), currency }),
  );
  const entries = await rows<{
    entryId: string;
    partnerId: string;
    brandId: string;
    amount: string;
    bucket: string;
    payoutId: string | null;
  }>(`SELECT entry_id AS "entryId", ${whose}, amount, bucket, payout_id AS "payoutId" FROM entry`);
  const payouts = await rows<{
    id: string;
    partnerId: string;
    brandId: string;
    amount: string;
    currency: string;
    status: string;
    approvedBy: string | null;
    clearedHash: string | null;
  }>(
    `SELECT payout.id, ${whose}, payout.amount, payout.currency, payout.status, run.approved_by AS "approvedBy", run.cleared_hash AS "clearedHash"
     FROM payout JOIN payout_run run ON run.id = payout.run_id`,
  );
  const lines = await rows<{ payoutId: string; entryId: string; amount: string; held: boolean }>(
    'SELECT payout_id AS "payoutId", entry_id AS "entryId", amount, open_item_id IS NOT NULL AS held FROM payout_line',
  );
  const paid = await rows<{ partnerId: string; brandId: string; amount: string }>(
    `SELECT ${whose}, sum(amount)::text AS amount FROM ledger_leg WHERE account = 'paid' GROUP BY 1, 2`,
  );
  const [clearing] = await rows<{ amount: string }>(
    `SELECT coalesce(sum(amount), 0)::text AS amount FROM ledger_leg WHERE account = 'rail-clearing'`,
  );
  const told = await rows<{ payoutId: string; type: string; times: number }>(
    `SELECT envelope ->> 'subject' AS "payoutId", split_part(envelope ->> 'type', '.', 3) AS type, count(*)::int AS times FROM messaging.outbox
     WHERE envelope ->> 'type' LIKE 'payouts.payout.%' GROUP BY 1, 2`,
  );
  return {
    approved,
    out: [...double.moneyOut, ...moved.filter(({ amount }) => amount > 0n)],
    back: [...double.moneyBack, ...moved.filter(({ amount }) => amount < 0n).map((each) => ({ ...each, amount: -each.amount }))],
    entries: entries.map(withAmount),
    payouts: payouts.map(withAmount),
    lines: lines.map(withAmount),
    paid: paid.map(withAmount),
    clearing: BigInt(clearing?.amount ?? 0),
    told,
  };
}

const withAmount = <T extends { amount: string }>(row: T) => ({ ...row, amount: BigInt(row.amount) });
