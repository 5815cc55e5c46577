import type { Terms } from '@tributary/engine';
import { jsonList, rowsOf, type Tx } from '@tributary/messaging';
import { needsOf } from '../shared/domain/needs.js';
import type { DealVersionRecord, RatedVersion } from './domain/deal.js';
import { counted, type StatusChange } from './domain/lifecycle.js';

type RatedRow = Omit<RatedVersion, 'effectiveFrom' | 'recordedAt' | 'terms'> & { effectiveFrom: Date; recordedAt: Date; terms: Terms };
type Origin = Pick<DealVersionRecord, 'templateId' | 'templateVersion' | 'batchId'>;
type Row = RatedRow & Origin & { changes: StatusChange[] };

const asWritten = `deal_id AS "dealId", version, partner_id AS "partnerId", brand_id AS "brandId", program_id AS "programId", effective_from AS "effectiveFrom",
  reason, author_id AS "authorId", document_hash AS "documentHash"`;
const selected = `${asWritten}, terms, status, recorded_at AS "recordedAt", template_id AS "templateId", template_version AS "templateVersion", batch_id AS "batchId",
  (SELECT coalesce(json_agg(json_build_object('status', became.status, 'at', became.at, 'actorId', became.actor_id, 'note', became.note) ORDER BY became.at), '[]')
   FROM deal_status AS became WHERE became.deal_id = deal_version.deal_id AND became.version = deal_version.version) AS changes`;

const instantsOf = (row: Pick<RatedRow, 'effectiveFrom' | 'recordedAt'>) => ({
  effectiveFrom: row.effectiveFrom.toISOString(),
  recordedAt: row.recordedAt.toISOString(),
});

/** A version from what was written and what became of it. */
export function recordFrom(written: RatedVersion & Origin, changes: readonly StatusChange[]): DealVersionRecord {
  const iso = changes.map((change) => ({ ...change, at: new Date(change.at).toISOString() }));
  return { ...counted(written, iso), writtenAt: written.recordedAt, changes: iso };
}

async function select(tx: Tx, where: string, values: unknown[]): Promise<DealVersionRecord[]> {
  const { rows } = await tx.query<Row>(`SELECT ${selected} FROM deal_version WHERE ${where}`, values);
  return rows.map(({ changes, ...row }) => recordFrom({ ...row, ...instantsOf(row) }, changes));
}

const written = {
  deal_id: 'text',
  version: 'int',
  partner_id: 'text',
  brand_id: 'text',
  program_id: 'text',
  status: 'text',
  effective_from: 'timestamptz',
  recorded_at: 'timestamptz',
  terms: 'json list',
  reason: 'text',
  author_id: 'text',
  document_hash: 'text',
  template_id: 'text',
  template_version: 'int',
  batch_id: 'text',
};
const insertWritten = `INSERT INTO deal_version (${Object.keys(written).join(', ')})
SELECT ${Object.keys(written)
  .map((name) => (name === 'terms' ? 'terms::json' : name))
  .join(', ')} FROM ${rowsOf(written)} new`;

/** Writes new versions, however many, in one statement. The books of their brands are locked. */
export async function insertVersions(tx: Tx, deals: readonly DealVersionRecord[]): Promise<void> {
  if (deals.length === 0) return;
  const asking = deals.filter(({ terms }) => needsOf(terms).history).map(({ brandId }) => brandId);
  if (asking.length > 0) await tx.query('UPDATE brand SET asks_history = true WHERE brand_id = ANY($1) AND NOT asks_history', [asking]);
  await tx.query(insertWritten, [
    deals.map((deal) => deal.dealId),
    deals.map((deal) => deal.version),
    deals.map((deal) => deal.partnerId),
    deals.map((deal) => deal.brandId),
    deals.map((deal) => deal.programId),
    deals.map((deal) => deal.status),
    deals.map((deal) => deal.effectiveFrom),
    deals.map((deal) => deal.writtenAt),
    jsonList(deals.map((deal) => JSON.stringify(deal.terms))),
    deals.map((deal) => deal.reason),
    deals.map((deal) => deal.authorId),
    deals.map((deal) => deal.documentHash),
    deals.map((deal) => deal.templateId),
    deals.map((deal) => deal.templateVersion),
    deals.map((deal) => deal.batchId),
  ]);
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

/** The same of many partners with a brand, in every programme. */
export const versionsOfPartners = (tx: Tx, brandId: string, partnerIds: readonly string[]): Promise<DealVersionRecord[]> =>
  select(tx, 'brand_id = $1 AND partner_id = ANY($2) ORDER BY deal_id, version', [brandId, partnerIds]);

/**
 * Every version of the deals of these partners, on every brand, and of the deals named. As rating wants them: what became of a version is
 * folded into its status, and explanations stay short.
 */
export async function versionsFor(tx: Tx, partnerIds: readonly string[], dealIds: readonly string[]): Promise<RatedVersion[]> {
  const { rows } = await tx.query<Omit<RatedRow, 'terms'> & { terms: string }>(
    `SELECT ${asWritten}, terms::text AS terms, coalesce(activation.status, written.status) AS status, coalesce(activation.at, written.recorded_at) AS "recordedAt"
     FROM deal_version AS written LEFT JOIN (SELECT deal_id, version, status, at FROM deal_status WHERE status = 'active') AS activation USING (deal_id, version)
     WHERE partner_id = ANY($1) OR deal_id = ANY($2) ORDER BY deal_id, version`,
    [partnerIds, dealIds],
  );
  // Very many deals have the same terms: read, and made complete, once.
  const read = new Map<string, Terms>();
  const termsOf = (text: string): Terms => {
    const terms = read.get(text) ?? (JSON.parse(text) as Terms);
    read.set(text, terms);
    return terms;
  };
  return rows.map((row) => ({ ...row, ...instantsOf(row), terms: termsOf(row.terms) }));
}

/** Every version of the deals that were made from a template. */
export const versionsOfTemplate = (tx: Tx, templateId: string): Promise<DealVersionRecord[]> =>
  select(tx, 'deal_id IN (SELECT deal_id FROM deal_version WHERE template_id = $1) ORDER BY deal_id, version', [templateId]);

/** Every version of the deals named. */
export const versionsOfDeals = (tx: Tx, dealIds: readonly string[]): Promise<DealVersionRecord[]> =>
  select(tx, 'deal_id = ANY($1) ORDER BY deal_id, version', [dealIds]);

/** Which of these partners have conversions of the brand since an instant. */
export async function partnersWithFacts(tx: Tx, brandId: string, partnerIds: readonly string[], since: string): Promise<Set<string>> {
  const { rows } = await tx.query<{ partnerId: string }>(
    `SELECT partner_id AS "partnerId" FROM unnest($2::text[]) AS partner_id
     WHERE EXISTS (SELECT FROM conversion WHERE conversion.brand_id = $1 AND conversion.partner_id = partner_id.partner_id AND occurred_at >= $3)`,
    [brandId, partnerIds, since],
  );
  return new Set(rows.map(({ partnerId }) => partnerId));
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
