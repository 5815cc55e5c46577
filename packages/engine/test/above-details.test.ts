import { expect, test } from '@jest/globals';
import { rate } from '@tributary/money';
import { compacted } from '../src/engine-1/month/compact.js';
import { type Component, type Downline, foldConversion, foldMonth, planPostings } from '../src/index.js';
import { aSale, facts } from './builders.js';
import { activity, aMonth, ofCustomer, revshare, sectionOf } from './month-builders.js';
import { world } from './world.js';

const below = (rest: Partial<Downline> = {}): Downline => ({ levels: ['1'], of: 'amount', funding: 'on-top', ...rest });

test('M-18 a partner further up than the levels of its terms earns nothing and has no line', () => {
  const told = world();
  told.parent('a', 'b');
  told.parent('b', 'c');
  const component: Component = { on: 'sale', model: 'percentage', rate: '0.1', downline: below() };
  for (const partnerId of ['b', 'c']) told.deal(partnerId, [component]);
  const { scopes } = told.result(told.event({ amount: 1_000 }));
  expect(scopes.map(({ partnerId }) => partnerId)).toEqual(['b']);
});

test('M-17 a pool waits for the rate of what it is a share of, and of what was paid out of it', () => {
  const told = world();
  told.parent('a', 'b');
  told.deal('b', { currency: 'USD', components: [{ on: 'lead', model: 'flat', amount: 5, downline: below({ pool: '0.5' }) }] });
  const reasons = (id: string) => told.result(id).scopes.map(({ reason }) => reason);
  expect(reasons(told.event({ kind: 'lead', amount: 100 }))).toEqual(['fx-rate-missing']);
  told.deal('a', { currency: 'JPY', components: [{ on: 'lead', model: 'flat', amount: 3 }] });
  told.fx('EUR', 'USD', '2026-03-15', '1');
  expect(reasons(told.event({ kind: 'lead', amount: 100 }))).toEqual([null, 'fx-rate-missing']);
});

test('WE-13 several sums of one customer are one customer, and a version without the component asks for nobody', () => {
  const share = revshare({ carryover: { policy: 'component', highRoller: { threshold: -1 } } });
  const version = { version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z', terms: { components: [share] } };
  const without = { ...version, version: 2, terms: { components: [{ ...revshare(), name: 'another' }] } };
  const input = aMonth({ components: [] }, { versions: [version, without], facts: [ofCustomer('b', -2), ofCustomer('b', -3)] });
  expect(compacted(input, () => null).facts).toEqual([activity(-5, { customerId: 'b', customers: 1, events: 2 })]);
});

test('M-02 what is in no currency at all is not converted by any rate', () => {
  const month = foldMonth(aMonth({ components: [revshare()] }, { facts: [activity(900, { currency: null, date: '2026-03-05' })] }), () =>
    rate('2'),
  );
  expect(sectionOf(month)).toMatchObject({ net: '0', unconverted: [{ currency: null, gross: '900' }] });
});

test('M-20 the first posting of a running scope corrects nothing, whatever its cause', () => {
  const fold = foldConversion(facts(aSale(), { components: [{ on: 'sale', model: 'flat', amount: '0.7', subCent: 'accumulate' }] }));
  const cause = { reason: 'late-fact', occurredAt: '2026-03-15T12:00:00.000Z' } as const;
  expect(planPostings({ fold, posted: [], cause, timeZone: 'UTC', closedPeriods: new Set() }).postings).toMatchObject([
    { amount: 1n, adjusts: null },
  ]);
});

test('M-18 a rank paid by the unit pays nothing for an event that tells no details', () => {
  const told = world();
  told.parent('a', 'b');
  told.tier('b', 'gold');
  const ranks: Downline['ranks'] = { order: ['gold'], pays: [{ rank: 'gold', amount: 7 }], skipped: 'pay-up' };
  told.deal('b', [{ on: 'sale', model: 'per-unit', amount: 1, downline: below({ ranks }) }]);
  const by = (details?: { quantity: string }) =>
    told.result(told.event(details ? { details } : {})).scopes.map(({ reason, exact }) => [reason, exact]);
  expect([by({ quantity: '3' }), by()]).toEqual([[[null, '21']], [['no-quantity', '0']]]);
});

test('M-10 an event that moves only one of two meters of a scale of another kind is counted there', () => {
  const told = world();
  const metric = [{ measure: 'count' }, { measure: 'amount', on: 'lead' }] as const;
  const bands = [
    { atLeast: [0, 0], rate: '0.1' },
    { atLeast: [1, 500], rate: '0.2' },
  ];
  told.deal('a', [{ on: 'sale', model: 'percentage', rate: '0.1', tiers: { metric: [...metric], reset: 'month', scale: 'whole', bands } }]);
  const lead = told.event({ kind: 'lead', at: '03-01', amount: 500 });
  expect(told.result(lead).records.map(({ weights }) => weights)).toEqual([['0', '500']]);
  expect(told.earns(told.event({ at: '03-02', amount: 1_000 }))).toEqual({ a: 200 });
});
