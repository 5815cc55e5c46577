import { createHash } from 'node:crypto';
import type { freezeFindingKinds } from '@tributary/contracts';
import type { NewEvent, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';

/** What was found of a payout; its amount in minor units. */
export interface Finding {
  payoutId: string;
  brandId: string;
  kind: (typeof freezeFindingKinds)[number];
  rail: string;
  amount: number;
  currency: string;
  detail: string;
}

export interface FreezeRow {
  id: string;
  reason: string;
  frozenBy: string;
  frozenAt: Date;
  checkedAt: Date | null;
  findings: Finding[];
  findingsHash: string | null;
  releaseReason: string | null;
  proposedBy: string | null;
  proposedAt: Date | null;
  releasedBy: string | null;
  releasedAt: Date | null;
  version: number;
}
const columns = /* sql */ `id, reason, frozen_by AS "frozenBy", frozen_at AS "frozenAt", checked_at AS "checkedAt", findings, findings_hash AS "findingsHash", release_reason AS "releaseReason",
  proposed_by AS "proposedBy", proposed_at AS "proposedAt", released_by AS "releasedBy", released_at AS "releasedAt", version`;

/** The open freeze (one at most), or the one named, locked. */
export async function lockFreeze(tx: Tx, id?: string): Promise<FreezeRow | undefined> {
  const { rows } = await tx.query<FreezeRow>(
    `SELECT ${columns} FROM payout_freeze WHERE CASE WHEN $1::text IS NULL THEN released_at IS NULL ELSE id = $1 END FOR UPDATE`,
    [id ?? null],
  );
  return rows[0];
}

/** Newest first. */
export async function listFreezeRows(tx: Tx, before: string | undefined, limit: number): Promise<FreezeRow[]> {
  const { rows } = await tx.query<FreezeRow>(
    `SELECT ${columns} FROM payout_freeze WHERE $1::text IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
    [before ?? null, limit],
  );
  return rows;
}

/** Undefined when payouts are frozen already. */
export async function openFreeze(
  tx: Tx,
  freeze: { id: string; reason: string; frozenBy: string; now: Date },
): Promise<FreezeRow | undefined> {
  const { rows } = await tx.query<FreezeRow>(
    `INSERT INTO payout_freeze (id, reason, frozen_by, frozen_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [freeze.id, freeze.reason, freeze.frozenBy, freeze.now],
  );
  return rows[0];
}

type Change = Partial<
  Pick<FreezeRow, 'checkedAt' | 'findings' | 'findingsHash' | 'releaseReason' | 'proposedBy' | 'proposedAt' | 'releasedBy' | 'releasedAt'>
>;

export async function storeFreeze(tx: Tx, freeze: FreezeRow, change: Change): Promise<FreezeRow> {
  const next = { ...freeze, ...change, version: freeze.version + 1 };
  await tx.query(
    `UPDATE payout_freeze SET checked_at = $2, findings = $3, findings_hash = $4, release_reason = $5, proposed_by = $6, proposed_at = $7, released_by = $8, released_at = $9, version = $10 WHERE id = $1`,
    [
      next.id,
      next.checkedAt,
      JSON.stringify(next.findings),
      next.findingsHash,
      next.releaseReason,
      next.proposedBy,
      next.proposedAt,
      next.releasedBy,
      next.releasedAt,
      next.version,
    ],
  );
  return next;
}

/** A payout that was put into the books while they were frozen. */
export interface Taken {
  freezeId: string;
  payoutId: string;
  kind: 'taken-up' | 'was-sent';
  detail: string;
}

/** In the transaction that puts it there: what died before it told of it, and who compared at the same time, can lose none. */
export async function storeTaken(tx: Tx, { freezeId, payoutId, kind, detail }: Taken): Promise<void> {
  await tx.query('INSERT INTO freeze_finding (freeze_id, payout_id, kind, detail) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
    freezeId,
    payoutId,
    kind,
    detail,
  ]);
}

export async function takenDuring(tx: Tx, freezeId: string): Promise<Finding[]> {
  const { rows } = await tx.query<Omit<Finding, 'amount'> & { amount: bigint }>(
    `SELECT payout.id AS "payoutId", payout.brand_id AS "brandId", kind, payout.rail, payout.amount, payout.currency, detail
     FROM freeze_finding JOIN payout ON payout.id = payout_id WHERE freeze_id = $1`,
    [freezeId],
  );
  return rows.map((row) => ({ ...row, amount: toWireAmount(row.amount) }));
}

/** What is said of each payout, in one hash; how it is put into words is not in it. */
export function hashOfFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ payoutId, kind, rail, amount, currency }) => `${payoutId} ${kind} ${rail} ${amount} ${currency}`);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Findings that keep payouts frozen: what was sent is not in the books yet, or nobody knows whether it was sent. */
export const isOpen = ({ kind }: Pick<Finding, 'kind'>): boolean => kind === 'waiting' || kind === 'not-asked';

const statusOf = ({ proposedBy, releasedBy }: FreezeRow) => (releasedBy ? 'released' : proposedBy ? 'release-proposed' : 'frozen');

export function freezeView({ version: _version, ...freeze }: FreezeRow) {
  const { frozenAt, checkedAt, proposedAt, releasedAt } = freeze;
  return {
    ...freeze,
    status: statusOf({ ...freeze, version: 0 }),
    frozenAt: frozenAt.toISOString(),
    checkedAt: checkedAt?.toISOString() ?? null,
    proposedAt: proposedAt?.toISOString() ?? null,
    releasedAt: releasedAt?.toISOString() ?? null,
  };
}

export function freezeChanged(freeze: FreezeRow, now: Date): NewEvent<'payouts.freeze.changed.v1'> {
  const { id: freezeId, reason, frozenBy, frozenAt, findings, findingsHash, proposedBy, releasedBy, version } = freeze;
  return {
    type: 'payouts.freeze.changed.v1',
    subject: freezeId,
    sequence: version + 1,
    data: {
      freezeId,
      status: statusOf(freeze),
      reason,
      frozenBy,
      frozenAt: frozenAt.toISOString(),
      findingsHash,
      findings: findings.length,
      proposedBy,
      releasedBy,
      changedAt: now.toISOString(),
    },
  };
}
