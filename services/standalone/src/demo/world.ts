/** What the sandbox is made of. Everything random comes from one seed, so every sandbox is alike. */

export interface DemoBrand {
  name: string;
  slug: string;
  currency: string;
  timeZone: string;
  /** Event kinds with the range of their amounts in minor units, and how often they happen among ten. */
  kinds: readonly { type: string; from: number; to: number; weight: number }[];
  components: readonly object[];
}

export const brands: readonly DemoBrand[] = [
  {
    name: 'Northwind Shop',
    slug: 'northwind-shop',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    kinds: [
      { type: 'sale', from: 1_500, to: 40_000, weight: 8 },
      { type: 'lead', from: 0, to: 0, weight: 2 },
    ],
    components: [
      { on: 'sale', model: 'percentage', rate: '0.10' },
      { on: 'lead', model: 'flat', amount: 250 },
    ],
  },
  {
    name: 'Harbour Casino',
    slug: 'harbour-casino',
    currency: 'EUR',
    timeZone: 'Europe/Malta',
    kinds: [
      { type: 'deposit', from: 1_000, to: 120_000, weight: 7 },
      { type: 'lead', from: 0, to: 0, weight: 3 },
    ],
    components: [
      { on: 'deposit', model: 'flat-plus-percentage', amount: 2_000, rate: '0.05', qualify: { minAmount: 5_000 } },
      { on: 'lead', model: 'flat', amount: 100 },
    ],
  },
  {
    name: 'Meridian Prop Trading',
    slug: 'meridian-prop',
    currency: 'USD',
    timeZone: 'America/New_York',
    kinds: [{ type: 'challenge-purchase', from: 9_900, to: 109_900, weight: 10 }],
    components: [{ on: 'challenge-purchase', model: 'percentage', rate: '0.15' }],
  },
];

const first = [
  'Alder',
  'Birch',
  'Cedar',
  'Dune',
  'Ember',
  'Fjord',
  'Grove',
  'Heron',
  'Iris',
  'Juniper',
  'Kestrel',
  'Lark',
  'Maple',
  'Nova',
  'Otter',
  'Pine',
];
const second = ['Media', 'Reviews', 'Deals', 'Digest'];
export const countries = ['DE', 'GB', 'FR', 'ES', 'PL', 'US', 'NL', 'MT'];

/** 64 names, all different. */
export const partnerNames: readonly string[] = second.flatMap((kind) => first.map((name) => `${name} ${kind}`));

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
