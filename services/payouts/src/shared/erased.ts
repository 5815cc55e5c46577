import type { Tx } from '@tributary/messaging';
import { type Principal, permits, Rejected } from '@tributary/service-kit';

const building = 'payouts:building';

/** Held by whoever builds a run, beside others that do: until the commit nobody's erasure is found to be clear. */
export async function shareBuilding(tx: Tx): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [building]);
}

/** True when no run is being built; then none is begun before the commit. It does not wait: builders would queue behind it. */
export async function tryStopBuilding(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS got', [building]);
  return rows[0]?.got === true;
}

const intakeOf = (partnerId: string) => `erasure:${partnerId}`;

/** Until the commit nothing is taken in of this partner: what was before is committed, and so can be erased. */
export async function stopIntake(tx: Tx, partnerId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [intakeOf(partnerId)]);
}

/**
 * Of these partners, those of whom nothing is being taken in; nor will be before the commit. It does not wait: what is being taken in is
 * finished first, and not refused by the database half-way.
 */
export async function tryStopIntake(tx: Tx, partnerIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ partnerId: string }>(
    `SELECT id AS "partnerId" FROM unnest($1::text[], $2::text[]) AS partner (id, intake) WHERE pg_try_advisory_xact_lock(hashtext(intake))`,
    [partnerIds, partnerIds.map(intakeOf)],
  );
  return new Set(rows.map(({ partnerId }) => partnerId));
}

/** Of a partner whose erasure has begun, or is done, nothing new is taken in. @throws Rejected `partner-erased` */
export async function refuseErased(tx: Tx, partnerId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [intakeOf(partnerId)]);
  const { rows } = await tx.query<{ erased: boolean }>('SELECT partner_is_erased($1) AS erased', [partnerId]);
  if (rows[0]?.erased) throw new Rejected('partner-erased');
}

/** Which of these partners have been erased, of those whose records the caller may not look into. */
export async function lockedAway(tx: Tx, principal: Principal, partnerIds: readonly string[]): Promise<Set<string>> {
  if (permits(principal, 'retained:read')) return new Set();
  const { rows } = await tx.query<{ partnerId: string }>(
    `SELECT DISTINCT partner_id AS "partnerId" FROM partner_erasure WHERE status = 'erased' AND partner_id = ANY ($1)`,
    [partnerIds],
  );
  return new Set(rows.map(({ partnerId }) => partnerId));
}

/** What is kept of an erased partner is shown only to who may look into it. @throws Rejected `retained-restricted` */
export async function refuseLockedAway(tx: Tx, principal: Principal, partnerId: string): Promise<void> {
  if ((await lockedAway(tx, principal, [partnerId])).size > 0) throw new Rejected('retained-restricted');
}
