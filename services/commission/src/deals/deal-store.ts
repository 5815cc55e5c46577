import type { Terms } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { DealVersionRecord, RatedVersion } from './domain/deal.js';
import { counted, type StatusChange } from './domain/lifecycle.js';

type RatedRow = Omit<RatedVersion, 'effectiveFrom' | 'recordedAt' | 'terms'> & { effectiveFrom: Date; recordedAt: Date; terms: Terms };
type Row = RatedRow & { changes: StatusChange[] };

const asWritten = `deal_id AS "dealId", version, partner_id AS "partnerId", brand_id AS "brandId", program_id AS "programId", effective_from AS "effectiveFrom",
  terms, reason, author_id AS "authorId", document_hash AS "documentHash"`;
const selected = `${asWritten}, status, recorded_at AS "recordedAt",
  (SELECT coalesce(json_agg(json_build_object('status', became.status, 'at', became.at, 'actorId', became.actor_id, 'note', became.note) ORDER BY became.at), '[]')
   FROM deal_status AS became WHERE became.deal_id = deal_version.deal_id AND became.version = deal_version.version) AS changes`;

const instantsOf = (row: RatedRow) => ({ effectiveFrom: row.effectiveFrom.toISOString(), recordedAt: row.recordedAt.toISOString() });

/** A version from what was written and what became of it. */
export function recordFrom<V extends RatedVersion>(written: V, changes: readonly StatusChange[]): V & DealVersionRecord {
  const iso = changes.map((change) => ({ ...change, at: new Date(change.at).toISOString() }));
  return { ...counted(written, iso), writtenAt: written.recordedAt, changes: iso };
}

async function select(tx: Tx, where: string, values: unknown[]): Promise<DealVersionRecord[]> {
  const { rows } = await tx.query<Row>(`SELECT ${selected} FROM deal_version WHERE ${where}`, values);
  return rows.map(({ changes, ...row }) => recordFrom({ ...row, ...instantsOf(row) }, changes));
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

export async function insertChange(tx: Tx, deal: DealVersionRecord, { status, at, actorId, note }: StatusChange): Promise<void> {
  await tx.query(
    'INSERT INTO deal_status (deal_id, version, status, partner_id, brand_id, at, actor_id, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
    [deal.dealId, deal.version, status, deal.partnerId, deal.brandId, at, actorId, note],
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

/**
 * Every version of the deals of these partners, on every brand, and of the deals named. As rating wants them: what became of a version is
 * folded into its status, and explanations stay short.
 */
export async function versionsFor(tx: Tx, partnerIds: readonly string[], dealIds: readonly string[]): Promise<RatedVersion[]> {
  const { rows } = await tx.query<RatedRow>(
    `SELECT ${asWritten}, coalesce(activation.status, written.status) AS status, coalesce(activation.at, written.recorded_at) AS "recordedAt"
     FROM deal_version AS written LEFT JOIN (SELECT deal_id, version, status, at FROM deal_status WHERE status = 'active') AS activation USING (deal_id, version)
     WHERE partner_id = ANY($1) OR deal_id = ANY($2) ORDER BY deal_id, version`,
    [partnerIds, dealIds],
  );
  return rows.map((row) => ({ ...row, ...instantsOf(row) }));
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
