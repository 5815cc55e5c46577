import type { payoutMethodKinds } from '@tributary/contracts';
import type { EventContext, NewEvent, Tx } from '@tributary/messaging';

/** A payout method without its account data. */
export interface MethodRow {
  id: string;
  partnerId: string;
  kind: (typeof payoutMethodKinds)[number];
  accountHmac: string;
  accountHint: string;
  brandIds: string[];
  usableFrom: Date;
  status: 'active' | 'disabled';
  createdBy: string;
  createdAt: Date;
  verifiedBy: string | null;
  verifiedAt: Date | null;
  disabledReason: string | null;
  /** When a bank sent something back last, and how often. */
  returnedAt: Date | null;
  returns: number;
  /** In which currency the partner wants to be paid; null: in the one that was earned. */
  payoutCurrency: string | null;
}

const columns = /* sql */ `id, partner_id AS "partnerId", kind, account_hmac AS "accountHmac", account_hint AS "accountHint", brand_ids AS "brandIds", usable_from AS "usableFrom",
  status, created_by AS "createdBy", created_at AS "createdAt", verified_by AS "verifiedBy", verified_at AS "verifiedAt", disabled_reason AS "disabledReason", returned_at AS "returnedAt", returns, payout_currency AS "payoutCurrency"`;

/**
 * Who is bound to brands sees the methods of partners enrolled there that pay one of them; a method over all brands he sees too, since
 * it pays his.
 */
const seen = /* sql */ `($1::text[] IS NULL OR (EXISTS (SELECT 1 FROM enrollment_profile e WHERE e.partner_id = payout_method.partner_id)
  AND (cardinality(brand_ids) = 0 OR brand_ids && $1)))`;
const brandsOf = (scope: { brandIds: 'all' | readonly string[] }) => (scope.brandIds === 'all' ? null : scope.brandIds);

/** One method, locked. */
export async function lockMethod(tx: Tx, id: string, scope: { brandIds: 'all' | readonly string[] }): Promise<MethodRow | undefined> {
  const { rows } = await tx.query<MethodRow>(`SELECT ${columns} FROM payout_method WHERE id = $2 AND ${seen} FOR UPDATE`, [
    brandsOf(scope),
    id,
  ]);
  return rows[0];
}

/** Newest first. */
export async function listMethodRows(
  tx: Tx,
  partnerId: string,
  scope: { brandIds: 'all' | readonly string[] },
  { before, limit }: { before: string | undefined; limit: number },
): Promise<MethodRow[]> {
  const { rows } = await tx.query<MethodRow>(
    `SELECT ${columns} FROM payout_method WHERE partner_id = $2 AND ${seen} AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [brandsOf(scope), partnerId, before ?? null, limit],
  );
  return rows;
}

/** Whether another person has made sure of it, since anything came back from there. */
export const isVerified = ({ verifiedAt, returnedAt }: Pick<MethodRow, 'verifiedAt' | 'returnedAt'>): boolean =>
  verifiedAt !== null && (returnedAt === null || verifiedAt > returnedAt);

/** Verified methods can be paid once they have cooled; the simulated rail has nothing to protect. */
export function methodView(row: MethodRow) {
  const { id, partnerId, kind, accountHint, brandIds, status } = row;
  return {
    id,
    partnerId,
    kind,
    accountHint,
    brandIds,
    usableFrom: row.usableFrom.toISOString(),
    status,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    verification: kind === 'simulated' ? ('not-needed' as const) : isVerified(row) ? ('verified' as const) : ('waiting' as const),
    verifiedBy: row.verifiedBy,
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    disabledReason: row.disabledReason,
    returnedAt: row.returnedAt?.toISOString() ?? null,
    payoutCurrency: row.payoutCurrency,
  };
}

/** Each return begins them anew. */
const sequences = { entered: 1, returned: 1, verified: 2, disabled: 3 } as const;

/** The accounts that a bank has sent something back from: nothing more goes there until they are verified anew. */
export async function flagReturned(tx: Tx, payoutIds: readonly string[], now: Date): Promise<MethodRow[]> {
  const { rows } = await tx.query<MethodRow>(
    `UPDATE payout_method SET returned_at = greatest($2, verified_at, returned_at), returns = returns + 1 WHERE kind <> 'simulated' AND account <> 'erased' AND id IN (
       SELECT method_id FROM payout WHERE id = ANY ($1) AND NOT EXISTS (SELECT 1 FROM payout_reversal r WHERE r.payout_id = payout.id AND r.approved_by IS NOT NULL))
     RETURNING ${columns}`,
    [payoutIds, now],
  );
  return rows;
}

/** What became of a method, for those who warn its owner. */
export function methodEvent(row: MethodRow, change: keyof typeof sequences, { actorId }: EventContext, now: Date): NewEvent {
  const { id: payoutMethodId, partnerId, kind, brandIds, accountHmac, status } = row;
  return {
    type: 'payouts.payout-method.changed.v1',
    subject: payoutMethodId,
    partnerId,
    sequence: row.returns * 3 + sequences[change],
    data: {
      payoutMethodId,
      partnerId,
      kind,
      brandIds,
      accountHmac,
      usableFrom: row.usableFrom.toISOString(),
      status,
      change,
      changedBy: actorId,
      changedAt: now.toISOString(),
    },
  };
}
