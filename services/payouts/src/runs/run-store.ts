import { createHash } from 'node:crypto';
import type { RunStage } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { groupBy } from '../group-by.js';
import type { PayoutStatus } from '../payouts/domain/payout-state.js';
import type { PayoutRouting } from '../routing/domain/route-payout.js';
import { contentText, type RunContent } from './domain/content-text.js';
import type { RunStatus } from './domain/run-state.js';

export interface RunRow {
  id: string;
  status: RunStatus;
  asOf: Date;
  brandIds: string[];
  currency: string | null;
  minimum: bigint | null;
  contentHash: string;
  builtBy: string;
  approvedBy: string | null;
  submitRequestedAt: Date | null;
  clearedHash: string | null;
  refusedHash: string | null;
  reason: string | null;
  totals: { currency: string; amount: number; payouts: number }[];
  leftOut: { partnerId: string; brandId: string; currency: string; amount: number; reason: string }[];
  correlationId: string;
  createdAt: Date;
  kind: 'by-hand' | 'schedule' | 'withdrawal';
  period: string | null;
  scheduleVersion: number | null;
  cutOffs: { brandId: string; earnedUntil: string }[];
  include: string[] | null;
  exclude: string[];
  /** Who approves it, in this order. */
  stages: RunStage[];
}
const columns = /* sql */ `id, status, as_of AS "asOf", brand_ids AS "brandIds", currency, minimum, content_hash AS "contentHash", built_by AS "builtBy", approved_by AS "approvedBy",
  submit_requested_at AS "submitRequestedAt", cleared_hash AS "clearedHash", refused_hash AS "refusedHash", reason, totals, left_out AS "leftOut", correlation_id AS "correlationId", created_at AS "createdAt",
  kind, period, schedule_version AS "scheduleVersion", cut_offs AS "cutOffs", include, exclude, stages`;

/** A run, locked: its state is decided upon by one transaction at a time. */
export async function lockRun(tx: Tx, runId: string): Promise<RunRow | undefined> {
  const { rows } = await tx.query<RunRow>(`SELECT ${columns} FROM payout_run WHERE id = $1 FOR UPDATE`, [runId]);
  return rows[0];
}
export async function findRun(tx: Tx, runId: string): Promise<RunRow | undefined> {
  const { rows } = await tx.query<RunRow>(`SELECT ${columns} FROM payout_run WHERE id = $1`, [runId]);
  return rows[0];
}
/** Newest first. */
export async function listRunRows(
  tx: Tx,
  filter: { status?: string | undefined; before?: string | undefined; limit: number },
): Promise<RunRow[]> {
  const { rows } = await tx.query<RunRow>(
    `SELECT ${columns} FROM payout_run WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [filter.status ?? null, filter.before ?? null, filter.limit],
  );
  return rows;
}

export interface PassedStage {
  stage: RunStage;
  approvedBy: string;
  approvedAt: Date;
}
/** Who has approved a run so far, in the order of its stages. */
export async function approvalsOf(tx: Tx, runId: string): Promise<PassedStage[]> {
  const { rows } = await tx.query<PassedStage>(
    `SELECT stage, approved_by AS "approvedBy", approved_at AS "approvedAt" FROM run_approval WHERE run_id = $1 ORDER BY stage = 'finance'`,
    [runId],
  );
  return rows;
}

export interface PayoutRow extends RunContent {
  runId: string;
  status: PayoutStatus;
  sandbox: boolean;
  railKey: string;
  railReference: string | null;
  reason: string | null;
  methodId: string | null;
  routing: PayoutRouting | null;
  feeWaived: bigint;
  lineCount: number;
  createdAt: Date;
  attemptedAt: Date | null;
  settledAt: Date | null;
  lookups: number;
  /** Trace context of the last call to the rail. */
  traceparent: string | null;
  recalledAt: Date | null;
  recallOutcome: string | null;
}
export const payoutColumns = /* sql */ `id, run_id AS "runId", partner_id AS "partnerId", brand_id AS "brandId", amount, currency, status, sandbox, rail, rail_key AS "railKey", rail_reference AS "railReference",
  reason, method_id AS "methodId", account_hmac AS "accountHmac", charges, routing, fee_waived AS "feeWaived", line_count AS "lineCount", lines_hash AS "linesHash", created_at AS "createdAt", attempted_at AS "attemptedAt", settled_at AS "settledAt", lookups, traceparent, recalled_at AS "recalledAt", recall_outcome AS "recallOutcome"`;

/** By id, locked when told. */
export async function payoutsOfRun(tx: Tx, runId: string, lock = false): Promise<PayoutRow[]> {
  const { rows } = await tx.query<PayoutRow>(
    `SELECT ${payoutColumns} FROM payout WHERE run_id = $1 ORDER BY id ${lock ? 'FOR UPDATE' : ''}`,
    [runId],
  );
  return rows;
}

export interface LineRow {
  payoutId: string;
  itemId: string;
  entryId: string;
  amount: bigint;
}
export async function linesOf(tx: Tx, payoutIds: readonly string[]): Promise<LineRow[]> {
  const { rows } = await tx.query<LineRow>(
    `SELECT payout_id AS "payoutId", item_id AS "itemId", entry_id AS "entryId", amount FROM payout_line WHERE payout_id = ANY ($1) ORDER BY payout_id, item_id`,
    [payoutIds],
  );
  return rows;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** SHA-256 over the canonical content of a run. */
export const contentHash = (payouts: readonly RunContent[]): string => sha256(contentText(payouts));

/** The same whatever ids the payouts have got: a dry run's says whether the real one does what it said. */
export const planHash = (payouts: readonly RunContent[]): string => contentHash(payouts.map((payout) => ({ ...payout, id: '' })));

/** SHA-256 over the lines of a payout, in the order of their items. */
export function linesHash(lines: readonly LineRow[]): string {
  const rows = lines.map(({ itemId, amount }) => `${itemId}:${amount}`);
  return sha256(rows.sort().join('\n'));
}

/** The hash of what the run would do now, from its payouts and lines as they stand. */
export async function currentContentHash(tx: Tx, payouts: readonly PayoutRow[]): Promise<string> {
  const lines = groupBy(
    await linesOf(
      tx,
      payouts.map(({ id }) => id),
    ),
    ({ payoutId }) => payoutId,
  );
  return contentHash(payouts.map((payout) => ({ ...payout, linesHash: linesHash(lines.get(payout.id) ?? []) })));
}
