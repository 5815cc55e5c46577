import { expect, test } from '@jest/globals';
import {
  type CustomerFact,
  circumstancesAt,
  type Dated,
  datedAt,
  type PartnerProfile,
  type Profiles,
  tagsAt,
  uplinesAt,
} from '../src/index.js';
import { aSale } from './builders.js';

const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}T12:00:00.000Z`;
const said = <T>(value: T | null, from: number, recorded = from): Dated<T> => ({
  value,
  effectiveFrom: day(from),
  recordedAt: day(recorded),
});

test('P-04 a tag is held from its first instant until before its last, each once, in alphabetical order', () => {
  const span = (tag: string, from: number, to: number | null) => ({
    tag,
    effectiveFrom: day(from),
    effectiveTo: to === null ? null : day(to),
  });
  const spans = [span('pro', 2, 4), span('vip', 3, null), span('pro', 3, 6), span('early', 1, 3)];
  expect([1, 2, 3, 5, 6].map((at) => tagsAt(spans, day(at)))).toEqual([
    ['early'],
    ['early', 'pro'],
    ['pro', 'vip'],
    ['pro', 'vip'],
    ['vip'],
  ]);
  expect(tagsAt(spans, '2026-03-01T11:59:59.999Z')).toEqual([]);
});

test('of values that hold the one recorded last holds, then the one from later on, then the greater', () => {
  const values = [said('gold', 2, 5), said('silver', 3, 4), said('bronze', 1, 1)];
  for (const list of [values, [...values].reverse()]) {
    expect([1, 2, 3, 9].map((at) => datedAt(list, day(at))?.value)).toEqual(['bronze', 'gold', 'gold', 'gold']);
    expect(datedAt(list, '2026-03-01T11:59:59.999Z')).toBeUndefined();
  }
  const together = [said('c', 2, 9), said('b', 1, 9), said('a', 3, 9)];
  for (const list of [together, [...together].reverse()]) expect(datedAt(list, day(9))?.value).toBe('a');
  const same = [said('x', 1), said('z', 1), said('y', 1)];
  for (const list of [same, [...same].reverse()]) expect(datedAt(list, day(9))?.value).toBe('z');
  expect(datedAt([said('x', 1), said<string>(null, 2)], day(3))?.value).toBeNull();
});

const partner = (partnerId: string, parents: readonly Dated<string>[], rest: Partial<PartnerProfile> = {}): [string, PartnerProfile] => [
  partnerId,
  { partnerId, tags: [], tiers: [], parents, ...rest },
];

test('M-17 partners above stand nearest first, with tier and since when; a ring is cut where it closes', () => {
  const partners = new Map([
    partner('a', [said('b', 2)]),
    partner('b', [said('c', 3)], { tiers: [said('gold', 1)] }),
    partner('c', [said('a', 1)]),
  ]);
  expect(uplinesAt('a', partners, day(5))).toEqual([
    { partnerId: 'b', tier: 'gold', since: day(2) },
    { partnerId: 'c', tier: null, since: day(3) },
  ]);
  expect(uplinesAt('a', partners, day(2)).map(({ partnerId }) => partnerId)).toEqual(['b']);
  expect([uplinesAt('a', partners, day(1)), uplinesAt('unknown', partners, day(5))]).toEqual([[], []]);
  const free = new Map([partner('a', [said('b', 1), said<string>(null, 2)]), partner('b', [said('stranger', 1)])]);
  expect(uplinesAt('a', free, day(1))).toEqual([
    { partnerId: 'b', tier: null, since: day(1) },
    { partnerId: 'stranger', tier: null, since: day(1) },
  ]);
  expect(uplinesAt('a', free, day(2))).toEqual([]);
});

test('a tree deeper than fifty levels is cut off', () => {
  const chain = new Map(Array.from({ length: 60 }, (_, index) => partner(`p${index}`, [said(`p${index + 1}`, 1)])));
  expect(uplinesAt('p0', chain, day(2)).map(({ partnerId }) => partnerId)).toEqual(
    Array.from({ length: 50 }, (_, index) => `p${index + 1}`),
  );
});

const fact = (conversionId: string, at: number, rest: Partial<CustomerFact> = {}): CustomerFact => ({
  conversionId,
  eventId: conversionId,
  kind: 'sale',
  occurredAt: day(at),
  amount: '100',
  turnover: '0',
  ...rest,
});
const known = (facts: readonly CustomerFact[], rest: Partial<Profiles> = {}): Profiles => ({
  partners: new Map(),
  customer: null,
  facts,
  touches: [],
  rates: [],
  ...rest,
});
const sale = (conversionId: string, at: number) => aSale({ conversionId, eventId: conversionId, occurredAt: day(at), customerId: 'x' });

test('T-47 where a conversion stands among those of its kind, also before it is written down', () => {
  const facts = [fact('c3', 3), fact('visit', 1, { kind: 'visit' }), fact('c2', 2), fact('d', 1, { kind: 'deposit' })];
  const at = (id: string, when: number, list = facts) => {
    const { customer } = circumstancesAt(sale(id, when), known(list));
    return [customer?.ordinal, customer?.firstAt];
  };
  expect([at('c2', 2), at('c3', 3)]).toEqual([
    [1, day(2)],
    [2, day(2)],
  ]);
  expect([at('new', 1), at('new', 2), at('new', 4), at('b', 2)]).toEqual([
    [1, day(1)],
    [2, day(2)],
    [3, day(2)],
    [1, day(2)],
  ]);
  expect(at('c9', 5, [])).toEqual([1, day(5)]);
  // Of one instant the event's id decides, then the conversion's.
  const tied = [fact('k3', 2, { eventId: 'same' }), fact('k1', 2, { eventId: 'same' }), fact('k2', 2, { eventId: 'early' })];
  for (const list of [tied, [...tied].reverse()]) expect(['k2', 'k1', 'k3'].map((id) => at(id, 2, list)[0])).toEqual([1, 2, 3]);
});

test('the history of a customer is its deposits and what it turned over, only where it is asked for', () => {
  const facts = [fact('c2', 2, { kind: 'bet', turnover: '7' }), fact('c1', 1, { kind: 'deposit' }), fact('c0', 1), fact('c3', 3)];
  const customer = (withHistory?: boolean) => circumstancesAt(sale('c3', 3), known(facts), withHistory).customer;
  expect(customer(true)?.history).toEqual([
    { conversionId: 'c1', kind: 'deposit', occurredAt: day(1), amount: '100', turnover: '0' },
    { conversionId: 'c2', kind: 'bet', occurredAt: day(2), amount: '100', turnover: '7' },
  ]);
  expect([customer(false)?.history, customer()?.history]).toEqual([[], []]);
});

test('P-08 what is known of everybody is as it was when the conversion occurred', () => {
  const partners = new Map([
    partner('ptr_a', [said('up', 1)], {
      tiers: [said('gold', 1), said('silver', 5)],
      tags: [{ tag: 'pro', effectiveFrom: day(1), effectiveTo: null }],
    }),
  ]);
  const customer = {
    customerId: 'x',
    tags: [{ tag: 'vip', effectiveFrom: day(1), effectiveTo: day(3) }],
    country: 'MT',
    verifiedAt: day(1),
    excludedFrom: day(9),
  };
  const rates = [{ base: 'EUR', quote: 'USD', date: '2026-03-01', rate: '1', source: 's', recordedAt: day(1) }];
  const profiles = known([], { partners, customer, touches: ['t'], rates });
  expect(circumstancesAt(sale('c', 2), profiles)).toEqual({
    partner: { tags: ['pro'], tier: 'gold' },
    uplines: [{ partnerId: 'up', tier: null, since: day(1) }],
    customer: {
      customerId: 'x',
      tags: ['vip'],
      country: 'MT',
      verifiedAt: day(1),
      excludedFrom: day(9),
      firstAt: day(2),
      ordinal: 1,
      history: [],
    },
    touches: ['t'],
    rates,
  });
  expect(circumstancesAt({ ...sale('c', 2), partnerId: null, customerId: null }, profiles)).toMatchObject({
    partner: { tags: [], tier: null },
    uplines: [],
    customer: null,
  });
  expect(circumstancesAt({ ...sale('c', 2), partnerId: 'stranger' }, known([]))).toMatchObject({
    partner: { tags: [], tier: null },
    uplines: [],
    customer: { tags: [], country: null, verifiedAt: null, excludedFrom: null },
  });
});
