import type { EventContext, NewEvent, Tx } from '@tributary/messaging';
import type { Agreement } from './domain/vat.js';

/** That a brand writes the invoices of a partner. */
export interface AgreementRow extends Agreement {
  brandId: string;
  partnerId: string;
  textVersion: string;
  textSha256: string;
  offeredBy: string;
  offeredAt: Date;
  consentedBy: string | null;
  consentedAt: Date | null;
  consentBy: 'own-account' | 'signed-document' | null;
  evidence: string | null;
  endedBy: string | null;
  endedAt: Date | null;
  endReason: string | null;
}

const columns = /* sql */ `id, brand_id AS "brandId", partner_id AS "partnerId", valid_from AS "validFrom", valid_until AS "validUntil", text_version AS "textVersion", text_sha256 AS "textSha256",
  offered_by AS "offeredBy", offered_at AS "offeredAt", consented_by AS "consentedBy", consented_at AS "consentedAt", consent_by AS "consentBy", evidence,
  ended_by AS "endedBy", ended_at AS "endedAt", ends_on AS "endsOn", end_reason AS "endReason",
  CASE WHEN ended_by IS NOT NULL THEN 'ended' WHEN consented_by IS NOT NULL THEN 'agreed' ELSE 'offered' END AS status`;

export async function insertAgreement(tx: Tx, row: AgreementRow): Promise<void> {
  await tx.query(
    `INSERT INTO self_billing_agreement (id, brand_id, partner_id, valid_from, valid_until, text_version, text_sha256, offered_by, offered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [row.id, row.brandId, row.partnerId, row.validFrom, row.validUntil, row.textVersion, row.textSha256, row.offeredBy, row.offeredAt],
  );
}

export async function lockAgreement(tx: Tx, id: string): Promise<AgreementRow | undefined> {
  const { rows } = await tx.query<AgreementRow>(`SELECT ${columns} FROM self_billing_agreement WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** A page, newest first. */
export async function listAgreements(
  tx: Tx,
  filter: { brandId?: string | undefined; partnerId?: string | undefined; before?: string | undefined; limit: number },
): Promise<AgreementRow[]> {
  const { brandId, partnerId, before, limit } = filter;
  const { rows } = await tx.query<AgreementRow>(
    `SELECT ${columns} FROM self_billing_agreement WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR partner_id = $2) AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [brandId ?? null, partnerId ?? null, before ?? null, limit],
  );
  return rows;
}

/** Those that the partners of these brands have consented to, the oldest first. */
export async function agreementsOf(tx: Tx, brandIds: readonly string[], partnerIds: readonly string[]): Promise<AgreementRow[]> {
  const { rows } = await tx.query<AgreementRow>(
    `SELECT ${columns} FROM self_billing_agreement WHERE brand_id = ANY ($1) AND partner_id = ANY ($2) AND consented_by IS NOT NULL ORDER BY id`,
    [brandIds, partnerIds],
  );
  return rows;
}

/** An agreement as the API shows it. */
export function agreementView(row: AgreementRow) {
  const { offeredAt, consentedAt, endedAt, ...rest } = row;
  return {
    ...rest,
    offeredAt: offeredAt.toISOString(),
    consentedAt: consentedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

const sequences = { offered: 1, agreed: 2, ended: 3 } as const;

/** What became of it. */
export function agreementEvent(
  row: AgreementRow,
  { actorId }: EventContext,
  now: Date,
): NewEvent<'payouts.self-billing-agreement.changed.v1'> {
  const { id: agreementId, partnerId, brandId, validFrom, validUntil, textVersion, status } = row;
  const changed = { changedBy: actorId, changedAt: now.toISOString() };
  return {
    type: 'payouts.self-billing-agreement.changed.v1',
    subject: agreementId,
    partnerId,
    brandId,
    sequence: sequences[status],
    data: { agreementId, partnerId, brandId, validFrom, validUntil, textVersion, status, ...changed },
  };
}
