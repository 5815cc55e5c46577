import { expect, test } from '@jest/globals';
import { anchors } from '@tributary/calendar';
import { lintTerms, type NetworkKind, payableFrom, type Terms } from '../src/index.js';
import {
  above,
  banded,
  bands,
  type Case,
  capped,
  deal,
  deducting,
  expectOnly,
  germany,
  guard,
  other,
  rule,
  scaled,
  withOthers,
} from './lint-builders.js';
import { flat, percent, perLot } from './terms-builders.js';

/** Conversions or revenue. */
const either = { metric: [{ measure: 'count' }, { measure: 'amount' }], reach: 'any' } as const;
const lowest = { atLeast: [0, 0], rate: '0.1' } as const;
const gold = { atLeast: [50, 1_000_000], rate: '0.2' } as const;

/** Half as much again where the country is another. */
const abroad = (refusedNetworks?: NetworkKind[]): Terms =>
  deal({ ...percent, alternatives: [other('abroad', 1, germany)], ...(refusedNetworks && { qualify: { refusedNetworks } }) });
const everyNetwork: NetworkKind[] = ['residential', 'mobile', 'business', 'data-centre', 'vpn', 'proxy', 'tor'];

const warnings: Case[] = [
  [
    'F-10 countries that anybody may pretend',
    abroad([]),
    '/components/0/qualify/refusedNetworks',
    'hidden-countries-are-paid',
    /The country decides, and no network is refused/,
    abroad(),
  ],
  [
    'F-10 every network refused',
    abroad(everyNetwork),
    '/components/0/qualify/refusedNetworks',
    'every-network-is-refused',
    /only what has no verdict is paid/,
    abroad(everyNetwork.slice(1)),
  ],
  [
    'bands that go down',
    scaled({ bands: bands('0.1', '0.08') }),
    '/components/0/tiers/bands/1/rate',
    'bands-go-down',
    /Band 2 pays 0.08, less than the 0.1/,
    scaled({ bands: bands('0.1', '0.12') }),
  ],
  [
    'bands that pay the same',
    scaled({ bands: bands('0.1', '0.10') }),
    '/components/0/tiers/bands/1/rate',
    'bands-pay-the-same',
    /Bands 1 and 2/,
    scaled({ bands: bands('0.1', '0.12') }),
  ],
  [
    'M-10 a band that pays what came before less than the band below',
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.1' },
        { upTo: null, rate: '0.2', back: { rate: '0.08' } },
      ],
    }),
    '/components/0/tiers/bands/1/back/rate',
    'bands-go-down',
    /When band 2 is reached, what stood before it is paid 0.08, less than the 0.1 of the band below it/,
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.1' },
        { upTo: null, rate: '0.2', back: { rate: '0.10' } },
      ],
    }),
  ],
  [
    'M-10 an amount for what came before that is less than that of the band below',
    scaled(
      {
        retroactive: 'all',
        bands: [
          { upTo: 100_000, amount: 800 },
          { upTo: null, amount: 900, back: { amount: 799 } },
        ],
      },
      perLot,
    ),
    '/components/0/tiers/bands/1/back/amount',
    'bands-go-down',
    /799, less than the 800/,
    scaled(
      {
        retroactive: 'all',
        bands: [
          { upTo: 100_000, amount: 800 },
          { upTo: null, amount: 900, back: { add: 1 } },
        ],
      },
      perLot,
    ),
  ],
  [
    'M-10 a rate for what came before that is less than that of the component, which the band below pays',
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, rate: '0.2', back: { rate: '0.09' } }] }),
    '/components/0/tiers/bands/1/back/rate',
    'bands-go-down',
    /paid 0.09, less than the 0.1 of the band below it/,
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, factor: '0.8' },
        { upTo: null, rate: '0.2', back: { rate: '0.09' } },
      ],
    }),
  ],
  [
    'M-10 a factor that takes from what came before',
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.1' },
        { upTo: null, rate: '0.2', back: { factor: '0.9' } },
      ],
    }),
    '/components/0/tiers/bands/1/back/factor',
    'bands-go-down',
    /When band 2 is reached, what stood before it is multiplied by 0.9: it falls/,
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.1' },
        { upTo: null, rate: '0.2', back: { factor: '1' } },
      ],
    }),
  ],
  [
    'M-10 bands that pay the same, unless one of them pays what came before otherwise',
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.1' },
        { upTo: null, rate: '0.1' },
      ],
    }),
    '/components/0/tiers/bands/1/rate',
    'bands-pay-the-same',
    /Bands 1 and 2/,
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.1' },
        { upTo: 200_000, rate: '0.1', back: { rate: '0.15' } },
        { upTo: null, rate: '0.1' },
      ],
    }),
  ],
  [
    'a count of customers with bounds of money',
    banded('customers', { upTo: 50_000, rate: '0.1' }, { upTo: 100_000, rate: '0.12' }, { upTo: null, rate: '0.2' }),
    '/components/0/tiers/bands',
    'count-bounds-look-like-money',
    /50000, 100000 count customers/,
    banded('customers', { upTo: 5, rate: '0.1' }, { upTo: 10, rate: '0.12' }, { upTo: null, rate: '0.2' }),
  ],
  [
    'an amount with bounds of a count',
    banded('amount', { upTo: 5, rate: '0.1' }, { upTo: 10, rate: '0.12' }, { upTo: null, rate: '0.2' }),
    '/components/0/tiers/bands',
    'amount-bounds-look-like-counts',
    /5, 10/,
    banded('amount', { upTo: 50_000, rate: '0.1' }, { upTo: 100_000, rate: '0.12' }, { upTo: null, rate: '0.2' }),
  ],
  [
    'an amount with bounds of a count, unless its currency has no minor units',
    { ...banded('amount', { upTo: 5, rate: '0.1' }, { upTo: null, rate: '0.2' }), currency: 'EUR' },
    '/components/0/tiers/bands',
    'amount-bounds-look-like-counts',
    /5 are minor units/,
    { ...banded('amount', { upTo: 5, rate: '0.1' }, { upTo: null, rate: '0.2' }), currency: 'KRW' },
  ],
  [
    'a lowest band with minima of its own',
    scaled({
      metric: { measure: 'amount' },
      bands: [
        { atLeast: [1_000], rate: '0.1' },
        { atLeast: [2_000], rate: '0.2' },
      ],
    }),
    '/components/0/tiers/bands/0/atLeast',
    'lowest-band-has-a-condition',
    /1000/,
    scaled({
      metric: { measure: 'amount' },
      bands: [
        { atLeast: [0], rate: '0.1' },
        { atLeast: [2_000], rate: '0.2' },
      ],
    }),
  ],
  [
    'A-17 a lowest band with one minimum of two',
    scaled({ ...either, bands: [{ atLeast: [null, 5_000], rate: '0.1' }, gold] }),
    '/components/0/tiers/bands/0/atLeast',
    'lowest-band-has-a-condition',
    /none, 5000/,
    scaled({ ...either, bands: [{ atLeast: [null, null], rate: '0.1' }, gold] }),
  ],
  [
    'A-17 minima of money that look like counts, left out in one band',
    scaled({ ...either, bands: [lowest, { atLeast: [20, null], rate: '0.15' }, { atLeast: [50, 100], rate: '0.2' }] }),
    '/components/0/tiers/bands',
    'amount-bounds-look-like-counts',
    /The bounds 100 are/,
    scaled({ ...either, bands: [lowest, { atLeast: [20, null], rate: '0.15' }, gold] }),
  ],
  [
    'retroactive tiers with an old crossing',
    scaled({ retroactive: 'all', crossing: 'old' }),
    '/components/0/tiers/crossing',
    'retroactive-tiers-cross-at-once',
    /"old" has no effect/,
    scaled({ retroactive: 'all', crossing: 'new' }),
  ],
  [
    'flat amounts for events that are all in another currency',
    { ...deal({ ...flat, qualify: { rule: rule('currency', '=', 'USD') } }), currency: 'EUR' },
    '/components/0/amount',
    'amount-is-in-another-currency',
    /500 are minor units of EUR/,
    { ...deal({ ...flat, qualify: { rule: rule('currency', '=', 'USD') } }), currency: 'USD' },
  ],
  [
    'an alternative amount for events in another currency',
    { ...deal({ ...flat, alternatives: [other('usd', 1, rule('currency', '=', 'USD'), { amount: 600 })] }), currency: 'EUR' },
    '/components/0/alternatives/0/amount',
    'amount-is-in-another-currency',
    /600/,
    { ...deal({ ...flat, alternatives: [other('usd', 1, rule('currency', 'in', ['EUR', 'USD']), { amount: 600 })] }), currency: 'EUR' },
  ],
  [
    'an alternative that leaves nothing to the own rate',
    withOthers(other('all', 1, { combinator: 'and', rules: [] })),
    '/components/0/rate',
    'own-rate-is-never-used',
    /never paid/,
    withOthers(other('all', 1, germany)),
  ],
  [
    'a rate of nothing',
    deal({ ...percent, rate: '0' }),
    '/components/0/rate',
    'component-pays-nothing',
    /is 0/,
    deal({ ...percent, rate: '0.01' }),
  ],
  [
    'M-10 an amount of nothing, unless something is added to what came before',
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, back: { factor: '2' } }] }, { ...perLot, amount: 0 }),
    '/components/0/amount',
    'component-pays-nothing',
    /is 0/,
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, back: { add: 5 } }] }, { ...perLot, amount: 0 }),
  ],
  [
    'M-10 a rate of nothing, unless what came before is paid by another',
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, rate: '0' }] }, { ...percent, rate: '0' }),
    '/components/0/rate',
    'component-pays-nothing',
    /is 0/,
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, back: { rate: '0.1' } }] }, { ...percent, rate: '0' }),
  ],
  [
    'a cap of the day above that of the month',
    capped({ measure: 'conversions', limit: 500, per: 'day' }, { measure: 'conversions', limit: 50, per: 'month' }),
    '/components/0/caps/0/limit',
    'cap-never-binds',
    /500 per day is never reached: 50 per month/,
    capped({ measure: 'conversions', limit: 50, per: 'day' }, { measure: 'conversions', limit: 500, per: 'month' }),
  ],
  [
    'a duration of more than ten years',
    deal({ ...percent, duration: { months: 121, from: 'customer-first' } }),
    '/components/0/duration/months',
    'duration-is-very-long',
    /121 months/,
    deal({ ...percent, duration: { months: 120, from: 'customer-first' } }),
  ],
  [
    'O-02 a lock before the event',
    { ...deal(percent), lock: { anchor: 'month-start', days: 30 } },
    '/lock',
    'lock-may-lie-before-the-event',
    /Counted from "month-start", 0 months and 30 days on the lock may lie before the event/,
    { ...deal(percent), lock: { anchor: 'month-start', days: 31 } },
  ],
  [
    'O-02 a lock on a day that some months end with',
    { ...deal(percent), lock: { anchor: 'month-last-day', dayOfMonth: 28 } },
    '/lock',
    'lock-may-lie-before-the-event',
    /0 days on, then on day 28 of a month, the lock may lie/,
    { ...deal(percent), lock: { anchor: 'month-last-day', dayOfMonth: 27 } },
  ],
  [
    'a verification that may come later than everything',
    deal({ ...flat, qualify: { customer: { verifiedWithinDays: 30, withinDays: 14, onExclusion: 'keep' } } }),
    '/components/0/qualify/customer/verifiedWithinDays',
    'window-is-cut-short',
    /30 days are longer than the 14 days/,
    deal({ ...flat, qualify: { customer: { verifiedWithinDays: 14, withinDays: 14, onExclusion: 'keep' } } }),
  ],
  [
    'a deduction taken twice',
    deducting('bonuses', 'bonuses'),
    '/components/0/waterfall/lines/1/of',
    'deducted-twice',
    /"bonuses" is deducted twice: by "line-0" and by "line-1"/,
    deducting('bonuses', 'fees'),
  ],
  [
    'T-40 a pool smaller than its levels need',
    above({ levels: ['0.1', '0.05'], pool: '0.4' }),
    '/components/1/downline/pool',
    'pool-is-too-small',
    /40 % is smaller than the 45 %/,
    above({ levels: ['0.1', '0.05'], pool: '0.45' }),
    guard('0.45'),
  ],
  [
    'the same component twice',
    deal(flat, flat),
    '/components/1',
    'components-are-alike',
    /Components 1 and 2/,
    deal(flat, { ...flat, amount: 600 }),
  ],
  [
    'a rounding that nobody chose',
    deal({ ...percent, rounding: undefined }),
    '/components/0/rounding',
    'rounding-is-left-open',
    /half-away/,
    deal({ ...percent, rounding: 'half-even' }),
  ],
  [
    'days that begin nobody knows where',
    { ...capped({ measure: 'conversions', limit: 5, per: 'day' }), timeZone: undefined },
    '/timeZone',
    'time-zone-is-left-open',
    /which zone/,
    capped({ measure: 'conversions', limit: 5, per: 'day' }),
  ],
];

test.each(warnings)('D-14 warned: %s', (...row) => expectOnly('warning', ...row));

test('O-02 D-14 a lock is warned of exactly where a day of a year has an event that it lies before', () => {
  const days = ['2027', '2028'].flatMap((year) =>
    Array.from({ length: 365 }, (_, day) => new Date(Date.UTC(Number(year), 0, 1 + day, 23, 59, 59)).toISOString()),
  );
  const locks = anchors.flatMap((anchor) =>
    [
      { months: 1 },
      ...[0, 1, 27, 28, 29, 30, 31].flatMap((days) => [undefined, 1, 2, 27, 28, 29, 30, 31].map((dayOfMonth) => ({ days, dayOfMonth }))),
    ].map((rest) => ({ anchor, ...rest })),
  );
  for (const lock of locks) {
    const before = days.some((at) => Date.parse(payableFrom({ holdDays: 0, lock }, at, 'UTC')) < Date.parse(at));
    const warned = lintTerms({ ...deal(percent), lock }).map(({ rule }) => rule);
    expect({ lock, warned }).toEqual({ lock, warned: before ? ['lock-may-lie-before-the-event'] : [] });
  }
});
