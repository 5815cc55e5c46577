import type { Dated, PartnerProfile, TagSpan } from '@tributary/engine';
import { rowsOf, type Tx } from '@tributary/messaging';
import type { Profile } from './domain/profile-changes.js';

export interface PartnerRow {
  partnerId: string;
  sequence: number;
  status: string;
  profile: Profile;
}

/** What is known of partners so far, locked, in the order of their ids. */
export async function profilesOf(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, { sequence: number; profile: Profile }>> {
  const { rows } = await tx.query<Profile & { partnerId: string; sequence: number }>(
    'SELECT partner_id AS "partnerId", sequence, tags, tiers, parents FROM partner WHERE partner_id = ANY($1) ORDER BY partner_id FOR UPDATE',
    [partnerIds],
  );
  return new Map(rows.map(({ partnerId, sequence, tags, tiers, parents }) => [partnerId, { sequence, profile: { tags, tiers, parents } }]));
}

const columns = { partner_id: 'text', sequence: 'int', status: 'text', tags: 'jsonb', tiers: 'jsonb', parents: 'jsonb' };

export async function savePartners(tx: Tx, partners: readonly PartnerRow[]): Promise<void> {
  await tx.query(
    `INSERT INTO partner (${Object.keys(columns).join(', ')}) SELECT * FROM ${rowsOf(columns)} new ORDER BY new.partner_id
     ON CONFLICT (partner_id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status, tags = excluded.tags, tiers = excluded.tiers, parents = excluded.parents
     WHERE excluded.sequence > partner.sequence`,
    [
      partners.map(({ partnerId }) => partnerId),
      partners.map(({ sequence }) => sequence),
      partners.map(({ status }) => status),
      partners.map(({ profile }) => JSON.stringify(profile.tags)),
      partners.map(({ profile }) => JSON.stringify(profile.tiers)),
      partners.map(({ profile }) => JSON.stringify(profile.parents)),
    ],
  );
}

/** Everybody who has ever stood below these partners, themselves included. */
export async function partnersBelow(tx: Tx, partnerIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ partnerId: string }>(
    `WITH RECURSIVE below AS (
       SELECT unnest($1::text[]) AS partner_id
       UNION
       SELECT partner.partner_id FROM below JOIN partner ON partner.parents @> jsonb_build_array(jsonb_build_object('parentId', below.partner_id))
     )
     SELECT partner_id AS "partnerId" FROM below`,
    [partnerIds],
  );
  return rows.map(({ partnerId }) => partnerId);
}

/** Where partners have conversions since an instant. */
export async function placesWithConversions(
  tx: Tx,
  partnerIds: readonly string[],
  from: string,
): Promise<{ brandId: string; partnerId: string }[]> {
  const { rows } = await tx.query<{ brandId: string; partnerId: string }>(
    `SELECT brand.brand_id AS "brandId", wanted.partner_id AS "partnerId" FROM brand CROSS JOIN unnest($1::text[]) AS wanted(partner_id)
     WHERE EXISTS (SELECT FROM conversion WHERE conversion.brand_id = brand.brand_id AND conversion.partner_id = wanted.partner_id AND conversion.occurred_at >= $2)
     ORDER BY 1, 2`,
    [partnerIds, from],
  );
  return rows;
}

interface Told {
  partnerId: string;
  tags: TagSpan[];
  tiers: { tier: string | null; effectiveFrom: string; recordedAt: string }[];
  parents: { parentId: string | null; effectiveFrom: string; recordedAt: string }[];
}

/** Partners and everybody who has ever stood above them. */
export async function partnersWithUplines(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, PartnerProfile>> {
  if (partnerIds.length === 0) return new Map();
  const { rows } = await tx.query<Told>(
    `WITH RECURSIVE above AS (
       SELECT unnest($1::text[]) AS partner_id
       UNION
       SELECT step ->> 'parentId' FROM above JOIN partner USING (partner_id) CROSS JOIN jsonb_array_elements(partner.parents) AS step WHERE step ->> 'parentId' IS NOT NULL
     )
     SELECT partner_id AS "partnerId", tags, tiers, parents FROM above JOIN partner USING (partner_id)`,
    [[...new Set(partnerIds)]],
  );
  return new Map(
    rows.map(({ partnerId, tags, tiers, parents }) => [
      partnerId,
      {
        partnerId,
        tags,
        tiers: tiers.map(({ tier, ...rest }): Dated<string> => ({ value: tier, ...rest })),
        parents: parents.map(({ parentId, ...rest }): Dated<string> => ({ value: parentId, ...rest })),
      },
    ]),
  );
}
