import { expect, test } from '@jest/globals';
import {
  type Alternative,
  type Component,
  type Conversion,
  type CustomerThen,
  type FoldInput,
  foldConversion,
  type Metric,
  type Terms,
} from '../src/index.js';
import { aDeal, aRefund, aSale, percentage } from './builders.js';

const sale: Component = { on: 'sale', model: 'percentage', rate: '0.1' };
const fold = (terms: Terms, rest: Partial<FoldInput> = {}) =>
  foldConversion({ original: aSale(), refunds: [], versions: [aDeal(terms)], brandCurrency: 'EUR', ...rest });
const one = (component: Component, rest: Partial<FoldInput> = {}) => fold({ components: [component] }, rest).scopes[0]!;
const rulesOf = (component: Component, rest: Partial<FoldInput> = {}) => one(component, rest).explanation.rules.slice(2);
const when = (...rules: readonly (readonly [string, string, string | number])[]): Alternative['when'] =>
  ({ combinator: 'and', rules: rules.map(([field, operator, value]) => ({ field, operator, value })) }) as Alternative['when'];

test('P-08 alternatives that do not hold are told with what was found, and then what pays instead', () => {
  const alternatives: Alternative[] = [
    { name: 'large', priority: 3, when: when(['amount', '>', 20_000], ['currency', '=', 'EUR']), rate: '0.2', amount: 7 },
  ];
  expect(rulesOf({ ...sale, model: 'flat-plus-percentage', amount: 5, alternatives })).toEqual([
    {
      rule: 'alternative',
      passed: false,
      detail: 'large (priority 3, pays 0.2 and 7) does not hold: amount is more than 20000: found 10000; currency is "EUR": found "EUR"',
    },
    { rule: 'own-rate', passed: true, detail: 'no alternative holds: 0.1 and 5' },
  ]);
  expect(rulesOf({ on: 'sale', model: 'flat', amount: 5, alternatives }).at(-1)?.detail).toBe('no alternative holds: 5');
  expect(rulesOf({ ...sale, alternatives }).at(-1)?.detail).toBe('no alternative holds: 0.1');
});

test('M-12 an alternative changes only what it names', () => {
  const both: Component = { ...sale, model: 'flat-plus-percentage', amount: 5 };
  const by = (rest: Partial<Alternative>) =>
    one({ ...both, alternatives: [{ name: 'x', priority: 1, when: when(['currency', '=', 'EUR']), ...rest }] }).exact;
  expect([by({ rate: '0.2' }), by({ amount: 7 }), by({ amount: '0.5', rate: '0' })]).toEqual(['2005', '1007', '1/2']);
});

test('M-15 what is refused by ordinal is not asked for its duration or alternatives', () => {
  const component: Component = {
    ...sale,
    byOrdinal: { rates: ['0.1'], beyond: 'nothing' },
    duration: { months: 1, from: 'customer-first' },
    alternatives: [{ name: 'x', priority: 1, when: when(['currency', '=', 'EUR']), rate: '0.9' }],
  };
  expect(rulesOf(component)).toEqual([{ rule: 'ordinal', passed: false, detail: 'the event names no customer' }]);
});

test('M-14 a rule that holds, and what nothing is known of', () => {
  const rule = when(['partner.tags', 'contains', 'pro']);
  expect(rulesOf({ ...sale, qualify: { rule } })).toEqual([
    { rule: 'qualification', passed: false, detail: 'partner.tags contains "pro": found []' },
    { rule: 'qualification-as-a-whole', passed: false, detail: 'it does not qualify' },
  ]);
  expect(rulesOf({ ...sale, qualify: { rule: when(['amount', '=', 10_000]) } }).at(-1)).toEqual({
    rule: 'qualification-as-a-whole',
    passed: true,
    detail: 'it qualifies',
  });
});

test('M-14 metadata of the event is asked for by key; what it does not carry is not known', () => {
  const alternatives: Alternative[] = [
    { name: 'webinar', priority: 2, when: when(['metadata.channel', '=', 'webinar'], ['metadata.region', '!=', 'emea']), rate: '0.25' },
  ];
  const at = (details: Conversion['details']) => {
    const { exact, explanation } = one({ ...sale, alternatives }, { original: { ...aSale(), details } });
    return [exact, explanation.rules.find(({ rule }) => rule === 'alternative')?.detail, explanation.inputs.conversion.details];
  };
  const said = (verdict: string, channel: string, region: string) =>
    `webinar (priority 2, pays 0.25) ${verdict}: metadata.channel is "webinar": found ${channel}; metadata.region is not "emea": found ${region}`;
  const [webinar, emea, plain] = [{ channel: 'webinar', campaign: 'q1' }, { channel: 'webinar', region: 'emea' }, { plan: 'pro' }];
  expect(at({ metadata: webinar })).toEqual(['2500', said('wins', '"webinar"', 'nothing'), { metadata: webinar }]);
  expect(at({ metadata: emea })).toEqual(['1000', said('does not hold', '"webinar"', '"emea"'), { metadata: emea }]);
  expect(at(plain)).toEqual(['1000', said('does not hold', 'nothing', 'nothing'), plain]);
  expect(at(null)).toEqual(['1000', said('does not hold', 'nothing', 'nothing'), undefined]);
});

test('M-14 metadata named like another fact, or like what every object has, takes the place of neither', () => {
  const rule = when(['plan', '=', 'pro'], ['metadata.plan', '=', 'free'], ['metadata.constructor', '=', 'x']);
  const qualifies = (details: Conversion['details']) =>
    one({ ...sale, qualify: { rule } }, { original: { ...aSale(), details } })
      .explanation.rules.slice(2)
      .map(({ detail }) => detail);
  expect(qualifies({ plan: 'pro', metadata: { plan: 'free', constructor: 'x' } }).at(-1)).toBe('it qualifies');
  expect(qualifies({ plan: 'pro', metadata: { plan: 'free' } })).toEqual([
    'plan is "pro": found "pro"',
    'metadata.plan is "free": found "free"',
    'metadata.constructor is "x": found nothing',
    'it does not qualify',
  ]);
});

test('what goes into an explanation is what the amount depends on, and no more', () => {
  const plain = one(sale, { timeZone: 'UTC' }).explanation.inputs;
  expect(Object.keys(plain)).toEqual(['conversion', 'refunds', 'deal', 'brandCurrency']);
  const rule = when(['amount', '>', 1]);
  expect(Object.keys(one({ ...sale, qualify: { rule } }).explanation.inputs)).toEqual(['conversion', 'refunds', 'deal', 'brandCurrency']);
  expect(Object.keys(one({ ...sale, qualify: { rule } }, { timeZone: 'UTC' }).explanation.inputs)).toEqual([
    'conversion',
    'refunds',
    'deal',
    'brandCurrency',
    'timeZone',
  ]);
});

const scaled = (rest: Partial<Component>): Component => ({
  ...sale,
  tiers: { metric: { measure: 'amount' }, reset: 'month', scale: 'whole', bands: [{}] },
  ...rest,
});

test('a line that waits for its stream is entitled to nothing yet, and its explanation says what is known', () => {
  const scope = one(scaled({}), { timeZone: 'UTC' });
  expect(scope).toMatchObject({ entitlement: 0n, exact: '1000', reason: null });
  expect(scope.explanation.inputs).toMatchObject({ timeZone: 'UTC' });
});

test('M-10 what counts for a scale: what is left where terms unwind, else the whole, if it qualifies', () => {
  const weights = (rest: Partial<NonNullable<Component['tiers']>>, refunds: Conversion[] = [], component: Partial<Component> = {}) =>
    fold({ components: [scaled({ tiers: { ...scaled({}).tiers!, ...rest }, ...component })] }, { refunds }).records.map(
      (record) => record.weights,
    );
  const all = [aRefund(null)];
  const some = [aRefund(4_000n)];
  expect([weights({}), weights({}, some), weights({}, all)]).toEqual([[['10000']], [['6000']], [['0']]]);
  expect([weights({ demotion: 'keep' }, some), weights({ demotion: 'keep' }, all)]).toEqual([[['10000']], [['10000']]]);
  expect(weights({}, [], { qualify: { minAmount: 10_001 } })).toEqual([['0']]);
  expect(weights({ metric: [{ measure: 'count' }, { measure: 'amount', on: 'lead' }] })).toEqual([['1', '0']]);
  // What refunds take nothing of is still counted.
  const never: Partial<Component> = { onRefund: 'never' };
  expect(weights({ metric: { measure: 'count' } }, some, never)).toEqual([['1']]);
});

test('a scale makes something of a rate of nothing, and of an amount that rounds to nothing', () => {
  const place = { before: ['0'], reached: null, room: [], sumBefore: '0', bandBefore: null };
  const at = (component: Component) => {
    const [scope] = fold({ components: [component] }).scopes;
    return fold({ components: [component] }, { streamed: { [scope!.scope]: place } }).scopes[0]!;
  };
  const bands = { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands: [{ rate: '0.5' }] } as const;
  expect(at(scaled({ rate: '0', tiers: bands }))).toMatchObject({ entitlement: 5_000n, reason: null });
  expect(at(scaled({ rate: '0.00001', tiers: bands }))).toMatchObject({ entitlement: 5_000n, reason: null });
  expect(at(scaled({ rate: '0', tiers: { ...bands, bands: [{ rate: '0.00001' }] } }))).toMatchObject({
    entitlement: 0n,
    reason: 'rounds-to-zero',
  });
  expect(at(scaled({ qualify: { minAmount: 10_001 }, tiers: bands }))).toMatchObject({ entitlement: 0n, reason: 'below-minimum-amount' });
});

test('the currency of a component: of the event where it is a share of its money alone, else of the brand', () => {
  const dollars = { original: aSale({ currency: 'USD' }) };
  const currency = (component: Component, rest: Partial<FoldInput> = dollars) => one(component, rest).currency;
  const items: Component = { on: 'sale', model: 'line-items', items: { rates: [], otherwise: '0.1' } };
  expect([
    currency(sale),
    currency(items),
    currency({ ...sale, model: 'flat-plus-percentage', amount: 1 }),
    currency({ on: 'sale', model: 'flat', amount: 1 }),
  ]).toEqual(['USD', 'USD', 'EUR', 'EUR']);
  expect([currency({ on: 'sale', model: 'spread-share', rate: '1', spread: { unit: 1 } }), currency(scaled({}))]).toEqual(['EUR', 'EUR']);
  expect(currency({ on: 'sale', model: 'flat', amount: 1 }, { ...dollars, brandCurrency: null })).toBe('USD');
  expect(currency(sale, { original: aSale({ currency: null, amount: null }) })).toBe('EUR');
});

test('M-28 what waits for a rate: shares of money, lines of an order, minima and scales by money, not flat amounts or spreads', () => {
  const reason = (component: Component, rest: Partial<Conversion> = {}) =>
    one(component, { original: aSale({ currency: 'USD', ...rest }) }).reason;
  const flat: Component = { on: 'sale', model: 'flat', amount: 1 };
  const items: Component = {
    on: 'sale',
    model: 'line-items',
    items: { rates: [], otherwise: '0.1' },
    caps: [{ measure: 'amount', limit: 9, per: 'day' }],
  };
  expect([
    reason({ ...sale, model: 'flat-plus-percentage', amount: 1 }),
    reason(items),
    reason({ ...flat, qualify: { minAmount: 1 } }),
  ]).toEqual(Array(3).fill('fx-rate-missing'));
  expect([reason(flat), reason({ ...flat, qualify: { minAmount: 0 } })]).toEqual([null, null]);
  const spread: Component = { on: 'sale', model: 'spread-share', rate: '1', spread: { unit: 1 } };
  const details = { quantity: '1', spread: '2' };
  expect(reason(spread, { details })).toBeNull();
  const tiers = (metric: Metric | Metric[]): NonNullable<Component['tiers']> => ({
    metric,
    reset: 'month',
    scale: 'whole',
    bands: [{ upTo: 9 }, { upTo: null }],
  });
  expect([
    reason({ ...spread, qualify: { minAmount: 1 } }, { details }),
    reason({ ...spread, tiers: tiers({ measure: 'amount' }) }, { details }),
    reason({ ...flat, tiers: tiers({ measure: 'amount' }) }),
    reason({ ...flat, tiers: { ...tiers([{ measure: 'count' }, { measure: 'amount' }]), bands: [{ atLeast: [0, 0] }] } }),
  ]).toEqual(Array(4).fill('fx-rate-missing'));
  for (const metric of [{ measure: 'count' }, { measure: 'amount', on: 'lead' }] as const)
    expect(reason({ ...flat, tiers: tiers(metric) })).not.toBe('fx-rate-missing');
});

test('M-25 what refunds leave is shown where they left something else, and each rule of it once', () => {
  const both: Component = { ...sale, model: 'flat-plus-percentage', amount: 100, onRefund: 'proportional' };
  const steps = (refunds: Conversion[], original = aSale()) =>
    one(both, { original, refunds }).explanation.steps.map(({ step, formula }) => `${step}: ${formula}`);
  expect(steps([aRefund(2_500n)])).toEqual([
    'left-after-refunds: 10000 - 2500',
    'flat-part: 100 x 0.75',
    'percentage-part: 7500 x 0.1',
    'commission: sum of the parts',
  ]);
  expect(steps([])).toEqual(['flat-part: 100', 'percentage-part: 10000 x 0.1', 'commission: sum of the parts']);
  expect(steps([aRefund(null)], aSale({ amount: null, currency: null }))).toEqual(['flat-part: 100 x 0']);
  expect(rulesOf(both, { refunds: [aRefund(2_500n)] }).map(({ rule }) => rule)).toEqual(['refund-applied', 'refund-proportional']);
  const least: Component = { ...both, onRefund: 'when-fully-refunded', qualify: { minAmount: 8_000 } };
  expect(rulesOf(least, { refunds: [aRefund(2_500n)] }).slice(1)).toEqual([
    { rule: 'minimum-amount', passed: true, detail: '10000 is at least 8000' },
    { rule: 'refund-when-fully-refunded', passed: false, detail: 'what is left no longer qualifies' },
    { rule: 'minimum-amount', passed: false, detail: '7500 is less than 8000' },
  ]);
});

test('M-13 lines of an order: a discount on lines of nothing is shared evenly, and one of several sorts is matched by all it names', () => {
  const items: Component = {
    on: 'sale',
    model: 'line-items',
    items: {
      rates: [
        { sku: 'a', category: 'x', rate: '0.5' },
        { category: 'x', rate: '0.2' },
        { product: 'p', rate: '0.3' },
      ],
      otherwise: '1',
    },
  };
  const formulas = (details: Conversion['details']) =>
    one(items, { original: aSale({ details }) }).explanation.steps.map(({ formula }) => formula);
  const line = (sku: string, amount: number, category?: string) => ({ sku, amount, quantity: 1, category });
  expect(formulas({ lines: [line('a', 100, 'x'), line('b', 100, 'x'), line('a', 100)] })).toEqual([
    '(100 - 0) x 0.5',
    '(100 - 0) x 0.2',
    '(100 - 0) x 1',
    'sum of the parts',
  ]);
  expect(formulas({ product: 'p', lines: [line('c', 0), line('c', 100)], discount: 10 })).toEqual([
    '(0 - 0) x 0.3',
    '(100 - 10) x 0.3',
    'sum of the parts',
  ]);
  expect(formulas({ category: 'x', lines: [line('c', 0), line('c', 0)], discount: 3 })).toEqual([
    '(0 - 2) x 0.2',
    '(0 - 1) x 0.2',
    'sum of the parts',
  ]);
  expect(formulas({ product: 'p', lines: [line('c', 1_000), line('c', -200)], discount: 100 })).toEqual([
    '(1000 - 100) x 0.3',
    '(-200 - 0) x 0.3',
    'sum of the parts',
  ]);
  expect(one(items).reason).toBe('no-lines');
});

test('M-19 a unit or a spread needs its quantity, by name', () => {
  const perUnit: Component = { on: 'sale', model: 'per-unit', amount: 3 };
  const spread: Component = { on: 'sale', model: 'spread-share', rate: '1', spread: { unit: 1 } };
  for (const component of [perUnit, spread])
    expect([one(component).reason, one(component, { original: aSale({ details: null }) }).reason]).toEqual(['no-quantity', 'no-quantity']);
  expect(one({ ...perUnit, amount: 0 }, { original: aSale({ details: { quantity: '2' } }) }).reason).toBe('rate-is-zero');
});

test('C-05 why an excluded customer earns nothing by plain terms is explained by what was known of it', () => {
  const excluded = {
    ...{ customerId: 'x', tags: [], country: null, verifiedAt: null, excludedFrom: '2026-03-10T00:00:00.000Z' },
    ...{ firstAt: '2026-03-01T00:00:00.000Z', ordinal: 1, history: [] },
  };
  const told = (customer: CustomerThen | null) => {
    const circumstances = { partner: { tags: [], tier: null }, uplines: [], customer, touches: [], rates: [] };
    const original = aSale({ customerId: 'x' });
    const { scopes } = foldConversion({ original, refunds: [], versions: [aDeal(percentage('0.10'))], circumstances });
    return [scopes[0]?.reason, scopes[0]?.explanation.inputs.circumstances?.customer?.excludedFrom];
  };
  expect(told(excluded)).toEqual(['customer-excluded', excluded.excludedFrom]);
  expect(told({ ...excluded, excludedFrom: null })).toEqual([null, undefined]);
});
