import type { Tx } from '@tributary/messaging';
import { timeOfClickId } from '../ids.js';
import type { Due } from './awaited-store.js';
import type { Attribution, Customer, Touch } from './domain/attribute.js';
import { isReversal } from './domain/check-event.js';
import { type Candidate, originalKey, type World } from './domain/decide-batch.js';

/** How long a click may lie in a spool before events stop waiting for it. */
const clickMayComeForMs = 24 * 3_600_000;

// One row of JSON: everything that the candidates name, in one round trip.
const lookUp = /* sql */ `
WITH brand AS (SELECT b.* FROM unnest($1::text[]) w (brand_id) JOIN brands b USING (brand_id)),
  click AS (SELECT c.* FROM unnest($2::text[]) w (id) JOIN clicks c ON c.id = w.id),
  customer AS (SELECT c.* FROM unnest($3::text[]) w (id) JOIN customers c ON c.id = w.id),
  touch AS (SELECT t.* FROM unnest($3::text[]) w (id) JOIN customer_clicks t ON t.customer_id = w.id),
  original AS (
    SELECT v.id, v.brand_id, v.event_id, v.kind, v.program_id, v.attribution
    FROM unnest($4::text[], $5::text[]) w (brand_id, event_id)
    JOIN conversion_keys k ON k.brand_id = w.brand_id AND k.event_id = w.event_id
    JOIN conversions v ON v.id = k.conversion_id
  ),
  lead AS (SELECT partner_id FROM click UNION SELECT partner_id FROM customer UNION SELECT unnest($6::text[])),
  waiting AS (
    SELECT a.conversion_id, a.attempts FROM unnest($7::text[], $8::text[]) w (brand_id, event_id)
    JOIN awaited a ON a.kind = 'original' AND a.key = w.event_id AND a.brand_id = w.brand_id LIMIT 1000
  ),
  enrollment AS (SELECT e.* FROM lead JOIN enrollments e USING (partner_id) WHERE e.brand_id = ANY ($1::text[]))
SELECT json_build_object(
  'brands', (SELECT json_agg(json_build_object('brandId', brand_id, 'windowDays', window_days, 'defaultProgramId', default_program_id)) FROM brand),
  'clicks', (SELECT json_agg(json_build_object('clickId', id, 'linkId', link_id, 'partnerId', partner_id, 'brandId', brand_id, 'programId', program_id,
      'clickedAt', clicked_at, 'traceparent', traceparent)) FROM click),
  'customers', (SELECT json_agg(json_build_object('customerId', id, 'partnerId', partner_id, 'programId', program_id, 'linkId', link_id, 'clickId', click_id,
      'clickedAt', clicked_at)) FROM customer),
  'touches', (SELECT json_agg(json_build_object('customerId', customer_id, 'clickId', click_id, 'linkId', link_id, 'partnerId', partner_id,
      'clickedAt', clicked_at)) FROM touch),
  'originals', (SELECT json_agg(json_build_object('conversionId', id, 'brandId', brand_id, 'eventId', event_id, 'kind', kind, 'programId', program_id,
      'attribution', attribution)) FROM original),
  'enrollments', (SELECT json_agg(json_build_array(brand_id, partner_id, program_id, CASE WHEN status <> 'active' THEN changed_at END)) FROM enrollment),
  'waiting', (SELECT json_agg(json_build_object('conversionId', conversion_id, 'attempts', attempts)) FROM waiting)
) AS world`;

interface TouchRow {
  clickId: string;
  linkId: string;
  partnerId: string;
  clickedAt: string;
}
interface WorldRow {
  waiting: Due[] | null;
  brands: { brandId: string; windowDays: number; defaultProgramId: string }[] | null;
  clicks: (TouchRow & { brandId: string; programId: string; traceparent: string })[] | null;
  customers: ({ customerId: string; programId: string | null } & { [K in keyof TouchRow]: TouchRow[K] | null })[] | null;
  touches: (TouchRow & { customerId: string })[] | null;
  originals:
    | { conversionId: string; brandId: string; eventId: string; kind: string; programId: string; attribution: Attribution | null }[]
    | null;
  /** Brand, partner, programme, and since when it is not active any more. */
  enrollments: [string, string, string, string | null][] | null;
}

const present = (values: readonly (string | null)[]): string[] => [...new Set(values.filter((value) => value !== null))];
const touchOf = ({ clickId, linkId, partnerId, clickedAt }: TouchRow): Touch => ({
  clickId,
  linkId,
  partnerId,
  clickedAt: new Date(clickedAt),
});

/** Reads all that the candidates refer to, and the reversals that wait for any of them. */
export async function readWorld(tx: Tx, candidates: readonly Candidate[]): Promise<World & { waiting: readonly Due[] }> {
  const referring = candidates.filter((candidate) => candidate.originalEventId !== null);
  const originals = candidates.filter((candidate) => !candidate.isReversal);
  const { rows } = await tx.query<{ world: WorldRow }>(lookUp, [
    present(candidates.map((candidate) => candidate.brandId)),
    present(candidates.map((candidate) => candidate.clickRef)),
    present(candidates.map((candidate) => candidate.customerId)),
    referring.map((candidate) => candidate.brandId),
    referring.map((candidate) => candidate.originalEventId),
    present(candidates.map((candidate) => candidate.namedPartnerId)),
    originals.map((candidate) => candidate.brandId),
    originals.map((candidate) => candidate.eventId),
  ]);
  const world = rows[0]?.world;
  if (!world) throw new Error('the look-up answered no row');
  return worldOf(world, Date.now());
}

function worldOf(row: WorldRow, wallClockMs: number): World & { waiting: readonly Due[] } {
  const enrolledUntil = new Map<string, number>();
  for (const [brandId, partnerId, programId, until] of row.enrollments ?? []) {
    const key = `${brandId} ${partnerId} ${programId}`;
    enrolledUntil.set(key, Math.max(enrolledUntil.get(key) ?? 0, until === null ? Number.POSITIVE_INFINITY : Date.parse(until)));
  }
  return {
    waiting: row.waiting ?? [],
    brands: new Map((row.brands ?? []).map((brand) => [brand.brandId, brand])),
    clicks: new Map((row.clicks ?? []).map((click) => [click.clickId, { ...click, clickedAt: new Date(click.clickedAt) }])),
    customers: customersOf(row),
    originals: new Map(
      (row.originals ?? []).map(({ brandId, eventId, kind, ...original }) => [
        originalKey(brandId, eventId),
        { ...original, isReversal: isReversal(kind) },
      ]),
    ),
    isEnrolled: (brandId, partnerId, programId, at) => at.getTime() < (enrolledUntil.get(`${brandId} ${partnerId} ${programId}`) ?? 0),
    clickMayCome(clickId) {
      const madeAt = timeOfClickId(clickId);
      return madeAt !== undefined && Math.abs(wallClockMs - madeAt) < clickMayComeForMs;
    },
  };
}

function customersOf(row: WorldRow): Map<string, Customer> {
  const clicks = new Map<string, Touch[]>();
  for (const { customerId, ...touch } of row.touches ?? []) clicks.set(customerId, [...(clicks.get(customerId) ?? []), touchOf(touch)]);
  return new Map(
    (row.customers ?? []).map(({ customerId, programId, clickId, linkId, partnerId, clickedAt }) => {
      const bound = clickId !== null && linkId !== null && partnerId !== null && clickedAt !== null && programId !== null;
      const binding = bound ? { ...touchOf({ clickId, linkId, partnerId, clickedAt }), programId } : null;
      return [customerId, { customerId, binding, clicks: clicks.get(customerId) ?? [] }];
    }),
  );
}
