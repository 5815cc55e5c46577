import { expect, test } from '@jest/globals';
import {
  type Component,
  completeTerms,
  type DealVersion,
  dealFor,
  payableFrom,
  qualificationFields,
  type Terms,
  versionInForce,
  withDefaults,
} from '../src/index.js';
import { hasFlatPart, hasPercentagePart, isMonthModel, models } from '../src/terms.js';
import { aDeal, aSale, percentage } from './builders.js';

const sale: Component = { on: 'sale', model: 'percentage', rate: '0.1' };

test('what rules may ask about, and what people read for it', () => {
  const text = { type: 'text' };
  const number = { type: 'number' };
  expect(qualificationFields).toEqual({
    kind: text,
    amount: number,
    currency: text,
    programId: { type: 'text', label: 'programme' },
    quantity: number,
    product: text,
    sku: text,
    category: text,
    plan: text,
    symbol: text,
    licence: text,
    country: text,
    'metadata.*': { type: 'text', keys: /^[a-z][a-z0-9_]{0,31}$/ },
    'partner.tags': { type: 'list', label: 'tags of the partner' },
    'partner.tier': { type: 'text', label: 'tier of the partner' },
    'customer.tags': { type: 'list', label: 'tags of the customer' },
    'customer.country': { type: 'text', label: 'country of the customer' },
    'customer.ordinal': { type: 'number', label: 'how many of the kind the customer has made, this one counted' },
    'customer.ageMonths': { type: 'number', label: "full months since the customer's first event" },
  });
});

test('which models there are: with a flat part, with a percentage, by the month', () => {
  expect(models).toEqual(['flat', 'percentage', 'flat-plus-percentage', 'per-unit', 'spread-share', 'line-items', 'revshare', 'retainer']);
  expect(models.filter(hasFlatPart)).toEqual(['flat', 'flat-plus-percentage', 'per-unit', 'retainer']);
  expect(models.filter(hasPercentagePart)).toEqual(['percentage', 'flat-plus-percentage', 'spread-share', 'revshare']);
  expect(models.filter(isMonthModel)).toEqual(['revshare', 'retainer']);
});

const full: Component = {
  ...sale,
  name: 'full',
  tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands: [{}] },
  carryover: { policy: 'component' },
  caps: [{ measure: 'amount', limit: 5, per: 'day' }],
  qualify: { minAmount: 3, customer: { minDeposits: 1 } },
};
const brand = {
  rounding: 'down',
  crossing: 'old',
  bounds: 'exclusive',
  retroactive: 'all',
  demotion: 'keep',
  carryoverUnit: 'commission',
  capAfterRefund: 'stays',
  onExclusion: 'keep',
} as const;

test('a deal takes over what its brand chooses and it leaves open, and keeps what it chose itself', () => {
  const policies = { crossing: 'old', bounds: 'exclusive', retroactive: 'all', demotion: 'keep' };
  expect(completeTerms({ components: [full, sale], holdDays: 5 }, brand)).toEqual({
    holdDays: 5,
    components: [
      {
        ...full,
        rounding: 'down',
        tiers: { ...full.tiers, ...policies },
        carryover: { policy: 'component', unit: 'commission' },
        caps: [{ measure: 'amount', limit: 5, per: 'day', afterRefund: 'stays' }],
        qualify: { minAmount: 3, customer: { minDeposits: 1, onExclusion: 'keep' } },
      },
      { ...sale, rounding: 'down' },
    ],
  });
  const chosen: Component = {
    ...full,
    rounding: 'half-even',
    tiers: {
      metric: { measure: 'count' },
      reset: 'month',
      scale: 'whole',
      bands: [{}],
      crossing: 'new',
      bounds: 'inclusive',
      retroactive: 'none',
      demotion: 'unwind',
    },
    carryover: { policy: 'component', unit: 'base' },
    caps: [{ measure: 'amount', limit: 5, per: 'day', afterRefund: 'returns' }],
    qualify: { customer: { onExclusion: 'cancel-open' } },
  };
  expect(completeTerms({ components: [chosen] }, brand)).toEqual({ components: [chosen] });
  expect(completeTerms({ components: [full] }, {})).toStrictEqual({ components: [full] });
  expect(completeTerms({ components: [{ ...sale, qualify: { minAmount: 1 } }] }, brand).components[0]?.qualify).toEqual({ minAmount: 1 });
  const open: Component = {
    ...full,
    tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands: [{}], crossing: undefined },
  };
  expect(completeTerms({ components: [open] }, brand).components[0]?.tiers?.crossing).toBe('old');
});

test('every default is spelt out, and what is said is kept', () => {
  expect(withDefaults({ components: [full, { on: 'trade', model: 'spread-share', spread: { unit: 5 } }] })).toEqual({
    termsVersion: 1,
    holdDays: 0,
    lock: null,
    currency: null,
    timeZone: null,
    fxFee: '0',
    existingCustomers: 'move',
    licence: null,
    components: [
      expect.objectContaining({
        rate: '0.1',
        qualify: { minAmount: 3, rule: null, customer: { minDeposits: 1 }, refusedNetworks: [] },
        caps: [{ measure: 'amount', limit: 5, per: 'day', of: 'partner', afterRefund: 'returns' }],
        carryover: { policy: 'component' },
        tiers: {
          metrics: [{ measure: 'count', on: 'sale', of: 'own', across: 'deal' }],
          reset: 'month',
          scale: 'whole',
          reach: 'all',
          crossing: 'new',
          bounds: 'inclusive',
          retroactive: 'none',
          demotion: 'unwind',
          bands: [{}],
        },
      }),
      expect.objectContaining({ rate: '0', amount: null, spread: { unit: '5', maximum: null, reduceAbove: null } }),
    ],
  });
  const said: Terms = {
    components: [],
    holdDays: 7,
    currency: 'USD',
    timeZone: 'UTC',
    fxFee: '0.1',
    existingCustomers: 'keep-their-terms',
    licence: 'MGA',
  };
  expect(withDefaults(said)).toEqual({ ...said, lock: null, termsVersion: 1 });
  expect(withDefaults(said)).toBe(withDefaults(said));
  const items: Component = { on: 'order', model: 'line-items', items: { rates: [], otherwise: '0.05' } };
  const named = {
    metric: [{ measure: 'amount', on: 'visit', of: 'network', across: 'brands' }],
    reach: 'any',
    crossing: 'old',
    bounds: 'exclusive',
    retroactive: 'all',
    demotion: 'keep',
  } as const;
  const [kept, none, tiered] = withDefaults({
    components: [
      items,
      { on: 'order', model: 'line-items', items: { rates: [] } },
      { ...full, tiers: { reset: 'day', scale: 'marginal', bands: [], ...named } },
    ],
  }).components;
  expect([kept?.items, none?.items]).toEqual([
    { rates: [], otherwise: '0.05' },
    { rates: [], otherwise: '0' },
  ]);
  expect(tiered?.tiers).toEqual({
    metrics: named.metric,
    reset: 'day',
    scale: 'marginal',
    reach: 'any',
    crossing: 'old',
    bounds: 'exclusive',
    retroactive: 'all',
    demotion: 'keep',
    bands: [],
  });
  expect([kept?.amount, kept?.rate]).toEqual([null, null]);
});

test('M-12 alternatives stand by descending priority, of one priority by name', () => {
  const when = { combinator: 'and', rules: [] } as const;
  const one = (name: string, priority: number) => ({ name, priority, when, rate: '0' });
  const order = (...alternatives: ReturnType<typeof one>[]) =>
    withDefaults({ components: [{ ...sale, alternatives }] }).components[0]?.alternatives.map(({ name }) => name);
  expect(order(one('b', 1), one('z', 2), one('a', 1))).toEqual(['z', 'a', 'b']);
  expect(order(one('a', 1), one('b', 1), one('z', 2))).toEqual(['z', 'a', 'b']);
});

test('names that are free are given in the order of the components', () => {
  const names = (...components: Component[]) => withDefaults({ components }).components.map(({ name }) => name);
  expect(names(sale, sale, sale)).toEqual(['sale', 'sale-2', 'sale-3']);
  expect(names(sale, { ...sale, name: 'sale' }, { ...sale, name: 'sale-2' })).toEqual(['sale-3', 'sale', 'sale-2']);
});

const at = (version: number, effectiveFrom: string, rest: Partial<DealVersion> = {}, terms: Partial<Terms> = {}): DealVersion =>
  aDeal(
    { ...percentage('0.1'), ...terms },
    { version, effectiveFrom: `${effectiveFrom}T00:00:00.000Z`, recordedAt: `${effectiveFrom}T00:00:00.000Z`, ...rest },
  );

test('T-04 drafts never count, and a version is known from the instant at which it was recorded', () => {
  const versions = [at(1, '2026-01-01'), at(2, '2026-02-01'), at(3, '2026-02-01', { status: 'draft' })];
  expect(versionInForce(versions, '2026-03-01T00:00:00.000Z')?.version).toBe(2);
  expect(versionInForce(versions, '2026-03-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z')?.version).toBe(2);
  expect(versionInForce(versions, '2026-03-01T00:00:00.000Z', '2026-01-31T23:59:59.999Z')?.version).toBe(1);
  expect(versionInForce([at(1, '2026-01-01'), { ...at(1, '2026-01-01'), partnerId: 'again' }], '2026-03-01T00:00:00.000Z')?.partnerId).toBe(
    'ptr_a',
  );
});

test('M-15 an existing customer keeps the version of its first event where the terms say so', () => {
  const keep = { existingCustomers: 'keep-their-terms' } as const;
  const versions = [at(1, '2026-01-01', {}, keep), at(2, '2026-03-01', {}, keep)];
  const chosen = (since: string | null, list = versions) => dealFor(aSale(), list, since).deal?.version;
  expect([chosen('2026-02-28T23:59:59.999Z'), chosen('2026-03-01T00:00:00.000Z'), chosen(null)]).toEqual([1, 2, 2]);
  // Before there was any deal, or while it had ended, or where the terms let customers move, there is nothing to keep.
  expect(chosen('2025-12-31T00:00:00.000Z')).toBe(2);
  expect(chosen('2026-02-01T00:00:00.000Z', [at(1, '2026-01-01', { status: 'ended' }, keep), at(2, '2026-03-01', {}, keep)])).toBe(2);
  expect(chosen('2026-02-01T00:00:00.000Z', [at(1, '2026-01-01'), at(2, '2026-03-01')])).toBe(2);
  // A version recorded later that began before the customer came is what the customer came to.
  const backdated = [at(1, '2026-01-01', {}, keep), at(3, '2026-03-01', {}, keep), at(2, '2026-03-10', {}, keep)];
  expect(chosen('2026-03-05T00:00:00.000Z', backdated)).toBe(3);
});

test('T-39 a deal of the licence goes before one for any, then the programme, then the later, then the greater id', () => {
  const any = at(1, '2026-03-10', { dealId: 'any' });
  const licensed = at(1, '2026-01-01', { dealId: 'licensed' }, { licence: 'MGA' });
  const program = at(1, '2026-01-01', { dealId: 'program', programId: 'prg_a' });
  const later = at(1, '2026-02-01', { dealId: 'later' });
  const twin = at(1, '2026-02-01', { dealId: 'twin' });
  const chosen = (licence: string | null, ...versions: DealVersion[]) => {
    const details = licence === null ? null : { licence };
    const both = [versions, [...versions].reverse()].map((list) => dealFor(aSale({ details }), list).deal?.dealId);
    expect(both[0]).toBe(both[1]);
    return both[0];
  };
  expect(chosen('MGA', any, licensed, program)).toBe('licensed');
  expect([chosen('UKGC', any, licensed, program), chosen(null, any, licensed)]).toEqual(['program', 'any']);
  expect([chosen(null, licensed, program, later), chosen(null, any, later, twin)]).toEqual(['program', 'any']);
  expect(chosen(null, later, twin)).toBe('twin');
  expect(dealFor(aSale(), [at(1, '2026-01-01', { status: 'ended' })])).toEqual({ deal: null, reason: 'deal-ended' });
  expect(dealFor(aSale({ details: undefined }), [licensed])).toEqual({ deal: null, reason: 'no-deal-in-force' });
});

test('O-02 WE-56 what terms pay may be paid after so many full days, or from the date that their lock names', () => {
  const sale: Component = { on: 'sale', model: 'percentage', rate: '0.10' };
  const from = (terms: Partial<Terms>, zone = 'UTC') =>
    payableFrom(withDefaults({ components: [sale], ...terms }), '2026-03-31T22:30:00.000Z', zone);
  expect(from({})).toBe('2026-03-31T22:30:00.000Z');
  expect(from({ holdDays: 2 })).toBe('2026-04-03T00:00:00.000Z');
  expect(from({ lock: { anchor: 'month-last-day', days: 15 } })).toBe('2026-04-15T00:00:00.000Z');
  expect(from({ lock: { anchor: 'month-end', days: 15 } })).toBe('2026-04-16T00:00:00.000Z');
  expect(from({ lock: { anchor: 'month-end', days: 15 } }, 'Europe/Malta')).toBe('2026-05-15T22:00:00.000Z');
});
