import type { Tx } from '@tributary/messaging';
import { timeOfClickId } from '../ids.js';
import type { Due } from './awaited-store.js';
import type { Assignment } from './domain/assignment.js';
import type { Attribution, ClickSignals, Customer, Touch } from './domain/attribute.js';
import { isReversal } from './domain/check-event.js';
import { type Candidate, originalKey, type World } from './domain/decide-batch.js';

/** How long a click may lie in a spool before events stop waiting for it. */
const clickMayComeForMs = 24 * 3_600_000;

/** What is looked up: for each, where it is found and what of it is told. */
const parts = {
  brands: {
    as: 'brand',
    from: 'SELECT b.* FROM unnest($1::text[]) w (brand_id) JOIN brands b USING (brand_id)',
    tell: "json_build_object('brandId', brand_id, 'windowDays', window_days, 'defaultProgramId', default_program_id)",
  },
  clicks: {
    as: 'click',
    from: 'SELECT c.* FROM unnest($2::text[]) w (id) JOIN clicks c ON c.id = w.id',
    tell: `json_build_object('clickId', id, 'linkId', link_id, 'partnerId', partner_id, 'brandId', brand_id, 'programId', program_id,
      'clickedAt', clicked_at, 'traceparent', traceparent,
      'signals', json_build_object('referrerHost', referrer_host, 'device', device, 'visitor', visitor))`,
  },
  customers: {
    as: 'customer',
    from: 'SELECT c.* FROM unnest($3::text[]) w (id) JOIN customers c ON c.id = w.id',
    tell: `json_build_object('customerId', id, 'partnerId', partner_id, 'programId', program_id, 'linkId', link_id, 'clickId', click_id,
      'clickedAt', clicked_at, 'assignments', assignments)`,
  },
  touches: {
    as: 'touch',
    from: 'SELECT t.* FROM unnest($3::text[]) w (id) JOIN customer_clicks t ON t.customer_id = w.id',
    tell: `json_build_object('customerId', customer_id, 'clickId', click_id, 'linkId', link_id, 'partnerId', partner_id, 'clickedAt', clicked_at)`,
  },
  originals: {
    as: 'original',
    from: `SELECT v.id, v.brand_id, v.event_id, v.kind, v.program_id, v.attribution
      FROM unnest($4::text[], $5::text[]) w (brand_id, event_id)
      JOIN conversion_keys k ON k.brand_id = w.brand_id AND k.event_id = w.event_id
      JOIN conversions v ON v.id = k.conversion_id`,
    tell: `json_build_object('conversionId', id, 'brandId', brand_id, 'eventId', event_id, 'kind', kind, 'programId', program_id,
      'attribution', attribution)`,
  },
  waiting: {
    as: 'waiting',
    from: `SELECT a.conversion_id, a.attempts FROM unnest($7::text[], $8::text[]) w (brand_id, event_id)
      JOIN awaited a ON a.kind = 'original' AND a.key = w.event_id AND a.brand_id = w.brand_id LIMIT 1000`,
    tell: "json_build_object('conversionId', conversion_id, 'attempts', attempts)",
  },
} as const;
type Part = keyof typeof parts;

/**
 * One row of JSON: everything that the candidates name, in one round trip. What none of them names is left out of the statement: most
 * groups need few of its parts, and each costs PostgreSQL as much as some ten rows. `named` gives every parameter its type; nobody reads it.
 */
function lookUpOf(wanted: readonly Part[]): string {
  const leads = ['SELECT unnest($6::text[]) AS partner_id'];
  if (wanted.includes('clicks')) leads.push('SELECT partner_id FROM click');
  if (wanted.includes('customers')) {
    leads.push('SELECT partner_id FROM customer', "SELECT given->>'partnerId' FROM customer, jsonb_array_elements(assignments) given");
  }
  return /* sql */ `
WITH named AS (SELECT $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]),
  ${wanted.map((part) => `${parts[part].as} AS (${parts[part].from})`).join(',\n  ')},
  lead AS (${leads.join(' UNION ')}),
  enrollment AS (SELECT e.* FROM lead JOIN enrollments e USING (partner_id) WHERE e.brand_id = ANY ($1::text[]))
SELECT json_build_object(
  ${wanted.map((part) => `'${part}', (SELECT json_agg(${parts[part].tell}) FROM ${parts[part].as})`).join(',\n  ')},
  'enrollments', (SELECT json_agg(json_build_array(brand_id, partner_id, program_id, CASE WHEN status <> 'active' THEN changed_at END)) FROM enrollment)
) AS world`;
}
const lookUps = new Map<string, string>();
function lookUp(wanted: readonly Part[]): string {
  const key = wanted.join(' ');
  const known = lookUps.get(key) ?? lookUpOf(wanted);
  lookUps.set(key, known);
  return known;
}

interface TouchRow {
  clickId: string;
  linkId: string;
  partnerId: string;
  clickedAt: string;
}
type AssignmentRow = Omit<Assignment, 'effectiveFrom'> & { effectiveFrom: string };
interface WorldRow {
  waiting?: Due[] | null;
  brands: { brandId: string; windowDays: number; defaultProgramId: string }[] | null;
  clicks?: (TouchRow & { brandId: string; programId: string; traceparent: string; signals: ClickSignals })[] | null;
  customers?:
    | ({ customerId: string; programId: string | null; assignments: AssignmentRow[] | null } & {
        [K in keyof TouchRow]: TouchRow[K] | null;
      })[]
    | null;
  touches?: (TouchRow & { customerId: string })[] | null;
  originals?:
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
  const clickIds = present(candidates.map((candidate) => candidate.clickRef));
  const customerIds = present(candidates.map((candidate) => candidate.customerId));
  const wanted: Part[] = [
    'brands',
    ...(clickIds.length > 0 ? (['clicks'] as const) : []),
    ...(customerIds.length > 0 ? (['customers', 'touches'] as const) : []),
    ...(referring.length > 0 ? (['originals'] as const) : []),
    ...(originals.length > 0 ? (['waiting'] as const) : []),
  ];
  const { rows } = await tx.query<{ world: WorldRow }>(lookUp(wanted), [
    present(candidates.map((candidate) => candidate.brandId)),
    clickIds,
    customerIds,
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
        { isReversal: isReversal(kind), ...original },
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
    (row.customers ?? []).map(({ customerId, programId, clickId, linkId, partnerId, clickedAt, assignments }) => {
      const bound = clickId !== null && linkId !== null && partnerId !== null && clickedAt !== null && programId !== null;
      const binding = bound ? { programId, ...touchOf({ clickId, linkId, partnerId, clickedAt }) } : null;
      const given = (assignments ?? []).map((one) => ({ ...one, effectiveFrom: new Date(one.effectiveFrom) }));
      return [customerId, { customerId, binding, clicks: clicks.get(customerId) ?? [], assignments: given }];
    }),
  );
}
