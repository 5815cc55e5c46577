import { expect, test } from '@jest/globals';
import { chargeKinds } from '@tributary/contracts';
import fc from 'fast-check';
import { contentText, type RunContent } from './content-text.js';
import {
  type ClaimedGroup,
  carries,
  methodKinds,
  type PayingBrand,
  type PayingPartner,
  type RunRules,
  routeGroup,
} from './split-groups.js';

const now = new Date('2026-03-02T08:00:00Z');
const group: ClaimedGroup = { partnerId: 'ptr', brandId: 'brd', currency: 'EUR', amount: 10_000n };
const brand: PayingBrand = { currency: 'EUR', minimumPayout: 10_000n, rails: [] };
const method = { id: 'pm', kind: 'bank-account', accountHmac: 'h', brandIds: [], usableFrom: now, verified: true };
const partner: PayingPartner = { status: 'active', methods: [] };
const rules: RunRules = {
  minimum: null,
  minimums: new Map(),
  rail: null,
  exclude: new Set(),
  notMet: () => undefined,
  withdrawal: null,
  now,
};

test('WE-58 the minimum itself is paid, one cent less rolls over', () => {
  expect(routeGroup(group, brand, partner, rules)).toMatchObject({ rail: 'simulated-api', sandbox: true });
  expect(routeGroup({ ...group, amount: 9_999n }, brand, partner, rules)).toEqual({ leftOut: 'below-minimum' });
});

test.each([
  ['brand-not-known-yet', undefined, partner, {}],
  ['partner-not-known-yet', brand, undefined, {}],
  ['partner-not-active', brand, { ...partner, status: 'suspended' }, {}],
  ['partner-erased', brand, { ...partner, erased: true }, {}],
  [
    'payout-method-cooling',
    brand,
    { ...partner, methods: [{ ...method, kind: 'simulated', usableFrom: new Date(now.getTime() + 1) }] },
    {},
  ],
  ['negative-balance', brand, partner, { amount: -1n }],
  ['nothing-due', brand, partner, { amount: 0n }],
  ['no-payout-method', { ...brand, rails: ['bank-file'] }, partner, {}],
  ['no-payout-method', { ...brand, rails: ['bank-file'] }, { ...partner, methods: [{ ...method, brandIds: ['other'] }] }, {}],
  [
    'payout-method-cooling',
    { ...brand, rails: ['bank-file'] },
    { ...partner, methods: [{ ...method, usableFrom: new Date(now.getTime() + 1) }] },
    {},
  ],
  ['payout-method-not-verified', { ...brand, rails: ['bank-file'] }, { ...partner, methods: [{ ...method, verified: false }] }, {}],
  ['currency-not-on-rail', { ...brand, rails: ['bank-file'] }, { ...partner, methods: [method] }, { currency: 'USD' }],
  [
    'payout-method-not-verified',
    { ...brand, rails: ['bank-file', 'nacha-file'] },
    {
      ...partner,
      methods: [
        { ...method, kind: 'us-bank-account' },
        { ...method, verified: false },
      ],
    },
    {},
  ],
  [
    'currency-not-on-rail',
    { ...brand, rails: ['bank-file', 'nacha-file'] },
    { ...partner, methods: [{ ...method, kind: 'us-bank-account', verified: false }] },
    {},
  ],
] as const)('a balance is left out: %s', (leftOut, aBrand, aPartner, change) => {
  expect(routeGroup({ ...group, ...change }, aBrand, aPartner, rules)).toEqual({ leftOut });
});

test("who builds the run may set the minimum; a brand's own says nothing of other currencies", () => {
  expect(routeGroup({ ...group, amount: 5n }, brand, partner, { ...rules, minimum: 5n })).toHaveProperty('rail');
  expect(routeGroup({ ...group, amount: 5n, currency: 'USD' }, brand, partner, rules)).toHaveProperty('rail');
});

test("O-03 the minimum of the schedule of brand and currency goes before the brand's own", () => {
  const minimums = new Map([
    ['brd USD', 500n],
    ['brd EUR', 20_000n],
  ]);
  expect(routeGroup({ ...group, amount: 499n, currency: 'USD' }, brand, partner, { ...rules, minimums })).toEqual({
    leftOut: 'below-minimum',
  });
  expect(routeGroup({ ...group, amount: 500n, currency: 'USD' }, brand, partner, { ...rules, minimums })).toHaveProperty('rail');
  expect(routeGroup(group, brand, partner, { ...rules, minimums })).toEqual({ leftOut: 'below-minimum' });
  expect(routeGroup(group, brand, partner, { ...rules, minimums, minimum: 1n })).toHaveProperty('rail');
});

test('O-05 whom the run excludes is named as such; a rail that was asked for and has no account pays nothing', () => {
  expect(routeGroup(group, brand, partner, { ...rules, exclude: new Set(['ptr']) })).toEqual({ leftOut: 'excluded' });
  const funded = { ...brand, rails: ['bank-file'] };
  expect(routeGroup(group, funded, { ...partner, methods: [method] }, { ...rules, rail: 'simulated-api' })).toEqual({
    leftOut: 'rail-not-funded',
  });
  expect(routeGroup(group, funded, { ...partner, methods: [method] }, { ...rules, rail: 'bank-file' })).toMatchObject({
    rail: 'bank-file',
  });
});

test('O-05 O-06 of the methods that a wanted rail reaches in the currency, the newest that is verified and cool is paid', () => {
  const rails = ['bank-file', 'csv-file', 'stripe'];
  const methods = [
    { ...method, id: 'stripe', kind: 'stripe' },
    { ...method, id: 'unverified', verified: false },
    { ...method, id: 'bank' },
  ];
  const pay = (change: object, rail: string | null) =>
    routeGroup({ ...group, ...change }, { ...brand, rails }, { ...partner, methods }, { ...rules, rail });
  expect(pay({}, null)).toMatchObject({ rail: 'stripe', method: { id: 'stripe' } });
  expect(pay({}, 'csv-file')).toMatchObject({ rail: 'csv-file', method: { id: 'bank' } });
  expect(pay({ currency: 'USD' }, 'bank-file')).toEqual({ leftOut: 'currency-not-on-rail' });
  expect(pay({}, 'nacha-file')).toEqual({ leftOut: 'rail-not-funded' });
});

test('O-04 a rule that does not hold is named; the amount is looked at first', () => {
  const notMet = () => 'five active customers';
  expect(routeGroup(group, brand, partner, { ...rules, notMet })).toEqual({ leftOut: 'not-eligible', rule: 'five active customers' });
  expect(routeGroup({ ...group, amount: 1n }, brand, partner, { ...rules, notMet })).toEqual({ leftOut: 'below-minimum' });
});

test('while a changed method cools down, the old one is paid', () => {
  const cooling = { ...method, id: 'new', usableFrom: new Date(now.getTime() + 1) };
  expect(
    routeGroup(
      group,
      { ...brand, rails: ['bank-file'] },
      { ...partner, methods: [{ ...method, id: 'newest', verified: false }, cooling, method] },
      rules,
    ),
  ).toMatchObject({
    rail: 'bank-file',
    sandbox: false,
    method: { id: 'pm' },
  });
});

const content = fc.record({
  id: fc.string(),
  partnerId: fc.string(),
  brandId: fc.string(),
  amount: fc.bigInt(),
  currency: fc.string(),
  rail: fc.string(),
  accountHmac: fc.string(),
  linesHash: fc.string(),
  charges: fc.array(fc.record({ kind: fc.constantFrom(...chargeKinds), amount: fc.integer() }), { maxLength: 3 }),
});

const changedField = (content: RunContent, field: keyof RunContent): Partial<RunContent> => {
  if (field === 'amount') return { amount: content.amount + 1n };
  if (field === 'charges') return { charges: [...content.charges, { kind: 'fee', amount: -1 }] };
  return { [field]: `${content[field]}x` };
};

test('the content that is hashed does not depend on order, and any change of the content changes it', () => {
  fc.assert(
    fc.property(
      fc.array(content, { minLength: 1 }),
      fc.constantFrom<keyof RunContent>('id', 'partnerId', 'amount', 'currency', 'rail', 'accountHmac', 'linesHash', 'charges'),
      (payouts, field) => {
        const [first, ...rest] = payouts;
        if (!first) return;
        expect(contentText([...rest, first])).toBe(contentText(payouts));
        const changed = { ...first, ...changedField(first, field) };
        expect(contentText([changed, ...rest])).not.toBe(contentText(payouts));
      },
    ),
  );
});

test('D-11 the text that is hashed, to the letter', () => {
  const one = { id: 'b', partnerId: 'p', brandId: 'r', amount: 7n, currency: 'EUR', rail: 'paypal', accountHmac: 'h', linesHash: 'l' };
  const text = contentText([
    { ...one, charges: [{ kind: 'fee', amount: -3 }] },
    { ...one, id: 'a', charges: [] },
  ]);
  expect(text).toBe('["a","p","r","7","EUR","paypal","h","l"]\n["b","p","r","7","EUR","paypal","h","l","fee:-3"]');
});

test('which kind of account each rail pays to, and which currencies it takes', () => {
  expect(methodKinds).toEqual({
    'bank-file': 'bank-account',
    'csv-file': 'bank-account',
    'nacha-file': 'us-bank-account',
    paypal: 'paypal',
    stripe: 'stripe',
    'simulated-api': 'simulated',
  });
  const takes = (rail: string) => ['EUR', 'USD', 'CHF'].filter((currency) => carries(rail, currency));
  expect(['bank-file', 'nacha-file', 'csv-file', 'paypal'].map(takes)).toEqual([
    ['EUR'],
    ['USD'],
    ['EUR', 'USD', 'CHF'],
    ['EUR', 'USD', 'CHF'],
  ]);
});

test('a sandbox pays by the simulated rail, to the simulated account of the partner where there is one; no rail pays to an account of another kind', () => {
  const simulated = { ...method, id: 'sim', kind: 'simulated' };
  const paidTo = (methods: PayingPartner['methods']) => routeGroup(group, brand, { ...partner, methods }, rules);
  expect(paidTo([method])).toMatchObject({ rail: 'simulated-api', method: null });
  expect(paidTo([method, simulated])).toMatchObject({ rail: 'simulated-api', method: { id: 'sim' } });
  const paypal = { ...method, kind: 'paypal' };
  expect(routeGroup(group, { ...brand, rails: ['bank-file'] }, { ...partner, methods: [paypal] }, rules)).toEqual({
    leftOut: 'no-payout-method',
  });
});

test('O-16 who wants another currency is paid in it where the brand exchanges into it, by a rail that carries it', () => {
  const wishing = (payoutCurrency: string | null) => ({ ...method, kind: 'paypal', payoutCurrency });
  const asked: string[] = [];
  const offers = (...what: [string, string, string]) => asked.push(what.join(' ')) > 0;
  const pay = (payoutCurrency: string | null, given: Partial<RunRules>, change: Partial<PayingBrand> = { rails: ['paypal'] }) =>
    routeGroup(group, { ...brand, ...change }, { ...partner, methods: [wishing(payoutCurrency)] }, { ...rules, ...given });
  expect(pay('USD', { offers })).toMatchObject({ rail: 'paypal', exchangeTo: 'USD' });
  expect(asked.every((what) => what === 'brd EUR USD')).toBe(true);
  for (const stays of [pay('EUR', { offers }), pay(null, { offers }), pay('USD', {}), pay('USD', { offers: () => false })]) {
    expect(stays).toHaveProperty('rail', 'paypal');
    expect(stays).not.toHaveProperty('exchangeTo');
  }
  const simulated = { ...partner, methods: [{ ...wishing('USD'), kind: 'simulated' }] };
  expect(routeGroup(group, brand, simulated, { ...rules, offers })).toMatchObject({ sandbox: true, exchangeTo: 'USD' });
});

test('D-11 an exchange is part of what is hashed: amount, currency, rate, day, fee and who bears it', () => {
  const exchange = {
    amount: 98_950,
    currency: 'USD',
    rate: '2000/2169',
    rateId: 'ecb:1',
    day: '2026-03-02',
    rates: [],
    rounding: 'half-even' as const,
    fee: 1050,
    bearer: 'partner' as const,
  };
  const known = {
    id: 'pyt',
    partnerId: 'ptr',
    brandId: 'brd',
    amount: 1n,
    currency: 'EUR',
    rail: 'paypal',
    accountHmac: 'h',
    linesHash: 'l',
  };
  expect(contentText([{ ...known, charges: [], exchange }])).toBe(
    '["pyt","ptr","brd","1","EUR","paypal","h","l","exchange:98950 USD 2000/2169 ecb:1 2026-03-02 1050 partner"]',
  );
});
