import type { DataOf } from '@tributary/contracts';
import { aPartner, type World } from './builders.js';

const tiers = (more: object) => ({
  metric: { measure: 'amount' },
  reset: 'month',
  bounds: 'inclusive',
  bands: [
    { upTo: 30_000, rate: '0.05' },
    { upTo: 60_000, rate: '0.0733' },
    { upTo: null, rate: '0.11' },
  ],
  ...more,
});
const sale = (more: object) => ({ components: [{ name: 'sale', on: 'sale', model: 'percentage', rate: '0.05', ...more }] });
const cap = (limit: number) => ({ measure: 'amount', limit, per: 'month', of: 'partner', afterRefund: 'returns' });

/** Kinds of models with terms before and after an amendment. */
export const modelTerms: [name: string, before: object, after: object][] = [
  ['a percentage', sale({ rate: '0.10' }), sale({ rate: '0.1217' })],
  [
    'a flat amount and a percentage',
    sale({ model: 'flat-plus-percentage', amount: 250 }),
    sale({ model: 'flat-plus-percentage', amount: 99 }),
  ],
  [
    'a whole scale',
    sale({ tiers: tiers({ scale: 'whole', crossing: 'new', retroactive: 'none', demotion: 'keep' }) }),
    sale({ tiers: tiers({ scale: 'whole', crossing: 'old', retroactive: 'none', demotion: 'keep' }) }),
  ],
  ['a marginal scale', sale({}), sale({ tiers: tiers({ scale: 'marginal', retroactive: 'none', demotion: 'unwind' }) })],
  [
    'a retroactive scale',
    sale({ tiers: tiers({ scale: 'whole', crossing: 'new', retroactive: 'none', demotion: 'unwind' }) }),
    sale({ tiers: tiers({ scale: 'whole', crossing: 'new', retroactive: 'all', demotion: 'unwind' }) }),
  ],
  ['caps', sale({ rate: '0.10', caps: [cap(20_000)] }), sale({ rate: '0.10', caps: [cap(3_333)] })],
  ['fractions that accumulate', sale({ rate: '0.0313', subCent: 'accumulate' }), sale({ rate: '0.0417', subCent: 'accumulate' })],
  ['another component', sale({ rate: '0.10' }), { components: [{ name: 'flat', on: 'sale', model: 'flat', amount: 777 }] }],
];

/** Puts one partner above others since the beginning. */
export async function putAbove(world: World, parentId: string, partnerIds: readonly string[]): Promise<void> {
  const since = '2026-01-01T00:00:00.000Z';
  await world.service.sql('UPDATE partner SET parents = $2 WHERE partner_id = ANY($1)', [
    partnerIds,
    JSON.stringify([{ parentId, effectiveFrom: since, recordedAt: since }]),
  ]);
}

export interface LedgerEntry {
  entryId: string;
  partnerId: string;
  conversionId: string;
  component: string;
  period: string;
  currency: string;
  amount: number;
  /** When the conversion occurred that the entry is of. */
  factAt: string;
}

/** The whole journal, in the order of recording. */
export const ledgerOf = async ({ service, brandId }: World): Promise<LedgerEntry[]> =>
  (
    await service.sql<LedgerEntry & { occurredAt: Date }>(
      `SELECT entry_id AS "entryId", entry.partner_id AS "partnerId", conversion_id AS "conversionId", component, period, entry.currency, entry.amount::int AS amount,
         fact.occurred_at AS "occurredAt" FROM commission_entry AS entry JOIN conversion AS fact USING (conversion_id) WHERE entry.brand_id = $1 ORDER BY recorded_at, entry_id`,
      [brandId],
    )
  ).map(({ occurredAt, ...entry }) => ({ ...entry, factAt: occurredAt.toISOString() }));

export interface Net {
  partnerId: string;
  component: string;
  period: string;
  currency: string;
  amount: number;
}

/** What entries add up to, by partner, component, period and currency; without what comes to nothing, unless it is wanted. */
export function netsOf(entries: readonly LedgerEntry[], withNothing = false): Net[] {
  const nets = new Map<string, Net>();
  for (const { partnerId, component, period, currency, amount } of entries) {
    const key = JSON.stringify({ partnerId, component, period, currency });
    const net = nets.get(key) ?? { partnerId, component, period, currency, amount: 0 };
    nets.set(key, { ...net, amount: net.amount + amount });
  }
  const sorted = [...nets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, net]) => net);
  return withNothing ? sorted : sorted.filter(({ amount }) => amount !== 0);
}

/** What is known of a partner changes, and everything of his is rated again because of it. */
export async function changePartner(
  { service }: World,
  partnerId: string,
  known: { tags?: DataOf<'directory.partner.changed.v1'>['tags']; tiers?: NonNullable<DataOf<'directory.partner.changed.v1'>['tiers']> },
): Promise<void> {
  const [told] = await service.sql<{ tags: never; tiers: never; parents: never; sequence: number }>(
    'SELECT tags, tiers, parents, sequence FROM partner WHERE partner_id = $1',
    [partnerId],
  );
  if (told === undefined) throw new Error(`nobody knows partner ${partnerId}`);
  const { sequence, ...profile } = told;
  const event = aPartner(partnerId);
  await service.deliver({ ...event, sequence: sequence + 1, data: { ...event.data, ...profile, ...known } });
}
