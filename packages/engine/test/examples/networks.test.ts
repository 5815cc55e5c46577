import { expect, test } from '@jest/globals';
import {
  type Component,
  checkTerms,
  completeTerms,
  goesByCountry,
  type NetworkKind,
  networkOf,
  networksThatHide,
} from '../../src/index.js';
import { type World, world } from '../world.js';

const refused: NetworkKind[] = ['vpn', 'tor'];
const sale: Component = { on: 'sale', model: 'percentage', rate: '0.10', qualify: { refusedNetworks: refused } };
const german = { combinator: 'and', rules: [{ field: 'country', operator: '=', value: 'DE' }] } as const;

/** A sale of anna's on 15 March. */
function told(component: Component = sale): World & { sale: string } {
  const made = world();
  made.deal('a', [component]);
  return { ...made, sale: made.event({ amount: 10_000, customerId: 'anna' }) };
}
const earned = (made: ReturnType<typeof told>) => [made.earns(made.sale)['a'], made.result(made.sale).reason];
const rulesOf = (made: ReturnType<typeof told>) => made.result(made.sale).scopes[0]?.explanation.rules;

test('F-10 a sale that came through a refused network does not qualify, and the explanation names the rule and the verdict', () => {
  const made = told();
  made.network(made.sale, 'vpn', '03-15');
  expect(earned(made)).toEqual([0, 'network-refused']);
  const detail = 'c0001 came from vpn at 2026-03-15T12:00:00.000Z (verdict rsg_1); among vpn, tor, which are refused';
  expect(rulesOf(made)?.at(-1)).toEqual({ rule: 'network', passed: false, detail });
  made.nets(); // computes every explanation again
});

test('F-10 unknown is never a no, and a network that is not refused is none either', () => {
  const unknown = told();
  expect(earned(unknown)).toEqual([1_000, null]);
  expect(rulesOf(unknown)).toContainEqual({ rule: 'network', passed: true, detail: 'no verdict on its network is known' });
  const proxied = told();
  proxied.network(proxied.sale, 'proxy', '03-15');
  expect(earned(proxied)).toEqual([1_000, null]);
  expect(
    rulesOf(proxied)
      ?.map(({ detail }) => detail)
      .join('\n'),
  ).toMatch(/came from proxy at .*; not among vpn, tor, which are refused$/m);
});

test('F-10 a deal that refuses no network knows nothing of verdicts, nor does what explains it', () => {
  const made = told({ on: 'sale', model: 'percentage', rate: '0.10' });
  made.network(made.sale, 'vpn', '03-15');
  expect(earned(made)).toEqual([1_000, null]);
  expect(made.result(made.sale).scopes[0]?.explanation.inputs).not.toHaveProperty('circumstances');
});

test.each<[string, [of: 'sale' | 'anna', network: NetworkKind, seenAt: string][], number]>([
  ['the customer was seen on one before', [['anna', 'vpn', '03-14']], 0],
  ['the customer was seen on one at that instant', [['anna', 'vpn', '03-15']], 0],
  ['the customer was seen on one afterwards', [['anna', 'vpn', '03-16']], 1_000],
  [
    'the customer was seen elsewhere meanwhile',
    [
      ['anna', 'vpn', '03-13'],
      ['anna', 'residential', '03-14'],
    ],
    1_000,
  ],
  [
    'what is told late was seen before',
    [
      ['anna', 'residential', '03-14'],
      ['anna', 'vpn', '03-13'],
    ],
    1_000,
  ],
  [
    'seen at one instant: the last verdict',
    [
      ['anna', 'residential', '03-14'],
      ['anna', 'vpn', '03-14'],
    ],
    0,
  ],
  [
    'the sale itself came from elsewhere',
    [
      ['sale', 'residential', '03-15'],
      ['anna', 'vpn', '03-14'],
    ],
    1_000,
  ],
  [
    'the sale itself, whenever it was seen',
    [
      ['sale', 'vpn', '03-20'],
      ['anna', 'residential', '03-14'],
    ],
    0,
  ],
  [
    'the sale itself: the last verdict',
    [
      ['sale', 'vpn', '03-15'],
      ['sale', 'mobile', '03-14'],
    ],
    1_000,
  ],
])('F-10 of several verdicts: %s', (_name, verdicts, expected) => {
  const made = told();
  for (const [of, network, seenAt] of verdicts) made.network(of === 'sale' ? made.sale : of, network, seenAt);
  expect(made.earns(made.sale)['a']).toBe(expected);
});

test('F-10 what a partner above is paid for it goes by its own terms, also after a refund', () => {
  const made = told();
  made.network(made.sale, 'vpn', '03-15');
  made.refund(made.sale, 5_000);
  made.parent('a', 'top');
  made.deal('top', [{ on: 'sale', model: 'percentage', rate: '0.01', downline: { levels: ['1'], of: 'amount', funding: 'on-top' } }]);
  expect(made.earns(made.sale)).toEqual({ a: 0, top: 50 });
});

test('F-10 whoever asks for countries and says nothing of networks refuses those that hide the country, from now on', () => {
  const asking: Component[] = [
    { ...sale, qualify: { rule: german } },
    { ...sale, qualify: {}, alternatives: [{ name: 'german', priority: 1, when: german, rate: '0.2' }] },
    { ...sale, qualify: { customer: { minDepositsByCountry: { DE: 1 }, onExclusion: 'keep' } } },
  ];
  expect(asking.map(goesByCountry)).toEqual([true, true, true]);
  const written = (component: Component, brand = {}) => completeTerms({ components: [component] }, brand).components[0]?.qualify;
  expect(asking.map((one) => written(one)?.refusedNetworks)).toEqual([networksThatHide, networksThatHide, networksThatHide]);
  expect(written(asking[1] ?? sale)).toEqual({ refusedNetworks: ['vpn', 'proxy', 'tor', 'data-centre'] });
  // The deal, else its brand.
  expect(asking.map((one) => written(one, { refusedNetworks: ['tor'] })?.refusedNetworks)).toEqual([['tor'], ['tor'], ['tor']]);
  const open: Component = { ...sale, qualify: { rule: german, refusedNetworks: [] } };
  expect(written(open, { refusedNetworks: ['tor'] })).toEqual(open.qualify);
  // What was written before says nothing of networks, and is not completed: it goes on paying.
  const old = told({ ...sale, qualify: { rule: german } });
  const abroad = old.event({ amount: 10_000, details: { country: 'DE' } });
  old.network(abroad, 'vpn', '03-15');
  expect(old.earns(abroad)).toEqual({ a: 1_000 });
});

test('F-10 whoever does not ask for countries refuses nothing unless he says so', () => {
  const plain: Component = { ...sale, qualify: { rule: { combinator: 'and', rules: [{ field: 'plan', operator: '=', value: 'pro' }] } } };
  expect(goesByCountry(plain)).toBe(false);
  expect(completeTerms({ components: [plain] }, { refusedNetworks: ['tor'] })).toEqual({ components: [plain] });
  const month: Component = {
    on: 'player-activity',
    model: 'revshare',
    rate: '0.3',
    alternatives: [{ name: 'x', priority: 1, when: german }],
  };
  expect(completeTerms({ components: [month] }, {})).toEqual({ components: [month] });
  expect(checkTerms({ components: [{ ...sale, qualify: { refusedNetworks: ['vpn', 'tor', 'vpn'] } }] })).toEqual([
    { pointer: '/components/0/qualify/refusedNetworks/2', rule: 'network-is-named-twice' },
  ]);
});

test('F-10 of two verdicts with one number, as after a restore, the later signal is the last, whatever comes first', () => {
  const made = told();
  const conversion = made.conversions[0]!;
  const seen = { subjectId: conversion.conversionId, country: null, seenAt: '2026-03-15T12:00:00.000Z', verdict: 1 };
  const verdicts = [
    { ...seen, signalId: 'rsg_1', network: 'vpn' as const },
    { ...seen, signalId: 'rsg_2', network: 'residential' as const },
  ];
  for (const order of [verdicts, verdicts.toReversed()]) expect(networkOf(conversion, order)?.network).toBe('residential');
});
