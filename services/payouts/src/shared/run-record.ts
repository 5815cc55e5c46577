import { activeTraceparent, type Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { ClaimedGroup, LeftOutReason } from '../runs/domain/split-groups.js';
import { hashesOfRun } from '../runs/run-content-store.js';
import type { Started } from './build-run.js';
import { amountOf, currencyOf, type PaidGroup } from './write-payouts.js';

/** A balance that is not paid now, and why. */
export interface LeftOut {
  group: ClaimedGroup;
  reason: LeftOutReason;
  rule?: string | undefined;
}

/** What has been built of a run so far, added up. */
export interface Built {
  payouts: number;
  /** By currency. */
  totals: Map<string, { amount: bigint; payouts: number }>;
  brandIds: Set<string>;
  leftOut: number;
  /** The first of them. */
  left: LeftOut[];
}
export const nothingBuilt = (): Built => ({ payouts: 0, totals: new Map(), brandIds: new Set(), leftOut: 0, left: [] });

/** So many of those left out are held and shown; all are kept. */
const leftOutShown = 1000;

/** Adds what was built of some balances. */
export function addUp(built: Built, paid: readonly PaidGroup[], left: readonly LeftOut[]): void {
  for (const each of paid) {
    const before = built.totals.get(currencyOf(each)) ?? { amount: 0n, payouts: 0 };
    built.totals.set(currencyOf(each), { amount: before.amount + amountOf(each), payouts: before.payouts + 1 });
  }
  for (const { group } of [...paid, ...left]) built.brandIds.add(group.brandId);
  built.payouts += paid.length;
  built.leftOut += left.length;
  built.left.push(...left.slice(0, leftOutShown - built.left.length));
}

/** What was left out, as the API shows it. */
export const leftOutView = ({ group, reason, rule }: LeftOut) => ({
  partnerId: group.partnerId,
  brandId: group.brandId,
  currency: group.currency,
  amount: toWireAmount(group.amount),
  reason,
  ...(rule === undefined ? {} : { rule }),
});

/** Names those that are left out, numbered from `before` on. */
export async function keepLeftOut(tx: Tx, runId: string, left: readonly LeftOut[], before: number): Promise<void> {
  if (left.length === 0) return;
  await tx.query(
    `INSERT INTO payout_left_out (run_id, number, partner_id, brand_id, currency, amount, reason, rule)
     SELECT $1, $2 + place, partner_id, brand_id, currency, amount, reason, rule
     FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[]) WITH ORDINALITY AS left_out (partner_id, brand_id, currency, amount, reason, rule, place)`,
    [
      runId,
      before,
      left.map(({ group }) => group.partnerId),
      left.map(({ group }) => group.brandId),
      left.map(({ group }) => group.currency),
      left.map(({ group }) => group.amount.toString()),
      left.map(({ reason }) => reason),
      left.map(({ rule }) => rule ?? null),
    ],
  );
}

/** Nothing was paid: then there is no run that they are left out of. */
export async function forgetLeftOut(tx: Tx, runId: string): Promise<void> {
  await tx.query('DELETE FROM payout_left_out WHERE run_id = $1', [runId]);
}

/** Writes the run, before its first payout. */
export async function beginRun(tx: Tx, { runId, cutOffs, ...order }: Started): Promise<void> {
  const earnedUntil = order.cutOffOf ? [...cutOffs] : [];
  await tx.query(
    `INSERT INTO payout_run (id, status, as_of, brand_ids, currency, minimum, content_hash, plan_hash, built_by, totals, left_out, left_out_count, correlation_id, created_at, traceparents,
       kind, period, schedule_version, cut_offs, include, exclude)
     VALUES ($1, 'draft', $2, $3, $4, $5, '', '', $6, '[]', '[]', 0, $7, $8, array_remove(ARRAY[$9], NULL), $10, $11, $12, $13, $14, $15)`,
    [
      runId,
      order.asOf,
      order.brandIds ?? [],
      order.currency,
      order.minimum?.toString() ?? null,
      order.builtBy,
      order.context.correlationId,
      order.now,
      activeTraceparent(),
      order.scheduled ? 'schedule' : order.withdrawal ? 'withdrawal' : 'by-hand',
      order.scheduled?.period ?? null,
      order.scheduled?.version ?? null,
      JSON.stringify(earnedUntil.map(([brandId, until]) => ({ brandId, earnedUntil: until.toISOString() }))),
      order.include,
      order.exclude,
    ],
  );
}

/** Once all is written: what it comes to, and the hashes of its content. */
export async function finishRun(tx: Tx, { runId, brandIds }: Started, built: Built): Promise<void> {
  const { contentHash, planHash } = await hashesOfRun(tx, runId);
  const totals = [...built.totals]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { amount, payouts }]) => ({ currency, amount: toWireAmount(amount), payouts }));
  await tx.query(
    'UPDATE payout_run SET content_hash = $2, plan_hash = $3, brand_ids = $4, totals = $5, left_out = $6, left_out_count = $7 WHERE id = $1',
    [
      runId,
      contentHash,
      planHash,
      [...new Set([...(brandIds ?? []), ...built.brandIds])].sort(),
      JSON.stringify(totals),
      JSON.stringify(built.left.map(leftOutView)),
      built.leftOut,
    ],
  );
}
