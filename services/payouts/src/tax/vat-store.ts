import type { EventContext, NewEvent, Tx } from '@tributary/messaging';
import type { Registration } from './domain/vat.js';

/** A VAT registration without its number. */
export interface RegistrationRow extends Registration {
  partnerId: string;
  createdBy: string;
  createdAt: Date;
  decision: 'verify' | 'decline' | null;
  decidedBy: string | null;
  decidedAt: Date | null;
}
/** What stands in it, encrypted under the key of the partner's tax records. */
export interface RegistrationContent {
  number: string | null;
  legalName: string;
  address: string;
}

const columns = /* sql */ `id, partner_id AS "partnerId", version, country, number_hint AS "numberHint", rate, valid_from AS "validFrom", valid_until AS "validUntil",
  created_by AS "createdBy", created_at AS "createdAt", decision, decided_by AS "decidedBy", decided_at AS "decidedAt",
  CASE decision WHEN 'verify' THEN 'verified' WHEN 'decline' THEN 'declined' ELSE 'pending' END AS status`;

/** Writes the next version; those who enter at once wait for each other. */
export async function addRegistration(tx: Tx, row: Omit<RegistrationRow, 'version'>, content: string): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`vat-registration:${row.partnerId}`]);
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO vat_registration (id, partner_id, version, country, content, number_hint, rate, valid_from, valid_until, created_by, created_at)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 FROM vat_registration WHERE partner_id = $2 RETURNING version`,
    [row.id, row.partnerId, row.country, content, row.numberHint, row.rate, row.validFrom, row.validUntil, row.createdBy, row.createdAt],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('the registration was not written');
  return version;
}

export async function lockRegistration(tx: Tx, id: string): Promise<RegistrationRow | undefined> {
  const { rows } = await tx.query<RegistrationRow>(`SELECT ${columns} FROM vat_registration WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** A page, newest first. */
export async function listRegistrations(tx: Tx, partnerId: string, before: string | undefined, limit: number): Promise<RegistrationRow[]> {
  const { rows } = await tx.query<RegistrationRow>(
    `SELECT ${columns} FROM vat_registration WHERE partner_id = $1 AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [partnerId, before ?? null, limit],
  );
  return rows;
}

/** Every registration of these partners. */
export async function registrationsOf(tx: Tx, partnerIds: readonly string[]): Promise<RegistrationRow[]> {
  const { rows } = await tx.query<RegistrationRow>(
    `SELECT ${columns} FROM vat_registration WHERE partner_id = ANY ($1) ORDER BY partner_id, version`,
    [partnerIds],
  );
  return rows;
}

/** A registration as the API shows it. */
export function registrationView(row: RegistrationRow) {
  const { id, partnerId, version, country, numberHint, rate, validFrom, validUntil, status, createdBy, decidedBy } = row;
  const decided = { decidedBy, decidedAt: row.decidedAt?.toISOString() ?? null };
  const made = { createdBy, createdAt: row.createdAt.toISOString() };
  return { id, partnerId, version, country, numberHint, rate, validFrom, validUntil, status, ...made, ...decided };
}

/** What became of it. */
export function registrationEvent(
  row: RegistrationRow,
  { actorId }: EventContext,
  now: Date,
): NewEvent<'payouts.vat-registration.changed.v1'> {
  const { id, partnerId, version, numberHint, status, validFrom, validUntil } = row;
  const changed = { changedBy: actorId, changedAt: now.toISOString() };
  return {
    type: 'payouts.vat-registration.changed.v1',
    subject: id,
    partnerId,
    sequence: row.decision === null ? 1 : 2,
    data: { vatRegistrationId: id, partnerId, version, registered: numberHint !== null, status, validFrom, validUntil, ...changed },
  };
}
