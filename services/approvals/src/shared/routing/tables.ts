import { defaultPayoutRows, type RoutedKind } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { formatMajor } from '@tributary/money';
import { fieldsOf } from '@tributary/rules';
import type { PartnerProfile } from '../profile-store.js';
import { type BrandLimits, defaultTable } from './domain/default-table.js';
import { factsOf, lookBackOf, type RoutedEntry } from './domain/facts.js';
import { type Routed, type RoutingRow, type RoutingTable, route } from './domain/table.js';
import type { Flag, RoutingStore } from './routing-store.js';

const dayMs = 24 * 60 * 60 * 1000;

/** The table of each brand at an instant: its version in force, else the one that its limits make. */
export async function tablesOf(
  routing: RoutingStore,
  tx: Tx,
  limits: ReadonlyMap<string, BrandLimits>,
  at: Date,
  appliesTo: RoutedKind = 'commissions',
): Promise<Map<string, RoutingTable>> {
  const written = await routing.inForce(tx, appliesTo, [...limits.keys()], at);
  return new Map(
    [...limits].map(([brandId, own]) => {
      const policy = written.get(brandId);
      return [brandId, policy ? { policyVersion: policy.version, rows: policy.rows } : ownTable(appliesTo, own)];
    }),
  );
}

const ownTable = (appliesTo: RoutedKind, own: BrandLimits): RoutingTable =>
  appliesTo === 'payouts' ? { policyVersion: null, rows: defaultPayoutRows(own.financeThreshold) as RoutingRow[] } : defaultTable(own);

/** Routes the entries of one batch. */
export interface Router {
  route(entry: RoutedEntry & { brandId: string; partnerId: string }, limits: BrandLimits, partner: PartnerProfile): Routed;
}

/** The tables of the brands and, where rows look back, the hits on the partners' commissions. */
export async function routerFor(
  routing: RoutingStore,
  tx: Tx,
  limits: ReadonlyMap<string, BrandLimits>,
  partnerIds: readonly string[],
  now: Date,
): Promise<Router> {
  const tables = await tablesOf(routing, tx, limits, now);
  const days = new Map([...tables].map(([brandId, table]) => [brandId, lookBacks(table)]));
  const furthest = Math.max(0, ...[...days.values()].flat());
  const looking = [...days].flatMap(([brandId, own]) => (own.length > 0 ? [brandId] : []));
  const flags = furthest > 0 ? await routing.flagsSince(tx, looking, partnerIds, new Date(now.getTime() - furthest * dayMs)) : [];
  return {
    route(entry, own, partner) {
      const table = tables.get(entry.brandId);
      if (!table) throw new Error(`no routing table of brand ${entry.brandId}`);
      const met = flags.filter(({ brandId, partnerId }) => brandId === entry.brandId && partnerId === entry.partnerId);
      const facts = factsOf(entry, {
        brandId: entry.brandId,
        brandCurrency: own.currency,
        partner: { ...partner, tags: tagsAt(partner, now) },
        flags: Object.fromEntries((days.get(entry.brandId) ?? []).map((one) => [one, countSince(met, now.getTime() - one * dayMs)])),
      });
      return route(table, facts, `${formatMajor(entry.amount, entry.currency)} ${entry.currency}`);
    },
  };
}

const lookBacks = ({ rows }: RoutingTable): number[] => [
  ...new Set(rows.flatMap(({ when }) => (when ? fieldsOf(when) : [])).flatMap((field) => lookBackOf(field) ?? [])),
];
/** The edge is inside. */
const countSince = (flags: readonly Flag[], since: number): number => flags.filter(({ createdAt }) => createdAt.getTime() >= since).length;

function tagsAt({ tags }: PartnerProfile, at: Date): string[] {
  const now = at.getTime();
  const held = tags.filter(
    ({ effectiveFrom, effectiveTo }) => Date.parse(effectiveFrom) <= now && !(effectiveTo && Date.parse(effectiveTo) <= now),
  );
  return held.map(({ tag }) => tag);
}
