import type { Terms } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';

/** A version of a template: never changed, like those of deals. */
export interface TemplateVersion {
  templateId: string;
  version: number;
  brandId: string;
  name: string;
  terms: Terms;
  reason: string | null;
  authorId: string;
  recordedAt: Date;
  /** SHA-256 of the canonical terms document. */
  documentHash: string;
}

const selected = `template_id AS "templateId", version, brand_id AS "brandId", name, terms, reason, author_id AS "authorId", recorded_at AS "recordedAt",
  document_hash AS "documentHash"`;

export async function insertTemplateVersion(tx: Tx, one: TemplateVersion): Promise<void> {
  await tx.query(
    `INSERT INTO deal_template_version (template_id, version, brand_id, name, terms, reason, author_id, recorded_at, document_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      one.templateId,
      one.version,
      one.brandId,
      one.name,
      JSON.stringify(one.terms),
      one.reason,
      one.authorId,
      one.recordedAt,
      one.documentHash,
    ],
  );
}

/** The version asked for, else the latest; undefined when there is none, or none to be seen. */
export async function findTemplate(tx: Tx, templateId: string, version?: number): Promise<TemplateVersion | undefined> {
  const { rows } = await tx.query<TemplateVersion>(
    `SELECT ${selected} FROM deal_template_version WHERE template_id = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
    [templateId, version ?? null],
  );
  return rows[0];
}

/** The latest version of each template, newest template first. */
export async function latestTemplates(
  tx: Tx,
  filter: { brandId?: string | undefined; before?: string | undefined; limit: number },
): Promise<TemplateVersion[]> {
  const { rows } = await tx.query<TemplateVersion>(
    `SELECT DISTINCT ON (template_id) ${selected} FROM deal_template_version
     WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR template_id < $2) ORDER BY template_id DESC, version DESC LIMIT $3`,
    [filter.brandId ?? null, filter.before ?? null, filter.limit],
  );
  return rows;
}
