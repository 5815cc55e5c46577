import { expect, test } from '@jest/globals';
import { type Band, type Component, checkTerms, completeTerms, type Downline, type Terms, type Tiers } from '../src/index.js';
import { flat, lineItems, override, percent, perLot, retainer, revshare, scale, spreadShare, tiered } from './terms-builders.js';

const deal = (...components: Component[]): Terms => ({ components });
const tiers = (change: Partial<Tiers>, component: Component = tiered): Component => ({ ...component, tiers: { ...scale, ...change } });
const bands = (...list: Band[]): Component => tiers({ bands: list });
const downline = (change: Partial<Downline>): Component => ({ ...override, downline: { ...override.downline!, ...change } });
const without = (component: Component, field: keyof Component): Component => ({ ...component, [field]: undefined });
const always = { combinator: 'and', rules: [] } as const;
const ranks = { order: ['sales', 'manager'], skipped: 'pay-up', pays: [{ rank: 'manager', rate: '0.02' }] } as const;
const cap = { measure: 'amount', limit: 1_000, per: 'month', afterRefund: 'returns' } as const;
const customer = { minDeposits: 2_000, onExclusion: 'keep' } as const;

test('a component of every model is right as it stands', () => {
  for (const component of [flat, percent, perLot, spreadShare, lineItems, revshare, retainer, tiered, override])
    expect([component.model, checkTerms(deal(component))]).toEqual([component.model, []]);
});

test('every model has the fields that it needs, and none that it would not read', () => {
  const cases: [Component, string, string][] = [
    [{ ...flat, rate: '0.1' }, '/rate', 'rate-needs-a-percentage-model'],
    [{ ...retainer, rate: '0.1' }, '/rate', 'rate-needs-a-percentage-model'],
    [without(perLot, 'amount'), '/amount', 'amount-is-missing'],
    [without(revshare, 'rate'), '/rate', 'rate-is-missing'],
    [{ ...percent, waterfall: revshare.waterfall! }, '/waterfall', 'waterfall-needs-revshare'],
    [without(revshare, 'waterfall'), '/waterfall', 'waterfall-is-missing'],
    [{ ...percent, carryover: revshare.carryover! }, '/carryover', 'carryover-needs-revshare'],
    [{ ...percent, recoups: [] }, '/recoups', 'recoups-needs-revshare'],
    [without(spreadShare, 'spread'), '/spread', 'spread-is-missing'],
    [{ ...perLot, spread: { unit: 1 } }, '/spread', 'spread-needs-spread-share'],
    [{ ...spreadShare, spread: { unit: 1_000_000_000_001 } }, '/spread/unit', 'spread-unit-is-too-large'],
    [{ ...spreadShare, spread: { unit: 0 } }, '/spread/unit', 'spread-unit-must-be-positive'],
    [without(lineItems, 'items'), '/items', 'items-are-missing'],
    [{ ...percent, items: lineItems.items! }, '/items', 'items-need-line-items'],
    [{ ...lineItems, items: { rates: [{ rate: '1.1' }] } }, '/items/rates/0/rate', 'rate-must-not-exceed-one'],
    [{ ...lineItems, items: { rates: [{ rate: '1' }], otherwise: '2' } }, '/items/otherwise', 'rate-must-not-exceed-one'],
    [{ ...flat, byOrdinal: { rates: ['0.1'], beyond: 'last' } }, '/byOrdinal', 'by-ordinal-needs-a-percentage-model'],
    [{ ...percent, byOrdinal: { rates: ['0.1', '1.1'], beyond: 'last' } }, '/byOrdinal/rates/1', 'rate-must-not-exceed-one'],
    [{ ...lineItems, alternatives: [] }, '/alternatives', 'alternatives-need-a-rate-or-an-amount'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))).toEqual([{ pointer: `/components/0${pointer}`, rule }]);
});

test('what a month is rated by has no field of single events', () => {
  const cases: [Component, string, string][] = [
    [{ ...revshare, caps: [cap] }, '/caps', 'months-cannot-have-caps'],
    [{ ...revshare, split: { by: 'touches', first: '0', last: '0', rest: 'equal' } }, '/split', 'months-cannot-have-split'],
    [{ ...revshare, downline: { levels: ['0.1'], of: 'amount', funding: 'on-top' } }, '/downline', 'months-cannot-have-downline'],
    [{ ...revshare, byOrdinal: { rates: ['0.1'], beyond: 'last' } }, '/byOrdinal', 'months-cannot-have-by-ordinal'],
    [{ ...revshare, duration: { months: 12, from: 'customer-first' } }, '/duration', 'months-cannot-have-duration'],
    [{ ...revshare, subCent: 'accumulate' }, '/subCent', 'months-cannot-accumulate'],
    [{ ...revshare, qualify: { minAmount: 1 } }, '/qualify', 'months-have-no-conditions'],
    [{ ...revshare, alternatives: [] }, '/alternatives', 'months-have-no-conditions'],
    [{ ...retainer, qualify: { minAmount: 1 } }, '/qualify', 'months-have-no-conditions'],
    [{ ...retainer, tiers: { ...scale, bands: [{ upTo: null, amount: 5 }] } }, '/tiers', 'retainers-cannot-have-tiers'],
    [tiers({ reset: 'year' }, revshare), '/tiers/reset', 'tiers-of-a-month-start-again-each-month'],
    [tiers({ metric: { measure: 'count' } }, revshare), '/tiers/metric/measure', 'tiers-of-a-month-measure-revenue-or-customers'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))).toEqual([{ pointer: `/components/0${pointer}`, rule }]);
  const { crossing: _c, retroactive: _r, demotion: _d, ...ofMonth } = scale;
  expect(checkTerms(deal({ ...revshare, tiers: ofMonth }))).toEqual([]);
});

test('what stands in for a rate or an amount is of the model, and gives something', () => {
  const other = (pay: object, component: Component = percent): Component => ({
    ...component,
    alternatives: [{ name: 'a', priority: 1, when: always, ...pay }],
  });
  const cases: [Component, string, string][] = [
    [other({}), '/alternatives/0', 'alternative-gives-nothing'],
    [other({ amount: 5 }), '/alternatives/0/amount', 'amount-needs-a-flat-model'],
    [other({ rate: '0.1' }, flat), '/alternatives/0/rate', 'rate-needs-a-percentage-model'],
    [other({ rate: '1.5' }), '/alternatives/0/rate', 'rate-must-not-exceed-one'],
    [other({ amount: '0.2' }, flat), '/alternatives/0/amount', 'amount-rounds-to-zero-unless-sub-cents-accumulate'],
    [{ ...percent, duration: { months: 1, from: 'customer-first', afterwards: {} } }, '/duration/afterwards', 'afterwards-gives-nothing'],
    [
      { ...percent, duration: { months: 1, from: 'customer-first', afterwards: { amount: 1 } } },
      '/duration/afterwards/amount',
      'amount-needs-a-flat-model',
    ],
    [
      other({ rate: '0.1', when: { combinator: 'and', rules: [{ field: 'mail', operator: 'null' }] } }),
      '/alternatives/0/when/rules/0/field',
      'unknown-field',
    ],
    [{ ...percent, qualify: { customer: { onExclusion: 'keep' } } }, '/qualify/customer', 'customer-qualification-asks-nothing'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))).toEqual([{ pointer: `/components/0${pointer}`, rule }]);
  const twice = { ...percent, alternatives: [1, 2].map((priority) => ({ name: 'a', priority, when: always, rate: '0.1' })) };
  expect(checkTerms(deal(twice))).toEqual([{ pointer: '/components/0/alternatives/1/name', rule: 'alternative-name-is-taken' }]);
});

test('M-09 bands go up without a gap to an open end, and are all bounded one way', () => {
  const pair = [{ measure: 'amount' }, { measure: 'customers' }] as const;
  const two = (...least: number[][]): Component => tiers({ metric: pair, bands: least.map((atLeast) => ({ atLeast, rate: '0.1' })) });
  const cases: [Component, string, string][] = [
    [bands({ upTo: 5, rate: '0.1' }, { upTo: 5, rate: '0.2' }, { upTo: null, rate: '0.3' }), '/bands/1/upTo', 'bands-must-ascend'],
    [bands({ upTo: '5.5', rate: '0.1' }, { upTo: 5, rate: '0.2' }, { upTo: null, rate: '0.3' }), '/bands/1/upTo', 'bands-must-ascend'],
    [bands({ upTo: 5, rate: '0.1' }, { upTo: 6, rate: '0.2' }), '/bands/1/upTo', 'last-band-must-be-open'],
    [bands({ upTo: null, rate: '0.1' }, { upTo: null, rate: '0.2' }), '/bands/0/upTo', 'only-the-last-band-is-open'],
    [bands({ rate: '0.1' }, { upTo: null, rate: '0.2' }), '/bands/0', 'band-needs-a-bound'],
    [bands({ upTo: 5, rate: '0.1' }, { atLeast: [5], rate: '0.2' }), '/bands', 'bands-mix-up-to-and-at-least'],
    [bands({ upTo: 5, rate: '0.1' }, { upTo: null, amount: 5 }), '/bands/1/amount', 'amount-needs-a-flat-model'],
    [bands({ upTo: 5, rate: '0.1' }, { upTo: null, rate: '0.2', factor: '2' }), '/bands/1/factor', 'factor-stands-alone'],
    [bands({ upTo: 5, rate: '0.1' }, { upTo: null, factor: '1000.1' }), '/bands/1/factor', 'factor-is-too-large'],
    [bands({ upTo: 5, rate: '0.1' }, { upTo: null, factor: '-1' }), '/bands/1/factor', 'factor-must-not-be-negative'],
    [bands({ upTo: 5, rate: '0.1' }, { upTo: null, rate: '2' }), '/bands/1/rate', 'rate-must-not-exceed-one'],
    [two([0, 0], [5]), '/bands/1/atLeast', 'at-least-needs-one-value-for-each-metric'],
    [two([0, 0], [5, 9], [6, 8]), '/bands/2/atLeast', 'bands-must-ascend'],
    [two([0, 0], [5, 9], [5, 9]), '/bands/2/atLeast', 'bands-must-ascend'],
    [tiers({ metric: pair }), '/bands', 'several-metrics-need-at-least'],
    [tiers({ scale: 'marginal', metric: pair, bands: [{ atLeast: [1, 1], rate: '0' }] }), '/scale', 'several-metrics-need-the-whole-scale'],
    [tiers({ scale: 'marginal', bands: [{ atLeast: [1], rate: '0.1' }] }), '/bands', 'marginal-bands-need-up-to'],
    [tiers({ scale: 'marginal', retroactive: 'all' }), '/retroactive', 'marginal-tiers-cannot-be-retroactive'],
    [tiers({ retroactive: 'all' }, { ...percent, subCent: 'accumulate' }), '/retroactive', 'retroactive-tiers-cannot-accumulate'],
    [tiers({}, { ...percent, byOrdinal: { rates: ['0.1'], beyond: 'last' } }), '/bands/0/rate', 'rates-by-ordinal-exclude-rates-of-bands'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))[0]).toEqual({ pointer: `/components/0/tiers${pointer}`, rule });
  expect(checkTerms(deal(two([0, 0], [5, 9], [5, 10])))).toEqual([]);
  expect(checkTerms(deal(tiers({}, { ...percent, subCent: 'accumulate' })))).toEqual([]);
});

test('M-10 what a band makes of all before it is one action, of a unit and range that bands have, on a scale that pays it again', () => {
  const lots: Component = { ...perLot, tiers: { ...scale, metric: { measure: 'quantity' } } };
  const back = (pay: object, change: Partial<Tiers> = {}, component: Component = tiered): Component =>
    tiers({ retroactive: 'all', bands: [{ upTo: 5 }, { upTo: 9 }, { upTo: null, back: pay }], ...change }, component);
  const marginal = { scale: 'marginal', retroactive: 'none' } as const;
  const { crossing: _c, demotion: _d, ...ofMonth } = scale;
  const cases: [Component, string, string][] = [
    [back({ rate: '0.1' }, { retroactive: 'none' }), '', 'back-needs-a-retroactive-whole-scale'],
    [back({ rate: '0.1' }, marginal), '', 'back-needs-a-retroactive-whole-scale'],
    [back({}), '', 'back-needs-one-action'],
    [back({ rate: undefined }), '', 'back-needs-one-action'],
    [back({ rate: '0.1', factor: '2' }), '', 'back-needs-one-action'],
    [back({ amount: 5, add: 5 }, {}, lots), '', 'back-needs-one-action'],
    [back({ rate: '1.1' }), '/rate', 'rate-must-not-exceed-one'],
    [back({ rate: '0.1' }, {}, lots), '/rate', 'rate-needs-a-percentage-model'],
    [back({ amount: 5 }), '/amount', 'amount-needs-a-flat-model'],
    [back({ amount: -5 }, {}, lots), '/amount', 'amount-must-not-be-negative'],
    [back({ amount: '0.2' }, {}, flat), '/amount', 'amount-rounds-to-zero-unless-sub-cents-accumulate'],
    [back({ add: 5 }), '/add', 'add-needs-a-flat-model'],
    [back({ add: '-0.1' }, {}, lots), '/add', 'amount-must-not-be-negative'],
    [back({ add: 1_000_000_000_001 }, {}, lots), '/add', 'amount-is-too-large'],
    [back({ factor: '1000.1' }), '/factor', 'factor-is-too-large'],
    [back({ factor: '-1' }), '/factor', 'factor-must-not-be-negative'],
    [back({ factor: 'twice' }), '/factor', 'factor-must-be-a-decimal-string'],
    [
      back({ rate: '0.1' }, {}, { ...percent, byOrdinal: { rates: ['0.1'], beyond: 'last' } }),
      '/rate',
      'rates-by-ordinal-exclude-rates-of-bands',
    ],
    [
      { ...revshare, tiers: { ...ofMonth, retroactive: 'all', bands: [{ upTo: 5 }, { upTo: 9 }, { upTo: null, back: {} }] } },
      '',
      'months-cannot-have-back',
    ],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))).toEqual([{ pointer: `/components/0/tiers/bands/2/back${pointer}`, rule }]);
  expect(checkTerms(deal(tiers({ retroactive: 'all', bands: [{ upTo: 5, back: { rate: '0.1' } }, { upTo: null }] })))).toEqual([
    { pointer: '/components/0/tiers/bands/0/back', rule: 'nothing-stands-before-the-lowest-band' },
  ]);
  const { retroactive: _r, ...open } = scale;
  expect(checkTerms(deal({ ...percent, tiers: { ...open, bands: [{ upTo: 5 }, { upTo: null, back: { factor: '2' } }] } }))).toEqual([
    { pointer: '/components/0/tiers/bands/1/back', rule: 'back-needs-a-retroactive-whole-scale' },
    { pointer: '/components/0/tiers/retroactive', rule: 'retroactive-must-be-chosen' },
  ]);
  const ordinal: Component = { ...percent, byOrdinal: { rates: ['0.1'], beyond: 'last' } };
  for (const fine of [
    back({ rate: '1' }),
    back({ factor: '1000' }, { retroactive: 'unpaid' }),
    back({ factor: '0' }, {}, ordinal),
    back({ amount: 5 }, {}, lots),
    back({ add: '0.2' }, {}, flat),
    back({ add: 5 }, {}, { ...percent, model: 'flat-plus-percentage', amount: 5 }),
  ])
    expect(checkTerms(deal(fine))).toEqual([]);
});

test('M-09 A-17 a band of which any minimum will do asks no less than those below and hides none of them', () => {
  const metric = [{ measure: 'count' }, { measure: 'amount' }] as const;
  const least = (reach: Tiers['reach'], ...minima: (number | null)[][]) =>
    tiers({ metric, reach, bands: minima.map((atLeast) => ({ atLeast, rate: '0.1' })) });
  const fine: Component[] = [
    least('any', [null, null], [20, null], [50, 1_000]),
    least('any', [0, 0], [20, 100], [20, 200]),
    least('any', [0, null], [20, null], [null, 1_000], [30, 2_000]),
    least('all', [null, null], [20, null], [20, 1_000]),
    least(undefined, [0, 0], [20, 0], [50, 0]),
    tiers({ reach: 'all' }),
    tiers({ reach: 'any', bounds: undefined, bands: [{ atLeast: [0] }, { atLeast: [5] }] }),
  ];
  for (const component of fine) expect(checkTerms(deal(component))).toEqual([]);
  const cases: [Component, string, string][] = [
    [least('any', [0, 0], [20, null], [20, 1_000]), '/bands/2/atLeast', 'bands-must-ascend'],
    [least('any', [0, 0], [20, 1_000], [50, 900]), '/bands/2/atLeast', 'bands-must-ascend'],
    [least('any', [0, 0], [20, 1_000], [20, 1_000]), '/bands/2/atLeast', 'bands-must-ascend'],
    [least('any', [0, 0], [20, null], [null, 1_000], [20, 2_000]), '/bands/3/atLeast', 'bands-must-ascend'],
    [least('any', [0, 0], [20, null], [null, 1_000], [10, 2_000]), '/bands/3/atLeast', 'bands-must-ascend'],
    [least('any', [0, 0], [20, 100], [20, null], [30, 100]), '/bands/3/atLeast', 'bands-must-ascend'],
    [least('any', [0, 0], [null, null]), '/bands/1/atLeast', 'band-needs-a-bound'],
    [least('any', [0, 0], [-1, null]), '/bands/1/atLeast/0', 'amount-must-not-be-negative'],
    [least('all', [0, 0], [20, 1_000], [50, null]), '/bands/2/atLeast', 'bands-must-ascend'],
    [least('all', [null, null], [null, null]), '/bands/1/atLeast', 'band-needs-a-bound'],
    [tiers({ reach: 'any' }), '/reach', 'reach-any-needs-minima'],
    [tiers({ reach: 'any', scale: 'marginal' }), '/reach', 'reach-any-needs-minima'],
    [tiers({ reach: 'any', scale: 'marginal', bands: [{ atLeast: [1], rate: '0.1' }] }), '/bands', 'marginal-bands-need-up-to'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))[0]).toEqual({ pointer: `/components/0/tiers${pointer}`, rule });
});

test('a band that says its own rate lets the component go without', () => {
  const own = without(percent, 'rate');
  expect(checkTerms(deal({ ...own, tiers: scale }))).toEqual([]);
  expect(checkTerms(deal({ ...own, tiers: { ...scale, bands: [{ upTo: 5 }, { upTo: null, rate: '0.2' }] } }))).toEqual([
    { pointer: '/components/0/rate', rule: 'rate-is-missing' },
  ]);
  expect(checkTerms(deal({ ...own, byOrdinal: { rates: ['0.15', '0.10', '0.05'], beyond: 'nothing' } }))).toEqual([]);
});

test('caps and splits add up', () => {
  const named = (...shares: string[]): Component => ({
    ...percent,
    split: { by: 'named', shares: shares.map((share, index) => ({ partnerId: `ptr_${index % 2}`, share })) },
  });
  const touches = (first: string, last: string): Component => ({ ...percent, split: { by: 'touches', first, last, rest: 'equal' } });
  const caps = (...list: NonNullable<Component['caps']>): Component => ({ ...percent, caps: list });
  const cases: [Component, string, string][] = [
    [named('0.5', '0.49'), '/split/shares', 'shares-must-add-up-to-one'],
    [named('0.5', '0.3', '0.2'), '/split/shares/2/partnerId', 'partner-is-named-twice'],
    [named('1.5', '-0.5'), '/split/shares/0/share', 'rate-must-not-exceed-one'],
    [touches('0.5', '0.51'), '/split', 'touch-shares-exceed-one'],
    [caps({ ...cap, limit: 0 }), '/caps/0/limit', 'limit-must-be-a-positive-integer'],
    [caps(cap, { ...cap, limit: 5, of: 'partner' }), '/caps/1', 'cap-is-repeated'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))[0]).toEqual({ pointer: `/components/0${pointer}`, rule });
  for (const right of [named('0.7', '0.3'), touches('0.25', '0.5'), touches('0', '1'), caps(cap, { ...cap, of: 'customer' })])
    expect(checkTerms(deal(right))).toEqual([]);
});

test('what is derived from a commission follows it, and every rank paid is in order', () => {
  const derived = { of: 'commission' } as const;
  const rule = 'derived-amounts-cannot-have-tiers-or-caps';
  const cases: [Component, string, string][] = [
    [{ ...downline(derived), tiers: scale }, '/tiers', rule],
    [{ ...downline({ of: 'level-below' }), caps: [cap] }, '/caps', rule],
    [{ ...downline({ lessPaidBelow: true }), qualify: { customer } }, '/qualify/customer', rule],
    [{ ...downline(derived), split: { by: 'touches', first: '0', last: '0', rest: 'equal' } }, '/split', rule],
    [{ ...override, split: { by: 'touches', first: '0', last: '0', rest: 'equal' } }, '/split', 'downline-cannot-be-split'],
    [{ ...percent, duration: { months: 12, from: 'recruited' } }, '/duration/from', 'recruited-needs-a-downline'],
    [{ ...downline({ ranks }), duration: { months: 12, from: 'recruited' } }, '/duration', 'ranks-alone-say-what-is-paid'],
    [{ ...downline({ ranks }), byOrdinal: { rates: ['0.1'], beyond: 'last' } }, '/byOrdinal', 'ranks-alone-say-what-is-paid'],
    [{ ...downline({ ranks }), alternatives: [] }, '/alternatives', 'ranks-alone-say-what-is-paid'],
    [{ ...flat, downline: { ...override.downline!, ...derived } }, '/model', 'shares-of-commission-need-a-percentage'],
    [downline({ levels: ['0.1', '1.1'] }), '/downline/levels/1', 'rate-must-not-exceed-one'],
    [downline({ pool: '1.5' }), '/downline/pool', 'rate-must-not-exceed-one'],
    [downline({ ranks: { ...ranks, pays: [{ rank: 'boss', rate: '0.1' }] } }), '/downline/ranks/pays/0/rank', 'rank-is-not-in-order'],
    [downline({ ranks: { ...ranks, pays: [{ rank: 'manager' }] } }), '/downline/ranks/pays/0', 'rank-pays-nothing'],
    [downline({ ranks: { ...ranks, pays: [...ranks.pays, ...ranks.pays] } }), '/downline/ranks/pays/1/rank', 'rank-is-paid-twice'],
    [downline({ ranks: { ...ranks, order: ['manager', 'manager'] } }), '/downline/ranks/order/1', 'rank-is-named-twice'],
    [downline({ ranks: { ...ranks, sameRank: '7' } }), '/downline/ranks/sameRank', 'rate-must-not-exceed-one'],
  ];
  for (const [component, pointer, name] of cases)
    expect(checkTerms(deal(component))).toEqual([{ pointer: `/components/0${pointer}`, rule: name }]);
  expect(checkTerms(deal(without(downline({ ranks }), 'rate')))).toEqual([]);
  expect(checkTerms(deal({ ...override, tiers: scale, caps: [cap] }))).toEqual([]);
});

test('M-04 advances are other components of the deal', () => {
  const cpa: Component = { on: 'deposit', model: 'flat', amount: 10_000, name: 'cpa' };
  const recouping = (...recoups: string[]): Component => ({ ...revshare, name: 'share', recoups });
  const cases: [Component, string][] = [
    [recouping('share'), 'component-cannot-recoup-itself'],
    [recouping('bounty'), 'component-is-not-in-the-deal'],
    [{ ...recouping('again'), name: 'share' }, 'advance-cannot-recoup-others'],
  ];
  for (const [component, rule] of cases)
    expect(checkTerms(deal(component, cpa, { ...recouping('cpa'), name: 'again' }))).toEqual([
      { pointer: '/components/0/recoups/0', rule },
    ]);
  expect(checkTerms(deal(recouping('cpa', 'cpa'), cpa))).toEqual([{ pointer: '/components/0/recoups/1', rule: 'advance-is-named-twice' }]);
  expect(checkTerms(deal(recouping('cpa', 'lead'), cpa, flat))).toEqual([]);
  expect(checkTerms(deal(recouping('sport'), { ...revshare, name: 'sport' }))).toEqual([
    { pointer: '/components/0/recoups/0', rule: 'advance-cannot-be-a-share-of-the-month' },
  ]);
  expect(checkTerms(deal(recouping('retainer'), { ...retainer, name: 'retainer' }))).toEqual([]);
});

test('zone, fee and licence of the deal are real', () => {
  const of = (change: Partial<Terms>) => checkTerms({ ...deal(percent), ...change });
  const zone = [{ pointer: '/timeZone', rule: 'time-zone-must-be-iana' }];
  expect(['Mars/Olympus', '+01:00', ''].map((timeZone) => of({ timeZone }))).toEqual([zone, zone, zone]);
  expect(['Europe/Malta', 'UTC', 'Etc/GMT+5'].flatMap((timeZone) => of({ timeZone }))).toEqual([]);
  for (const fxFee of ['1.01', '-0.1', '2 %']) expect(of({ fxFee })).toEqual([{ pointer: '/fxFee', rule: 'fx-fee-between-zero-and-one' }]);
  expect(of({ fxFee: '0.015', licence: 'MGA' })).toEqual([]);
  expect(of({ licence: ' ' })).toEqual([{ pointer: '/licence', rule: 'licence-must-not-be-empty' }]);
  const line = { name: 'fees', effect: 'deduct', of: 'fees' } as const;
  expect(checkTerms(deal({ ...revshare, waterfall: { name: 'ngr', version: 1, lines: [line, line] } }))).toEqual([
    { pointer: '/components/0/waterfall/lines/1/name', rule: 'line-name-is-taken' },
  ]);
  expect(checkTerms(deal({ ...revshare, carryover: { policy: 'none', writeOffAfterMonths: 3 } }))).toEqual([
    { pointer: '/components/0/carryover/writeOffAfterMonths', rule: 'nothing-is-carried' },
  ]);
});

test('M-09 a policy that sources answer differently is chosen by the deal, or by its brand', () => {
  const { crossing: _c, bounds: _b, retroactive: _r, demotion: _d, ...open } = scale;
  const { afterRefund: _a, ...openCap } = cap;
  const cases: [Component, string[], object][] = [
    [
      { ...percent, tiers: open },
      ['tiers/crossing', 'tiers/bounds', 'tiers/retroactive', 'tiers/demotion'],
      { crossing: 'old', bounds: 'exclusive', retroactive: 'none', demotion: 'keep' },
    ],
    [{ ...percent, tiers: { ...open, retroactive: 'all' } }, ['tiers/bounds', 'tiers/demotion'], { bounds: 'inclusive', demotion: 'keep' }],
    [{ ...percent, tiers: { ...open, scale: 'marginal' } }, ['tiers/bounds', 'tiers/demotion'], { bounds: 'inclusive', demotion: 'keep' }],
    [{ ...percent, tiers: { ...scale, bounds: undefined, bands: [{ atLeast: [0] }] } }, [], {}],
    [{ ...revshare, tiers: open }, ['tiers/bounds'], { bounds: 'inclusive' }],
    [{ ...percent, caps: [openCap] }, ['caps/0/afterRefund'], { capAfterRefund: 'stays' }],
    [{ ...revshare, carryover: { policy: 'account' } }, ['carryover/unit'], { carryoverUnit: 'commission' }],
    [{ ...revshare, carryover: { policy: 'ring-fence' } }, [], {}],
    [{ ...flat, qualify: { customer: { minDeposits: 1 } } }, ['qualify/customer/onExclusion'], { onExclusion: 'cancel-open' }],
  ];
  const kebab = (field: string) => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  for (const [component, missing, brand] of cases) {
    expect(checkTerms(deal(component))).toEqual(
      missing.map((field) => ({ pointer: `/components/0/${field}`, rule: `${kebab(field.split('/').at(-1)!)}-must-be-chosen` })),
    );
    expect(checkTerms(completeTerms(deal(component), brand))).toEqual([]);
  }
  expect(checkTerms(deal(without(revshare, 'carryover')))).toEqual([
    { pointer: '/components/0/carryover', rule: 'carryover-must-be-chosen' },
  ]);
});

test('what streams, splits and ranks could not rate is refused', () => {
  const many = tiers({
    metric: [{ measure: 'customers' }, { measure: 'customers', on: 'lead' }],
    bands: [{ atLeast: [0, 0] }, { atLeast: [5, 5], factor: '2' }],
  });
  const fixed = tiers({ scale: 'marginal', metric: { measure: 'count', on: 'lead' }, bands: [{ upTo: 5 }, { upTo: null, fixed: 100 }] });
  const cases: [Component, string, string][] = [
    [
      { ...percent, split: { by: 'touches', first: '0.2', last: '0.2', rest: 'equal' }, subCent: 'accumulate' },
      '/split',
      'accumulated-sums-cannot-be-split',
    ],
    [{ ...downline({ ranks }), caps: [cap] }, '/caps', 'derived-amounts-cannot-have-tiers-or-caps'],
    [many, '/tiers/metric', 'customers-are-counted-once'],
    [fixed, '/tiers/bands', 'fixed-amounts-need-a-scale-of-their-own-facts'],
  ];
  for (const [component, pointer, rule] of cases)
    expect(checkTerms(deal(component))).toContainEqual({ pointer: `/components/0${pointer}`, rule });
  const across = deal(tiers({ metric: { measure: 'count', across: 'brands' } }));
  expect(checkTerms(across)).toEqual([{ pointer: '/timeZone', rule: 'scales-across-brands-need-a-time-zone' }]);
  expect(checkTerms({ ...across, timeZone: 'Europe/Malta' })).toEqual([]);
});

test('M-14 metadata is asked for by a key it can have, and compared as a text', () => {
  const asking = (field: string, value: string | number = 'x') =>
    checkTerms(deal({ ...percent, qualify: { rule: { combinator: 'and', rules: [{ field, operator: '=', value }] } } })).map(
      ({ pointer, rule }) => `${pointer.replace('/components/0/qualify/rule/rules/0', '')} ${rule}`,
    );
  for (const key of ['a', 'sales_region', 'utm2', 'constructor', 'a'.repeat(32)]) expect(asking(`metadata.${key}`)).toEqual([]);
  for (const key of ['A', '2a', '_a', 'a-b', 'a.b', 'a b', 'aB', '*', 'a'.repeat(33)])
    expect([key, asking(`metadata.${key}`)]).toEqual([key, ['/field field-key-is-malformed']]);
  expect([asking('metadata'), asking('metadata.'), asking('metadata.a', 1)]).toEqual([
    ['/field unknown-field'],
    ['/field unknown-field'],
    ['/value value-must-be-text'],
  ]);
});
