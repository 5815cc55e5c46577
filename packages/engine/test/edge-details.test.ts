import { expect, test } from '@jest/globals';
import { rate, rational } from '@tributary/money';
import { modelParts } from '../src/engine-1/models.js';
import { consume, scaled } from '../src/engine-1/month/lots.js';
import { nothingKnown } from '../src/engine-1/subject.js';
import {
  amountAt,
  type Component,
  dealFor,
  foldMonth,
  type MonthInput,
  type NormalComponent,
  type StreamPlace,
  type Terms,
  versionsBetween,
  withDefaults,
} from '../src/index.js';
import { aDeal, aSale, percentage } from './builders.js';
import { activity, aMonth, ofCustomer, paid, revshare, sectionOf } from './month-builders.js';

const normal = (component: Component): NormalComponent => withDefaults({ components: [component] }).components[0]!;

test('what is assumed where nothing is known of anybody', () => {
  expect(nothingKnown).toEqual({ partner: { tags: [], tier: null }, uplines: [], customer: null, touches: [], rates: [] });
});

test('M-02 a model of the month makes nothing of an event, and says when it is rated', () => {
  const exchange = { into: (amount: bigint) => rational(amount), used: [], steps: [] };
  const picked = { rate: null, amount: null, reason: null, rules: [] };
  const rest = { amount: 10_000n, share: rational(1n), gone: false };
  for (const model of ['revshare', 'retainer'] as const)
    expect(modelParts({ component: normal({ on: 'sale', model }), conversion: aSale(), picked, exchange, rest })).toEqual({
      parts: [],
      reason: 'rated-by-the-month',
      rules: [{ rule: 'model', passed: false, detail: `${model} is rated when the month closes` }],
    });
});

const parts = (first: Terms, second: Terms, rest: Partial<MonthInput> = {}) =>
  aMonth(first, {
    versions: [
      { version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z', terms: first },
      { version: 2, from: '2026-03-10T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', terms: second },
    ],
    ...rest,
  });

test('a name that was a retainer in one version and is a share in the next is each by its own part', () => {
  const retainer: Component = { name: 'x', on: 'player-activity', model: 'retainer', amount: 70 };
  const other: Component = { ...retainer, name: 'y', amount: 5 };
  const facts = [activity(1_000), activity(500, { version: 2 })];
  const month = foldMonth(parts({ components: [retainer, other] }, { components: [revshare({ name: 'x' })] }, { facts }));
  expect(month.components.map(({ component, entitlement, statement }) => [component, statement.model, entitlement])).toEqual([
    ['x', 'retainer', 70n],
    ['y', 'retainer', 5n],
    ['x', 'revshare', 150n],
  ]);
  expect(month.components[2]?.statement.waterfalls.map(({ version }) => version)).toEqual([2]);
  const free = foldMonth(aMonth({ components: [{ on: 'sale', model: 'retainer' }] }));
  expect(free.components[0]).toMatchObject({ entitlement: 0n, statement: { steps: [{ formula: '0', value: '0' }] } });
});

test('M-04 what is still to recoup stays, and so do customers set apart, when the terms no longer speak of it', () => {
  const state = {
    unit: 'base' as const,
    carry: [],
    quarantine: [{ customerId: 'q', period: '2026-02', amount: '5' }],
    toRecoup: '40',
    history: [],
  };
  const opening = { stateVersion: 1 as const, components: { share: state } };
  const month = foldMonth(aMonth({ components: [revshare()] }, { facts: [ofCustomer('q', 3), ofCustomer('r', 97)], opening }));
  expect(sectionOf(month)).toMatchObject({
    recoup: { of: [], opening: '40', advances: '0', recouped: '29', closing: '11' },
    quarantine: { opening: '5', used: [{ customerId: 'q', amount: '3' }], closing: '2' },
  });
  expect(paid(month)).toBe(0n);
});

test('T-38 the exchange costs its fee of a loss too, and nothing of what came to nothing', () => {
  const fee = (gross: number) => {
    const facts = [activity(10_000), activity(gross, { currency: 'USD', date: '2026-03-05' })];
    const { waterfalls } = sectionOf(foldMonth(aMonth({ components: [revshare()], fxFee: '0.1' }, { facts }), () => rate('2')));
    return waterfalls[0]?.lines.map(({ name, base, amount }) => [name, base, amount]);
  };
  expect([fee(-100), fee(100), fee(0)]).toEqual([[['exchange-fee', '200', '-20']], [['exchange-fee', '200', '-20']], []]);
});

test('bands of a month are named, and measured by what the scale says', () => {
  const by = (measure: 'amount' | 'quantity' | 'count' | 'customers') => {
    const tiers = {
      metric: { measure },
      reset: 'month',
      scale: 'whole',
      bands: [{ upTo: 2 }, { upTo: 3, name: 'three', factor: '2' }, { upTo: 4, factor: '3' }, { factor: '4' }],
    } as const;
    const facts = [activity(100, { quantity: '2.5', events: 4, customers: 1 })];
    return sectionOf(foldMonth(aMonth({ components: [revshare({ tiers })] }, { facts }))).steps[0]?.formula;
  };
  expect([by('customers'), by('quantity'), by('count'), by('amount')]).toEqual([
    '100 x 0.3 (band 1)',
    '100 x 0.6 (band 2 three)',
    '100 x 0.9 (band 3)',
    '100 x 1.2 (band 4)',
  ]);
  const free = { metric: { measure: 'amount' }, reset: 'month', scale: 'whole', bands: [{}] } as const;
  const { rate: _rate, ...none } = revshare({ tiers: free });
  expect(sectionOf(foldMonth(aMonth({ components: [none] }, { facts: [activity(100)] }))).exact).toBe('0');
});

test('lots are taken first in, first out, and what is nothing in another unit is no lot', () => {
  const lots = [
    { period: '2026-01', amount: '2' },
    { period: '2026-02', amount: '3' },
  ];
  expect(consume(lots, rate('2'))).toEqual({ left: [lots[1]], taken: [lots[0]] });
  expect(consume(lots, rate('0'))).toEqual({ left: lots, taken: [] });
  expect(consume(lots, rate('9'))).toEqual({ left: [], taken: lots });
  expect(scaled(lots, () => rate('0'))).toEqual([]);
});

test('a month in which only the last version has the share goes by that version, and by its rate for the deficit', () => {
  const retained: Component = { on: 'player-activity', model: 'retainer', amount: 1 };
  const share = (rate: string): Component => revshare({ rate, carryover: { policy: 'component', unit: 'commission' } });
  const facts = [activity(-1_000, { version: 2 })];
  expect(sectionOf(foldMonth(parts({ components: [retained] }, { components: [share('0.5')] }, { facts }))).carry?.added).toBe('500');
  expect(sectionOf(foldMonth(parts({ components: [share('0.1')] }, { components: [share('0.5')] }, { facts }))).carry?.added).toBe('500');
});

test('a version that is in force again after another is a stretch of its own', () => {
  const at = (version: number, from: string, status: 'active' | 'ended' = 'active') =>
    aDeal(percentage('0.1'), { version, effectiveFrom: `2026-03-${from}T00:00:00.000Z`, status });
  const month = (...versions: ReturnType<typeof at>[]) =>
    versionsBetween(versions, '2026-03-05T00:00:00.000Z', '2026-03-25T00:00:00.000Z').map(({ version, from, to }) => [
      version,
      from.slice(8, 10),
      to.slice(8, 10),
    ]);
  expect(month(at(1, '05'), at(2, '25'))).toEqual([[1, '05', '25']]);
  expect(month(at(1, '01'), at(2, '05'), at(3, '30'))).toEqual([[2, '05', '25']]);
});

test('M-15 a customer of the very first instant of a version, or later, is rated by it', () => {
  const keep = { ...percentage('0.1'), existingCustomers: 'keep-their-terms' } as const;
  const versions = [
    aDeal(keep, { version: 2, effectiveFrom: '2026-01-01T00:00:00.000Z' }),
    aDeal(keep, { version: 3, effectiveFrom: '2026-03-01T00:00:00.000Z' }),
    aDeal(keep, { version: 1, effectiveFrom: '2026-03-20T00:00:00.000Z' }),
  ];
  const chosen = (since: string) => dealFor(aSale(), versions, since).deal?.version;
  expect(['2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.000Z', '2026-03-25T00:00:00.000Z'].map(chosen)).toEqual([2, 3, 3]);
});

const place: StreamPlace = { before: ['0'], reached: null, room: [], sumBefore: '0', bandBefore: null };
const none = { base: '0', units: '0', plain: '0' };

test('M-10 what a band makes of nothing is nothing, and of a part only what the band names', () => {
  const component = (bands: NonNullable<Component['tiers']>['bands']) =>
    normal({
      on: 'sale',
      model: 'flat-plus-percentage',
      rate: '0.1',
      amount: 5,
      tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands },
    });
  const at = (band: NonNullable<Component['tiers']>['bands'][number], kept: typeof none) => {
    const trail = { rules: [], steps: [] as { step: string; formula: string; value: string }[] };
    const { exact } = amountAt(
      { weights: ['1'], picked: { rate: '0.1', amount: '5' }, whole: kept, rest: kept },
      component([band]),
      place,
      trail,
    );
    return [Number(exact.n), trail.steps[0]?.formula];
  };
  const all = { base: '100', units: '2', plain: '20' };
  expect([at({}, all), at({ rate: '0.2' }, all), at({ amount: 7 }, all), at({ factor: '2', fixed: 3 }, all)]).toEqual([
    [20, '20'],
    [30, '100 x 0.2 + 2 x 5'],
    [24, '100 x 0.1 + 2 x 7'],
    [43, '(20) x 2 + 3'],
  ]);
  expect([at({ rate: '0.2' }, { ...all, base: '0' }), at({ rate: '0.2' }, { ...all, units: '0' })]).toEqual([
    [10, '2 x 5'],
    [20, '100 x 0.2'],
  ]);
  expect(at({ fixed: 3 }, none)).toEqual([0, undefined]);
  expect(at({ fixed: 3 }, { ...none, base: '100' })).toEqual([3, '0 + 3']);
  expect(at({ fixed: 3 }, { ...none, units: '1' })).toEqual([3, '0 + 3']);
});
