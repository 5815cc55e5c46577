import type { Tx } from '@tributary/messaging';
import type { Change } from './domain/customer-history.js';

/** A customer as his row has him. */
export interface CustomerRow {
  id: string;
  brandId: string;
  /** Whom his click bound him to. */
  partnerId: string | null;
  boundAt: Date | null;
  createdAt: Date;
}
/** The same with all that was recorded of him. */
export interface CustomerRecord extends CustomerRow {
  changes: readonly Change[];
  /** Of his latest event that named one. */
  country: string | null;
}

const findOne = /* sql */ `
SELECT id, brand_id AS "brandId", partner_id AS "partnerId", bound_at AS "boundAt", created_at AS "createdAt" FROM customers
WHERE id = $1 AND alias_of IS NULL`;
const findChanges = /* sql */ `
SELECT number, change, value, program_id AS "programId", effective_from AS "effectiveFrom", reason, recorded_at AS "recordedAt", recorded_by AS "recordedBy"
FROM customer_changes WHERE customer_id = $1 ORDER BY number`;
const findCountry = /* sql */ `
SELECT details->>'country' AS country FROM conversions WHERE customer_id = $1 AND details->>'country' IS NOT NULL
ORDER BY occurred_at DESC, id DESC LIMIT 1`;

/** A customer, locked for a change if wanted; undefined when the caller sees none. */
export async function findCustomer(tx: Tx, customerId: string, options: { lock?: boolean } = {}): Promise<CustomerRecord | undefined> {
  const { rows } = await tx.query<CustomerRow>(options.lock ? `${findOne} FOR UPDATE` : findOne, [customerId]);
  const [row] = rows;
  if (!row) return undefined;
  const changes = (await tx.query<Change>(findChanges, [customerId])).rows;
  const country = (await tx.query<{ country: string }>(findCountry, [customerId])).rows[0]?.country ?? null;
  return { ...row, changes, country };
}

/** Appends to what was recorded of a locked customer. */
export async function append(tx: Tx, customer: CustomerRow, change: Change): Promise<void> {
  await tx.query(
    /* sql */ `
    INSERT INTO customer_changes (customer_id, number, brand_id, change, value, program_id, effective_from, reason, recorded_at, recorded_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      customer.id,
      change.number,
      customer.brandId,
      change.change,
      change.value,
      change.programId,
      change.effectiveFrom,
      change.reason,
      change.recordedAt,
      change.recordedBy,
    ],
  );
}

/** Takes a further key for a customer. Answers whose it is now: another's id when it was taken. */
export async function addKey(
  tx: Tx,
  customer: CustomerRow,
  keyHash: string,
  aliasId: string,
  now: Date,
): Promise<{ ownerId: string; isNew: boolean }> {
  const { rowCount } = await tx.query(
    'INSERT INTO customers (id, brand_id, key_hash, alias_of, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (brand_id, key_hash) DO NOTHING',
    [aliasId, customer.brandId, keyHash, customer.id, now],
  );
  if (rowCount === 1) return { ownerId: customer.id, isNew: true };
  const { rows } = await tx.query<{ id: string }>(
    'SELECT coalesce(alias_of, id) AS id FROM customers WHERE brand_id = $1 AND key_hash = $2',
    [customer.brandId, keyHash],
  );
  return { ownerId: rows[0]?.id ?? '', isNew: false };
}

/** Keeps the reassignments where intake reads them. */
export async function saveAssignments(
  tx: Tx,
  customerId: string,
  assignments: readonly { partnerId: string; programId: string; effectiveFrom: Date }[],
): Promise<void> {
  const kept = assignments.map(({ partnerId, programId, effectiveFrom }) => ({ partnerId, programId, effectiveFrom }));
  await tx.query('UPDATE customers SET assignments = $2::jsonb, assigned_partner_id = $3 WHERE id = $1', [
    customerId,
    JSON.stringify(kept),
    kept.at(-1)?.partnerId ?? null,
  ]);
}

/** Where in a brand a partner is enrolled now, its default programme before others; null when nowhere, undefined when he is unknown. */
export async function enrolledIn(tx: Tx, brandId: string, partnerId: string): Promise<string | null | undefined> {
  const { rows } = await tx.query<{ programId: string | null }>(
    /* sql */ `
    SELECT (SELECT e.program_id FROM enrollments e JOIN brands b USING (brand_id)
      WHERE e.partner_id = p.partner_id AND e.brand_id = $2 AND e.status = 'active'
      ORDER BY e.program_id = b.default_program_id DESC, e.program_id LIMIT 1) AS "programId"
    FROM partners p WHERE p.partner_id = $1`,
    [partnerId, brandId],
  );
  return rows[0]?.programId;
}
