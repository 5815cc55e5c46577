import type { Tx } from '@tributary/messaging';

/** Where a brand is established; its name, address and VAT number are encrypted under its key. */
export interface TaxProfileRow {
  brandId: string;
  version: number;
  country: string;
  usSource: boolean;
  content: string;
  createdBy: string;
  createdAt: Date;
}
export interface TaxProfileContent {
  legalName: string;
  address: string;
  vatNumber: string | null;
}

/** Of each brand the newest version, as far as it has one. */
export async function taxProfilesOf(tx: Tx, brandIds: readonly string[]): Promise<Map<string, TaxProfileRow>> {
  const { rows } = await tx.query<TaxProfileRow>(
    `SELECT DISTINCT ON (brand_id) brand_id AS "brandId", version, country, us_source AS "usSource", content, created_by AS "createdBy", created_at AS "createdAt"
     FROM tax_profile WHERE brand_id = ANY ($1) ORDER BY brand_id, version DESC`,
    [brandIds],
  );
  return new Map(rows.map((row) => [row.brandId, row]));
}

/** Writes the next version; those who write at once wait for each other. */
export async function addTaxProfile(tx: Tx, profile: Omit<TaxProfileRow, 'version'>): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`tax-profile:${profile.brandId}`]);
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO tax_profile (brand_id, version, country, us_source, content, created_by, created_at)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM tax_profile WHERE brand_id = $1 RETURNING version`,
    [profile.brandId, profile.country, profile.usSource, profile.content, profile.createdBy, profile.createdAt],
  );
  return rows[0]?.version ?? 0;
}
