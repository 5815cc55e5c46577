import type { ConversionData, DealTerms } from '@tributary/contracts';
import { seededRandom } from '@tributary/testkit';

/**
 * Very many facts that nobody has to keep: each is a pure function of its number. Partners stand in trees of three, and each has a deal
 * with both brands, every second one amended in March.
 */
export interface Size {
  events: number;
  /** A multiple of three: 0 stands above 1, which stands above 2, and so on. */
  partners: number;
  seed: number;
}

export const months = ['2026-01', '2026-02', '2026-03', '2026-04'] as const;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const seconds = 120 * 86_400;

/** A fact as far as anybody may ask: amounts in cents, quantities in hundredths. */
export interface Told {
  no: number;
  kind: 'sale' | 'deposit' | 'trade' | 'lead' | 'player-activity' | 'refund';
  partner: number;
  brand: number;
  customer: number;
  at: string;
  /** Of an activity the gross revenue; null on a refund of everything. */
  amount: number | null;
  quantity: number;
  /** Of a refund: the fact that it takes back. */
  of: number | null;
}

const kinds = ['sale', 'sale', 'sale', 'deposit', 'deposit', 'trade', 'trade', 'lead', 'player-activity', 'player-activity'] as const;

/** Every ninth fact takes back the one before it, if that can be taken back; else it is one like any other. */
export function toldAs(no: number, size: Size): Told {
  const before = no % 9 === 8 ? happening(no - 1, size) : null;
  if (before === null || (before.kind !== 'sale' && before.kind !== 'deposit')) return happening(no, size);
  const random = seededRandom(size.seed * 31 + no);
  const whole = random() < 0.4;
  const at = new Date(Math.min(Date.parse(before.at) + Math.floor(random() * 5_000_000) * 1000, start + seconds * 1000)).toISOString();
  return { ...before, no, kind: 'refund', at, amount: whole ? null : Math.ceil((before.amount ?? 0) * random()), of: no - 1 };
}

function happening(no: number, { seed, partners }: Size): Told {
  const random = seededRandom(seed * 1_000_003 + no);
  const pick = (below: number): number => Math.floor(random() * below);
  const kind = kinds[pick(kinds.length)] ?? 'sale';
  const [partner, brand, customer] = [pick(partners), pick(2), pick(25)];
  const at = new Date(start + pick(seconds) * 1000).toISOString();
  const money = kind === 'player-activity' ? pick(90_000) - 42_000 : 500 + pick(40_000);
  return {
    no,
    kind,
    partner,
    brand,
    customer,
    at,
    amount: kind === 'trade' || kind === 'lead' ? null : money,
    quantity: 1 + pick(900),
    of: null,
  };
}

/** Ids as the contract wants them, told from the number. */
const numbered = (prefix: string, no: number): string => `${prefix}_${String(no).padStart(26, '0')}`;
export const idOf = (no: number): string => numbered('cnv', no);
export const eventIdOf = (no: number): string => `event-${String(no).padStart(8, '0')}`;

/** Everything in full shuffle, every twentieth fact twice. */
export function orderOf({ events, seed }: Size): Int32Array {
  const order = new Int32Array(events + Math.floor(events / 20));
  for (let at = 0; at < order.length; at += 1) order[at] = at < events ? at : (at - events) * 20;
  const random = seededRandom(seed);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}

export interface Place {
  brandIds: readonly string[];
  programIds: readonly string[];
  partnerIds: readonly string[];
}

export function conversionOf(told: Told, { brandIds, programIds, partnerIds }: Place): ConversionData {
  const { no, kind, partner, brand, customer, at, amount, quantity, of } = told;
  const isActivity = kind === 'player-activity';
  return {
    conversionId: idOf(no),
    eventId: eventIdOf(no),
    kind,
    brandId: brandIds[brand] ?? '',
    programId: programIds[brand] ?? '',
    customerId: numbered('cus', partner * 100 + customer),
    occurredAt: at,
    receivedAt: at,
    amount: isActivity ? null : amount,
    currency: isActivity || amount !== null ? 'EUR' : null,
    originalEventId: of === null ? null : eventIdOf(of),
    originalConversionId: of === null ? null : idOf(of),
    partnerId: partnerIds[partner] ?? '',
    unattributedReason: null,
    attribution: null,
    contentHash: '0'.repeat(64),
    attributesCommitment: null,
    source: 'api',
    ...(kind === 'trade' ? { details: { quantity: `${quantity / 100}` } } : {}),
    ...(isActivity ? { details: { grossRevenue: amount ?? 0, deductions: { bonus: quantity } } } : {}),
  };
}

export const dealKinds = 7;
export const dealKind = (partner: number, brand: number): number => (partner + brand * 3) % dealKinds;
export const isAmended = (partner: number, brand: number): boolean => (partner + brand) % 2 === 0;
/** Terms by the month change with the month: how a month of two versions is shared is shown elsewhere. */
export const amendedFrom = (kind: number): string => (kind === 4 ? '2026-03-01T00:00:00.000Z' : '2026-03-11T08:00:00.000Z');

type Component = DealTerms['components'][number];
type Bands = NonNullable<Component['tiers']>['bands'];
const tiers = (measure: 'amount' | 'count' | 'customers' | 'quantity', scale: 'marginal' | 'whole', bands: Bands, more: object = {}) =>
  ({
    tiers: { metric: { measure }, reset: 'month', scale, bounds: 'inclusive', demotion: 'unwind', retroactive: 'none', bands, ...more },
  }) as const;

const known = new Map<string, DealTerms>();

/** The terms of a deal's first or second version: a model of its own for each kind of deal, and a share of what is sold below. */
export function termsOf(kind: number, partner: number, version: number): DealTerms {
  const key = `${kind} ${partner % 4} ${version}`;
  const terms = known.get(key) ?? write(kind, partner, version);
  known.set(key, terms);
  return terms;
}

function write(kind: number, partner: number, version: number): DealTerms {
  const pick = <T>(first: T, second: T): T => (version === 1 ? first : second);
  const main: Component[][] = [
    [
      {
        name: 'main',
        on: 'sale',
        model: 'percentage',
        rate: '0.10',
        ...tiers('amount', 'marginal', [
          { upTo: 200_000, rate: pick('0.08', '0.07') },
          { upTo: 600_000, rate: '0.1', fixed: 500 },
          { upTo: null, rate: '0.125', fixed: 900 },
        ]),
      },
    ],
    [
      {
        name: 'main',
        on: 'sale',
        model: 'percentage',
        rate: '0.05',
        ...tiers(
          'count',
          'whole',
          [
            { upTo: 5, rate: pick('0.05', '0.055') },
            { upTo: 15, rate: '0.07' },
            { upTo: null, rate: '0.09' },
          ],
          {
            crossing: 'old',
          },
        ),
        caps: [{ measure: 'amount', limit: pick(30_000, 35_000), per: 'month', of: 'partner', afterRefund: 'returns' }],
      },
    ],
    [
      {
        name: 'main',
        on: 'deposit',
        model: 'flat',
        amount: 1_000,
        ...tiers(
          'customers',
          'whole',
          [
            { upTo: 4, amount: pick(1_000, 1_100) },
            { upTo: 12, amount: 1_500 },
            { upTo: null, amount: 2_000 },
          ],
          {
            retroactive: 'all',
          },
        ),
      },
    ],
    [
      {
        name: 'main',
        on: 'trade',
        model: 'per-unit',
        amount: pick('7.37', '8.41'),
        ...tiers('quantity', 'marginal', [{ upTo: 50 }, { upTo: null, amount: '9.55' }]),
      },
      { name: 'drops', on: 'lead', model: 'flat', amount: '0.77', subCent: 'accumulate' },
    ],
    [
      {
        name: 'share',
        on: 'player-activity',
        model: 'revshare',
        rate: pick('0.40', '0.50'),
        carryover: { policy: 'account', unit: 'commission' },
        waterfall: {
          name: 'net',
          version: 1,
          lines: [
            { name: 'bonus', effect: 'deduct', of: 'bonus' },
            { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.07' },
          ],
        },
      },
      {
        name: 'main',
        on: 'deposit',
        model: 'flat',
        amount: pick(700, 800),
        caps: [{ measure: 'conversions', limit: 2, per: 'month', of: 'customer', afterRefund: 'returns' }],
      },
      { name: 'fee', on: 'lead', model: 'retainer', amount: pick(5_000, 6_000) },
    ],
    [
      {
        name: 'main',
        on: 'lead',
        model: 'flat',
        amount: 100,
        ...tiers(
          'count',
          'whole',
          [
            { upTo: 5, amount: pick(100, 120) },
            { upTo: 20, amount: 150 },
            { upTo: null, amount: 210 },
          ],
          {
            retroactive: 'all',
          },
        ),
      },
    ],
    [
      {
        name: 'main',
        on: 'sale',
        model: 'flat-plus-percentage',
        amount: 50,
        rate: pick('0.031', '0.04'),
        qualify: { minAmount: 2_000 },
        caps: [{ measure: 'amount', limit: 1_500, per: 'month', of: 'customer', afterRefund: 'stays' }],
      },
    ],
  ];
  const above: Component = {
    name: 'above',
    on: 'sale',
    model: 'percentage',
    rate: '0.05',
    downline: {
      levels: ['1', '0.5'],
      of: partner % 2 === 0 ? 'commission' : 'amount',
      funding: partner % 4 === 0 ? 'downline' : 'on-top',
    },
  };
  return { components: [...(main[kind] ?? []), above] };
}

/** The numbers of the facts of each three partners at each brand. */
export function byTree(size: Size): number[][] {
  const trees = Array.from({ length: (size.partners / 3) * 2 }, (): number[] => []);
  for (let no = 0; no < size.events; no += 1) {
    const { partner, brand } = toldAs(no, size);
    trees[Math.floor(partner / 3) * 2 + brand]?.push(no);
  }
  return trees;
}
