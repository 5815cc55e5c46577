import { expect, test } from '@jest/globals';
import type { RuleGroup } from '@tributary/rules';
import {
  above,
  banded,
  type Case,
  capped,
  carrying,
  deal,
  expectOnly,
  germany,
  guard,
  lines,
  lint,
  ofMaster,
  other,
  rule,
  scaled,
  withOthers,
} from './lint-builders.js';
import { flat, lineItems, override, percent, perLot, retainer, revshare, scale, spreadShare, tiered } from './terms-builders.js';

/** Conversions or revenue. */
const either = { metric: [{ measure: 'count' }, { measure: 'amount' }], reach: 'any' } as const;
const lowest = { atLeast: [0, 0], rate: '0.1' } as const;
const smallCap = { measure: 'amount', limit: 400, per: 'month', afterRefund: 'returns' } as const;

const errors: Case[] = [
  [
    'M-12 two alternatives of equal priority that both hold',
    withOthers(other('german', 1, germany), other('vip', 1, rule('partner.tags', 'contains', 'vip'))),
    '/components/0/alternatives/1/priority',
    'alternatives-of-equal-priority-overlap',
    /"german" and "vip" have the same priority 1 and both hold for country "DE", tags of the partner "vip"/,
    withOthers(other('german', 1, germany), other('vip', 2, rule('partner.tags', 'contains', 'vip'))),
  ],
  [
    'M-12 ranges of numbers of equal priority that meet',
    withOthers(other('small', 1, rule('amount', 'between', [0, 500])), other('large', 1, rule('amount', '>=', 500))),
    '/components/0/alternatives/1/priority',
    'alternatives-of-equal-priority-overlap',
    /both hold for amount 500/,
    withOthers(other('small', 1, rule('amount', '<', 500)), other('large', 1, rule('amount', '>=', 500))),
  ],
  [
    'an alternative hidden by the same condition above it',
    withOthers(other('first', 2, germany), other('second', 1, germany)),
    '/components/0/alternatives/1',
    'alternative-is-unreachable',
    /"second" \(priority 1\) is never reached: whenever it holds, "first" \(priority 2\) holds too/,
    withOthers(other('first', 2, germany), other('second', 1, rule('country', '=', 'AT'))),
  ],
  [
    'M-14 two alternatives of equal priority by different metadata',
    withOthers(other('webinar', 1, rule('metadata.channel', '=', 'webinar')), other('north', 1, rule('metadata.region', '=', 'north'))),
    '/components/0/alternatives/1/priority',
    'alternatives-of-equal-priority-overlap',
    /both hold for metadata.channel "webinar", metadata.region "north"/,
    withOthers(other('webinar', 1, rule('metadata.channel', '=', 'webinar')), other('radio', 1, rule('metadata.channel', '=', 'radio'))),
  ],
  [
    'M-14 an alternative hidden by one that asks for the same metadata',
    withOthers(
      other('spoken', 2, rule('metadata.channel', 'in', ['podcast', 'radio'])),
      other('radio', 1, rule('metadata.channel', '=', 'radio')),
    ),
    '/components/0/alternatives/1',
    'alternative-is-unreachable',
    /"radio" \(priority 1\) is never reached: whenever it holds, "spoken" \(priority 2\) holds too/,
    withOthers(
      other('spoken', 2, rule('metadata.channel', 'in', ['podcast', 'radio'])),
      other('radio', 3, rule('metadata.channel', '=', 'radio')),
    ),
  ],
  [
    'M-14 a component that asks one key of metadata for two values',
    deal({
      ...percent,
      qualify: { rule: { combinator: 'and', rules: [rule('metadata.channel', '=', 'a'), rule('metadata.channel', '=', 'b')] } },
    }),
    '/components/0/qualify/rule',
    'component-never-matches',
    /kind sale/,
    deal({
      ...percent,
      qualify: { rule: { combinator: 'and', rules: [rule('metadata.channel', '=', 'a'), rule('metadata.other', '=', 'b')] } },
    }),
  ],
  [
    'M-14 a key that no metadata can have',
    withOthers(other('webinar', 1, rule('metadata.Channel', '=', 'webinar'))),
    '/components/0/alternatives/0/when/rules/0/field',
    'field-key-is-malformed',
    /^Field key is malformed \(it is "metadata\.Channel"\)\.$/,
    withOthers(other('webinar', 1, rule('metadata.channel', '=', 'webinar'))),
  ],
  [
    'an alternative hidden by a list that has its value',
    withOthers(other('german', 1, germany), other('dach', 2, rule('country', 'in', ['AT', 'CH', 'DE']))),
    '/components/0/alternatives/0',
    'alternative-is-unreachable',
    /"dach" \(priority 2\)/,
    withOthers(other('german', 3, germany), other('dach', 2, rule('country', 'in', ['AT', 'CH', 'DE']))),
  ],
  [
    'an alternative hidden by a wider range',
    withOthers(other('wide', 2, rule('amount', '>=', 500)), other('narrow', 1, rule('amount', '>=', 900))),
    '/components/0/alternatives/1',
    'alternative-is-unreachable',
    /"wide"/,
    withOthers(other('wide', 1, rule('amount', '>=', 500)), other('narrow', 2, rule('amount', '>=', 900))),
  ],
  [
    'an alternative hidden by two others together',
    withOthers(
      other('low', 3, rule('amount', '<', 500)),
      other('high', 2, rule('amount', '>=', 500)),
      other('mid', 1, rule('amount', 'between', [1, 9])),
    ),
    '/components/0/alternatives/2',
    'alternative-is-unreachable',
    /"low"/,
    withOthers(
      other('low', 3, rule('amount', '<', 1)),
      other('high', 2, rule('amount', '>=', 500)),
      other('mid', 1, rule('amount', 'between', [1, 9])),
    ),
  ],
  [
    'an alternative that contradicts itself',
    withOthers(other('none', 1, { combinator: 'and', rules: [germany, rule('country', '=', 'AT')] })),
    '/components/0/alternatives/0/when',
    'alternative-never-holds',
    /"none"/,
    withOthers(other('none', 1, { combinator: 'or', rules: [germany, rule('country', '=', 'AT')] })),
  ],
  [
    'an alternative below the minimum of its component',
    deal({ ...percent, qualify: { minAmount: 1_000 }, alternatives: [other('small', 1, rule('amount', '<', 1_000))] }),
    '/components/0/alternatives/0/when',
    'alternative-never-holds',
    /"small"/,
    deal({ ...percent, qualify: { minAmount: 999 }, alternatives: [other('small', 1, rule('amount', '<', 1_000))] }),
  ],
  [
    'a component for another kind than its own',
    deal({ ...percent, qualify: { rule: rule('kind', '=', 'lead') } }),
    '/components/0/qualify/rule',
    'component-never-matches',
    /kind sale/,
    deal({ ...percent, qualify: { rule: rule('kind', '=', 'sale') } }),
  ],
  [
    'T-39 a component for another licence than the deal',
    { ...deal({ ...percent, qualify: { rule: rule('licence', '=', 'UKGC') } }), licence: 'MGA' },
    '/components/0/qualify/rule',
    'component-never-matches',
    /"sale"/,
    { ...deal({ ...percent, qualify: { rule: rule('licence', '=', 'UKGC') } }), licence: 'UKGC' },
  ],
  [
    'bands that overlap',
    banded('amount', { upTo: 200_000, rate: '0.1' }, { upTo: 100_000, rate: '0.2' }, { upTo: null, rate: '0.3' }),
    '/components/0/tiers/bands/1/upTo',
    'bands-must-ascend',
    /it is 100000/,
    banded('amount', { upTo: 200_000, rate: '0.1' }, { upTo: 300_000, rate: '0.2' }, { upTo: null, rate: '0.3' }),
  ],
  [
    'bands with a gap at the top',
    banded('amount', { upTo: 200_000, rate: '0.1' }, { upTo: 300_000, rate: '0.2' }),
    '/components/0/tiers/bands/1/upTo',
    'last-band-must-be-open',
    /it is 300000/,
    banded('amount', { upTo: 200_000, rate: '0.1' }, { upTo: null, rate: '0.2' }),
  ],
  [
    'a bound of 5.5 between counts',
    banded('count', { upTo: '5.5', rate: '0.1' }, { upTo: null, rate: '0.2' }),
    '/components/0/tiers/bands/0/upTo',
    'count-bound-must-be-whole',
    /counts events has a bound of 5.5/,
    banded('count', { upTo: 5, rate: '0.1' }, { upTo: null, rate: '0.2' }),
  ],
  [
    'a first band that ends at nothing',
    banded('count', { upTo: 0, rate: '0.1' }, { upTo: null, rate: '0.2' }),
    '/components/0/tiers/bands/0',
    'band-is-unreachable',
    /ends at 0/,
    banded('count', { upTo: 1, rate: '0.1' }, { upTo: null, rate: '0.2' }),
  ],
  [
    'A-17 a minimum of nothing where any will do',
    scaled({ ...either, bands: [lowest, { atLeast: [20, 0], rate: '0.15' }] }),
    '/components/0/tiers/bands/1/atLeast/1',
    'band-is-unreachable',
    /reaches band 2 by a minimum of 0/,
    scaled({ ...either, bands: [lowest, { atLeast: [20, null], rate: '0.15' }] }),
  ],
  [
    'a scale over several brands without a currency',
    { ...scaled({ metric: { measure: 'amount', across: 'brands' } }), timeZone: 'Europe/Berlin' },
    '/currency',
    'tiers-across-brands-need-a-currency',
    /every brand/,
    { ...scaled({ metric: { measure: 'amount', across: 'brands' } }), timeZone: 'Europe/Berlin', currency: 'EUR' },
  ],
  [
    'WE-14 a carry in net revenue that offsets commission',
    carrying({ unit: 'base' }),
    '/components/0/carryover/unit',
    'carryover-mixes-units',
    /earnings, which are commission, with a carry in net revenue/,
    carrying({ unit: 'commission' }),
  ],
  [
    'WE-14 a high roller set apart in net revenue from a carry in commission',
    carrying({ policy: 'component', highRoller: { threshold: -1_000_000 } }),
    '/components/0/carryover/unit',
    'carryover-mixes-units',
    /-1000000/,
    carrying({ policy: 'component', unit: 'base', highRoller: { threshold: -1_000_000 } }),
  ],
  [
    'one minimum for currencies with and without minor units',
    deal({ ...percent, qualify: { minAmount: 2_000, rule: rule('currency', 'in', ['EUR', 'JPY']) } }),
    '/components/0/qualify/minAmount',
    'minimum-mixes-minor-units',
    /2000 .* EUR, JPY/,
    deal({ ...percent, qualify: { minAmount: 2_000, rule: rule('currency', 'in', ['EUR', 'GBP']) } }),
  ],
  [
    'WE-71 a spend limit smaller than one payment',
    capped({ measure: 'amount', limit: 400, per: 'month', of: 'customer' }),
    '/components/0/caps/0/limit',
    'cap-is-below-one-payment',
    /400 is less than one payment of 500/,
    capped({ measure: 'amount', limit: 500, per: 'month', of: 'customer' }),
  ],
  [
    'M-10 a limit smaller than every payment, of what came before too',
    deal({
      ...flat,
      rounding: 'half-away',
      caps: [smallCap],
      tiers: {
        ...scale,
        retroactive: 'all',
        bands: [
          { upTo: 1_000, factor: '1' },
          { upTo: null, back: { amount: 401 } },
        ],
      },
    }),
    '/components/0/caps/0/limit',
    'cap-is-below-one-payment',
    /400 is less than one payment of 401/,
    deal({
      ...flat,
      rounding: 'half-away',
      caps: [smallCap],
      tiers: {
        ...scale,
        retroactive: 'all',
        bands: [
          { upTo: 1_000, factor: '1' },
          { upTo: null, back: { amount: 400 } },
        ],
      },
    }),
  ],
  [
    'deductions of all the revenue',
    lines('0.6', '0.4'),
    '/components/0/waterfall/lines',
    'nothing-is-left-of-revenue',
    /100 %/,
    lines('0.6', '0.3'),
  ],
  [
    'two components that together pay more than the event brings',
    deal({ ...percent, rate: '0.6' }, { ...percent, rate: '0.5' }),
    '/components/1',
    'shares-exceed-the-margin',
    /110 % of its revenue \(60 % \+ 50 %\); there is only 100 %/,
    deal({ ...percent, rate: '0.6' }, { ...percent, rate: '0.4' }),
  ],
  [
    'a share above the margin',
    deal({ ...percent, rate: '0.351' }),
    '/components/0',
    'shares-exceed-the-margin',
    /35.1 % of its revenue; the brand allows 35 %/,
    deal({ ...percent, rate: '0.35' }),
    guard('0.35'),
  ],
  [
    'an alternative above the margin',
    withOthers(other('vip', 1, germany, { rate: '0.4' })),
    '/components/0',
    'shares-exceed-the-margin',
    /40 %/,
    withOthers(other('vip', 1, germany, { rate: '0.3' })),
    guard('0.35'),
  ],
  [
    'a band whose factor lifts the share above the margin',
    deal({ ...percent, rate: '0.3', tiers: { ...scale, bands: [{ upTo: 100_000 }, { upTo: null, factor: '1.2' }] } }),
    '/components/0',
    'shares-exceed-the-margin',
    /36 %/,
    deal({ ...percent, rate: '0.3', tiers: { ...scale, bands: [{ upTo: 100_000 }, { upTo: null, factor: '1.1' }] } }),
    guard('0.35'),
  ],
  [
    'M-10 a rate for what came before above the margin',
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, back: { rate: '0.36' } }] }),
    '/components/0',
    'shares-exceed-the-margin',
    /36 %/,
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, back: { rate: '0.35' } }] }),
    guard('0.35'),
  ],
  [
    'M-10 a factor by which what came before goes above the margin, but not what stands in the band or above it',
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.2' },
        { upTo: null, rate: '0.3', back: { factor: '1.8' } },
      ],
    }),
    '/components/0',
    'shares-exceed-the-margin',
    /36 %/,
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, rate: '0.2' },
        { upTo: 200_000, rate: '0.3', back: { factor: '1.5' } },
        { upTo: null, rate: '0.32' },
      ],
    }),
    guard('0.35'),
  ],
  [
    'M-10 a factor on the factor of a band below, and on the rate of the component',
    scaled({
      retroactive: 'all',
      bands: [
        { upTo: 100_000, factor: '2' },
        { upTo: null, factor: '3', back: { factor: '1.8' } },
      ],
    }),
    '/components/0',
    'shares-exceed-the-margin',
    /36 %/,
    scaled({ retroactive: 'all', bands: [{ upTo: 100_000 }, { upTo: null, rate: '0.3', back: { factor: '3.4' } }] }),
    guard('0.35'),
  ],
  [
    'components that stack above the margin, but not for the country that only one of them is for',
    deal({ ...percent, rate: '0.2' }, { ...percent, rate: '0.2', qualify: { rule: germany } }),
    '/components/1',
    'shares-exceed-the-margin',
    /40 % of its revenue \(20 % \+ 20 %\)/,
    deal(
      { ...percent, rate: '0.2', qualify: { rule: rule('country', '=', 'AT') } },
      { ...percent, rate: '0.2', qualify: { rule: germany } },
    ),
    guard('0.35'),
  ],
  [
    'WE-41 30 % and 10 % of that are 33 %, at a guard of 32 %',
    ofMaster('0.10'),
    '/components/1/downline',
    'overrides-exceed-the-margin',
    /33 % of its revenue, 30 % of it to its own partner; the brand allows 32 %/,
    ofMaster('0.06'),
    guard('0.32'),
  ],
  [
    'overrides of three levels above the margin',
    above({ levels: ['0.03', '0.02', '0.01'] }),
    '/components/1/downline',
    'overrides-exceed-the-margin',
    /36 %/,
    above({ levels: ['0.03', '0.02'] }),
    guard('0.35'),
  ],
  [
    'ranks above the margin',
    above({
      ranks: {
        order: ['one', 'two'],
        skipped: 'lose',
        pays: [
          { rank: 'one', rate: '0.04' },
          { rank: 'two', rate: '0.02' },
        ],
      },
    }),
    '/components/1/downline',
    'overrides-exceed-the-margin',
    /36 %/,
    above({
      ranks: {
        order: ['one', 'two'],
        skipped: 'lose',
        pays: [
          { rank: 'one', rate: '0.03' },
          { rank: 'two', rate: '0.02' },
        ],
      },
    }),
    guard('0.35'),
  ],
  [
    'an override on top of what another deal of the brand pays',
    above({ levels: ['0.05'] }, null),
    '/components/0/downline',
    'overrides-exceed-the-margin',
    /36 % of its revenue, 31 % of it to its own partner/,
    above({ levels: ['0.04'] }, null),
    { ...guard('0.35'), brandTerms: [deal({ ...percent, rate: '0.31' })] },
  ],
  [
    'the deals of the partners above leave no room for this one',
    deal({ ...percent, rate: '0.31' }),
    '/components',
    'overrides-exceed-the-margin',
    /this deal pays 31 % and those above it 5 %, together 36 %; the brand allows 35 %/,
    deal({ ...percent, rate: '0.3' }),
    { ...guard('0.35'), uplineTerms: [above({ levels: ['0.03', '0.5'] }), above({ levels: ['0.5', '0.02'] })] },
  ],
  [
    'WE-31 ratios that come to the whole',
    above({ levels: ['0.5', '0.2'] }),
    '/components/1/downline/levels',
    'ratios-must-stay-below-one',
    /0.3 \+ 0.5 \+ 0.2 come to 100 %/,
    above({ levels: ['0.49', '0.2'] }),
  ],
  [
    'WE-31 ratios of a commission that come to more than it',
    above({ levels: ['0.6', '0.5'], of: 'commission' }),
    '/components/1/downline/levels',
    'ratios-must-stay-below-one',
    /110 %/,
    above({ levels: ['0.6', '0.3'], of: 'commission' }),
  ],
  [
    'levels that take all of the share that they are paid out of',
    above({ levels: ['0.2', '0.1'], funding: 'downline' }),
    '/components/1/downline/levels',
    'levels-take-everything',
    /30 % of the revenue out of a share of 30 %/,
    above({ levels: ['0.2', '0.05'], funding: 'downline' }),
  ],
  [
    'M-09 a scale without a choice of its bounds',
    scaled({ bounds: undefined }),
    '/components/0/tiers/bounds',
    'bounds-must-be-chosen',
    /"inclusive" \(yes\) or "exclusive" \(no\)/,
    scaled({ bounds: 'exclusive' }),
  ],
  [
    'a rate in percent instead of a share',
    deal({ ...percent, rate: '10' }),
    '/components/0/rate',
    'rate-must-not-exceed-one',
    /^Rate must not exceed one \(it is "10"\)\.$/,
    deal({ ...percent, rate: '0.10' }),
  ],
];

test.each(errors)('D-14 refused: %s', (...row) => expectOnly('error', ...row));

test('D-14 more than thirty bad deals are refused', () => {
  expect(errors.length).toBeGreaterThanOrEqual(30);
});

test('a good deal of every kind has no findings', () => {
  const ranges = withOthers(other('small', 1, rule('amount', '<', 500)), other('large', 1, rule('amount', '>=', 500)));
  // An event without an amount is in neither range: it is paid by the component's own rate.
  for (const good of [
    deal(flat),
    deal(percent),
    deal(perLot),
    deal(spreadShare),
    deal(lineItems),
    deal(revshare),
    deal(retainer),
    deal(tiered),
    ranges,
  ])
    expect(lint(good, guard('0.4'))).toEqual([]);
  expect(lint(deal(percent, override), guard('0.4'))).toEqual([]);
  expect(lint({ components: [revshare] }, { timeZone: 'Europe/Malta' })).toEqual([]);
});

test('WE-41 at a guard of exactly 33 % the deal is accepted', () => {
  expect(lint(ofMaster('0.10'), guard('0.33'))).toEqual([]);
});

test('T-40 a pool keeps overrides within the margin, and level difference pays only what is left', () => {
  const cut = lint(above({ levels: ['0.1', '0.05'], pool: '0.35' }), guard('0.35'));
  expect(cut.map(({ rule: name }) => name)).toEqual(['pool-is-too-small']);
  const difference = above({ levels: ['0.31', '0.35'], lessPaidBelow: true });
  expect(lint(difference, guard('0.35'))).toEqual([]);
  expect(lint(difference, guard('0.34')).map(({ rule: name }) => name)).toEqual(['overrides-exceed-the-margin']);
});

test('overrides of the level below thin out, and those out of the downline add nothing', () => {
  expect(lint(above({ levels: ['0.1', '0.1'], of: 'level-below' }), guard('0.333'))).toEqual([]);
  expect(lint(above({ levels: ['0.1', '0.1'], of: 'level-below' }), guard('0.332'))).toHaveLength(1);
  expect(lint(above({ levels: ['0.1'], funding: 'downline' }), guard('0.3'))).toEqual([]);
});

test('pieces of text and very many words are not taken for proofs', () => {
  const starts = (text: string): RuleGroup => ({ combinator: 'and', rules: [{ field: 'sku', operator: 'beginsWith', value: text }] });
  expect(lint(withOthers(other('a', 2, starts('A')), other('ab', 1, starts('AB'))))).toEqual([]);
  expect(lint(withOthers(other('a', 1, starts('A')), other('b', 1, starts('AB'))))).toMatchObject([
    { rule: 'alternatives-of-equal-priority-overlap', message: expect.stringContaining('both hold for sku "AB"') },
  ]);
  const tags = Array.from({ length: 9 }, (_, index) => rule('partner.tags', 'contains', `t${index}`));
  const [first, ...rest] = tags.map((when, index) => other(`t${index}`, index, when));
  expect(lint(withOthers(first!, ...rest))).toEqual([]);
});
