import type { Terms } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { DealVersionRecord } from './domain/deal.js';

type Row = Omit<DealVersionRecord, 'effectiveFrom' | 'recordedAt' | 'terms'> & { effectiveFrom: Date; recordedAt: Date; terms: Terms };

const selected = `deal_id AS "dealId", version, partner_id AS "partnerId", brand_id AS "brandId", program_id AS "programId", status,
  effective_from AS "effectiveFrom", recorded_at AS "recordedAt", terms, reason, author_id AS "authorId", document_hash AS "documentHash"`;

const fromRow = (row: Row): DealVersionRecord => ({
  ...row,
  effectiveFrom: row.effectiveFrom.toISOString(),
  recordedAt: row.recordedAt.toISOString(),
});

async function select(tx: Tx, where: string, values: unknown[]): Promise<DealVersionRecord[]> {
  const { rows } = await tx.query<Row>(`SELECT ${selected} FROM deal_version WHERE ${where}`, values);
  return rows.map(fromRow);
}

export async function insertVersion(tx: Tx, deal: DealVersionRecord): Promise<void> {
  await tx.query(
    `INSERT INTO deal_version (deal_id, version, partner_id, brand_id, program_id, status, effective_from, recorded_at, terms, reason, author_id, document_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      deal.dealId,
      deal.version,
      deal.partnerId,
      deal.brandId,
      deal.programId,
      deal.status,
      deal.effectiveFrom,
      deal.recordedAt,
      JSON.stringify(deal.terms),
      deal.reason,
      deal.authorId,
      deal.documentHash,
    ],
  );
}

export const versionsOfDeal = (tx: Tx, dealId: string): Promise<DealVersionRecord[]> =>
  select(tx, 'deal_id = $1 ORDER BY version', [dealId]);

/** Every version of every deal of one partner with a brand and programme. */
export const versionsAt = (tx: Tx, place: { partnerId: string; brandId: string; programId: string }): Promise<DealVersionRecord[]> =>
  select(tx, 'brand_id = $1 AND partner_id = $2 AND program_id = $3 ORDER BY deal_id, version', [
    place.brandId,
    place.partnerId,
    place.programId,
  ]);

/** Every version of the deals of these partners, on every brand, and of the deals named. */
export function versionsFor(tx: Tx, partnerIds: readonly string[], dealIds: readonly string[]): Promise<DealVersionRecord[]> {
  return select(tx, 'partner_id = ANY($1) OR deal_id = ANY($2) ORDER BY deal_id, version', [partnerIds, dealIds]);
}

/** The latest version of each deal, newest deal first. */
export function latestVersions(
  tx: Tx,
  filter: { partnerId?: string | undefined; brandId?: string | undefined; before?: string | undefined; limit: number },
): Promise<DealVersionRecord[]> {
  return select(
    tx,
    `($1::text IS NULL OR partner_id = $1) AND ($2::text IS NULL OR brand_id = $2) AND ($3::text IS NULL OR deal_id < $3)
     AND version = (SELECT max(latest.version) FROM deal_version AS latest WHERE latest.deal_id = deal_version.deal_id) ORDER BY deal_id DESC LIMIT $4`,
    [filter.partnerId ?? null, filter.brandId ?? null, filter.before ?? null, filter.limit],
  );
}

export async function knowsPartner(tx: Tx, partnerId: string): Promise<boolean> {
  return (await tx.query('SELECT 1 FROM partner WHERE partner_id = $1', [partnerId])).rowCount > 0;
}

/** A programme of the brand in which the partner is enrolled, the brand's default one first; undefined when there is none. */
export async function programOfPartner(
  tx: Tx,
  { brandId, defaultProgramId }: { brandId: string; defaultProgramId: string },
  partnerId: string,
): Promise<string | undefined> {
  const text =
    'SELECT program_id AS "programId" FROM enrollment WHERE partner_id = $1 AND brand_id = $2 ORDER BY program_id <> $3, enrollment_id LIMIT 1';
  return (await tx.query<{ programId: string }>(text, [partnerId, brandId, defaultProgramId])).rows[0]?.programId;
}

export async function knowsEnrollment(tx: Tx, place: { partnerId: string; brandId: string; programId: string }): Promise<boolean> {
  const text = 'SELECT 1 FROM enrollment WHERE partner_id = $1 AND brand_id = $2 AND program_id = $3';
  return (await tx.query(text, [place.partnerId, place.brandId, place.programId])).rowCount > 0;
}
