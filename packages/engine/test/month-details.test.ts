import { expect, test } from '@jest/globals';
import { rate } from '@tributary/money';
import { offsetAgainst, worthAt } from '../src/engine-1/month/carry.js';
import { compacted } from '../src/engine-1/month/compact.js';
import { lapse, monthsBetween } from '../src/engine-1/month/lots.js';
import { addQuarantine } from '../src/engine-1/month/quarantine.js';
import { asksOtherEarnings, type Component, type DealVersion, foldMonth, monthKinds, monthRange, versionsBetween } from '../src/index.js';
import { aDeal, percentage } from './builders.js';
import { activity, aMonth, cpa, ofCustomer, paid, revshare, sectionOf, through } from './month-builders.js';

const noRates = () => null;
const highRoller = (threshold: number) => revshare({ carryover: { policy: 'component', highRoller: { threshold } } });

test('WE-13 sums of one customer are kept where they matter, all others are added up with what was deducted', () => {
  const facts = [
    activity(100, { customerId: 'c', deductions: { bonuses: '7', admin: '1' }, turnover: '5', quantity: '1.5', events: 2 }),
    activity(-50, { customerId: 'b', deductions: { fees: '2' } }),
    activity(30, { customerId: 'a', deductions: { bonuses: '3' }, quantity: '0.5' }),
    activity(9, { customerId: 'a', on: 'other' }),
    activity(4, { customerId: 'a', version: 2 }),
    activity(1, { deductions: { zebra: '1' }, customers: 5 }),
    activity(20, { customerId: 'a' }),
  ];
  const input = aMonth({ components: [highRoller(-50)] }, { facts });
  const merged = compacted(input, noRates).facts;
  expect(merged).toEqual([
    activity(9, { on: 'other' }),
    activity(151, {
      deductions: { admin: '1', bonuses: '10', zebra: '1' },
      turnover: '5',
      quantity: '2',
      events: 5,
      customers: 7,
    }),
    activity(-50, { customerId: 'b', deductions: { fees: '2' } }),
    // A customer of both versions counts in the first.
    activity(4, { version: 2, customers: 0 }),
  ]);
  expect(Object.keys(merged[1]?.deductions ?? {})).toEqual(['admin', 'bonuses', 'zebra']);
  expect(compacted({ ...input, facts: [...facts].reverse() }, noRates).facts).toEqual(merged);
  expect(compacted(aMonth({ components: [highRoller(0)] }, { facts: [activity(5)] }), noRates).facts).toEqual([activity(5)]);
});

test('WE-13 who matters is worked out by version, kind and component, and by the balance kept before', () => {
  const other = { ...highRoller(-10), name: 'other', on: 'bet' };
  const terms = { components: [cpa, revshare({ name: 'plain' }), highRoller(-10), other] };
  const version = { version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z', terms };
  const kept = (...facts: Parameters<typeof activity>[]) =>
    compacted(
      aMonth(terms, { facts: facts.map((one) => activity(...one)), versions: [version, { ...version, version: 2 }] }),
      noRates,
    ).facts.flatMap(({ customerId }) => customerId ?? []);
  // Of one kind -6 and of another -6, or -10 in all; by both versions together -10; gains of a kind of its own do not help.
  expect(kept([-6, { customerId: 'a' }], [-6, { customerId: 'a', on: 'bet' }])).toEqual([]);
  expect(kept([-6, { customerId: 'a' }], [-4, { customerId: 'a', version: 2 }])).toEqual(['a', 'a']);
  expect(kept([-10, { customerId: 'a' }], [99, { customerId: 'a', on: 'bet' }], [50, { customerId: 'b' }])).toEqual(['a', 'a']);
  expect([kept([-10, { customerId: 'a', on: 'deposit' }]), kept([-10, { customerId: 'a', on: 'bet' }])]).toEqual([[], ['a']]);
  const state = {
    unit: 'base' as const,
    carry: [],
    quarantine: [{ customerId: 'q', period: '2026-02', amount: '5' }],
    toRecoup: '0',
    history: [],
  };
  const opening = { stateVersion: 1 as const, components: { share: state } };
  const facts = [ofCustomer('q', 5), ofCustomer('r', 5)];
  expect(compacted(aMonth({ components: [revshare()] }, { facts, opening }), noRates).facts.map(({ customerId }) => customerId)).toEqual([
    null,
    'q',
  ]);
});

test('T-37 what a deficit takes from the pool: all of it, a part, or nothing', () => {
  const lots = [
    { period: '2026-01', amount: '7/2' },
    { period: '2026-02', amount: '4' },
  ];
  const plain = worthAt('commission', rate('0.3'));
  const none = { left: lots, offset: 0n, amount: rate('0') };
  expect([offsetAgainst(lots, 0n, plain), offsetAgainst(lots, -1n, plain)]).toEqual([none, none]);
  expect(offsetAgainst([], 5n, plain)).toEqual({ left: [], offset: 0n, amount: rate('0') });
  expect(offsetAgainst(lots, 8n, plain)).toEqual({ left: [], offset: 8n, amount: rate('7.5') });
  expect(offsetAgainst(lots, 7n, plain)).toEqual({ left: [{ period: '2026-02', amount: '1/2' }], offset: 7n, amount: rate('7') });
  const whole = [{ period: '2026-02', amount: '4' }];
  expect(offsetAgainst(whole, 4n, plain)).toEqual({ left: [], offset: 4n, amount: rate('4') });
  expect(offsetAgainst(whole, 1n, worthAt('base', rate('0.5')))).toEqual({
    left: [{ period: '2026-02', amount: '2' }],
    offset: 1n,
    amount: rate('2'),
  });
});

test('T-37 two components share one pool: the one named first takes first', () => {
  const account = (name: string): Component => revshare({ name, carryover: { policy: 'account', unit: 'commission' } });
  const month = foldMonth(
    aMonth({ components: [account('first'), account('second')] }, { facts: [activity(-1_000)], otherEarnings: { cpa: '400' } }),
  );
  expect([paid(month, 'first'), paid(month, 'second')]).toEqual([-300n, -100n]);
  expect(sectionOf(month, 'second').carry).toMatchObject({ added: '300', offset: '100', closing: '200' });
});

test('T-37 a deficit lapses when it is so many months old, over the turn of the year too', () => {
  expect([monthsBetween('2025-11', '2026-02'), monthsBetween('2026-02', '2025-11'), monthsBetween('2026-03', '2026-03')]).toEqual([
    3, -3, 0,
  ]);
  const lots = [
    { period: '2025-11', amount: '1' },
    { period: '2025-12', amount: '2' },
  ];
  expect(lapse(lots, '2026-02', 3)).toEqual({ left: [lots[1]], taken: [lots[0]] });
  expect(lapse(lots, '2026-02', undefined)).toEqual({ left: lots, taken: [] });
});

test('M-07 what is set apart is whole units of at most the deficit, in the order of the customers', () => {
  const nets = new Map([
    ['z', rate('-300')],
    ['a', rate('-100')],
    ['', rate('-900')],
    ['b', rate('-99')],
  ]);
  const apart = (deficit: string) =>
    addQuarantine([], nets, rate(deficit), -100, '2026-03').moved.map(({ customerId, amount }) => [
      customerId,
      Number(amount.n) / Number(amount.d),
    ]);
  expect(apart('200')).toEqual([
    ['a', 50],
    ['z', 150],
  ]);
  expect(apart('5000')).toEqual([
    ['a', 100],
    ['z', 300],
  ]);
  expect(apart('3.5')).toEqual([
    ['a', 1],
    ['z', 2],
  ]);
  expect([apart('0'), apart('0.5')]).toEqual([[], []]);
});

test('a month of a deal without a share, and shares that say nothing of deficits', () => {
  const retainer: Component = { name: 'fixed', on: 'player-activity', model: 'retainer', amount: 50 };
  const share = revshare({ name: 'fixed-share', carryover: undefined });
  const month = foldMonth(aMonth({ components: [retainer, share] }, { facts: [activity(-1_000)] }));
  expect([paid(month, 'fixed'), paid(month, 'fixed-share')]).toEqual([50n, 0n]);
  expect(sectionOf(month, 'fixed-share').carry).toMatchObject({ policy: 'component', unit: 'base', added: '1000', closing: '1000' });
});

test('a cap of deficits goes by the months before, of which twelve are remembered', () => {
  const months = Array.from({ length: 14 }, (_, index) => ({ facts: [activity(1_000 * (index + 1))] }));
  const results = through({ components: [revshare()] }, months);
  expect(results.at(-1)?.closing.components['share']?.history.map(({ commission }) => commission)).toEqual(
    Array.from({ length: 12 }, (_, index) => `${300 * (index + 3)}`),
  );
});

test('rates of exchange are told in the order of currency and day, whatever order they were asked in', () => {
  const facts = [
    activity(5, { currency: 'USD', date: '2026-03-09' }),
    activity(5, { currency: 'GBP', date: '2026-03-11' }),
    activity(5, { currency: 'USD', date: '2026-03-02' }),
  ];
  const { explanation } = foldMonth(aMonth({ components: [revshare(), revshare({ name: 'again' })] }, { facts }), () => rate('0.5'));
  expect(explanation.rates.map(({ from, date }) => `${from} ${date}`)).toEqual(['GBP 2026-03-11', 'USD 2026-03-02', 'USD 2026-03-09']);
});

test('a month begins at midnight on clocks that go forward or back at it, and at the jump where there is none', () => {
  expect(monthRange('2026-03', 'America/New_York')).toEqual({ from: '2026-03-01T05:00:00.000Z', to: '2026-04-01T04:00:00.000Z' });
  expect(monthRange('2026-11', 'America/New_York')).toEqual({ from: '2026-11-01T04:00:00.000Z', to: '2026-12-01T05:00:00.000Z' });
  // Paraguay's clocks went from midnight of 1 October 2017 straight to one o'clock.
  expect(monthRange('2017-10', 'America/Asuncion').from).toBe('2017-10-01T04:00:00.000Z');
  expect(monthRange('2026-01', 'Pacific/Kiritimati')).toEqual({ from: '2025-12-31T10:00:00.000Z', to: '2026-01-31T10:00:00.000Z' });
});

test('what is in force from one change to the next, each stretch once', () => {
  const at = (version: number, from: string, rest: Partial<DealVersion> = {}) =>
    aDeal(percentage('0.1'), { version, effectiveFrom: `2026-03-${from}T00:00:00.000Z`, ...rest });
  const month = (...versions: DealVersion[]) =>
    versionsBetween(versions, '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z').map(({ version, from, to, programId }) => [
      version,
      from.slice(5, 10),
      to.slice(5, 10),
      programId,
    ]);
  expect(month(at(3, '20'), at(1, '01', { programId: 'p' }), at(2, '10'))).toEqual([
    [1, '03-01', '03-10', 'p'],
    [2, '03-10', '03-20', null],
    [3, '03-20', '04-01', null],
  ]);
  expect(month(at(1, '05'), at(2, '10', { status: 'ended' }), at(3, '20'))).toEqual([
    [1, '03-05', '03-10', null],
    [3, '03-20', '04-01', null],
  ]);
  // Version 1 ends and is in force again only by a version of its own: stretches apart are not joined.
  const ended = at(2, '10', { status: 'ended' });
  expect(month(at(1, '01'), ended, at(3, '20'), at(4, '31', { status: 'draft' }))).toEqual([
    [1, '03-01', '03-10', null],
    [3, '03-20', '04-01', null],
  ]);
  expect(month(at(1, '01'), { ...at(2, '01'), effectiveFrom: '2026-04-01T00:00:00.000Z' })).toEqual([[1, '03-01', '04-01', null]]);
});

test('what a month asks of the books: customers where a scale or a threshold does, other earnings where a policy or an advance does', () => {
  const measured = (measure: 'customers' | 'amount', on = 'player-activity') =>
    revshare({
      name: `${measure}-${on}`,
      on,
      tiers: { metric: [{ measure: 'amount' }, { measure }], reset: 'month', scale: 'whole', bands: [{ rate: '0.1' }] },
    });
  const kinds = (...components: Component[]) => monthKinds({ components });
  expect(kinds(measured('amount'), cpa)).toEqual([{ on: 'player-activity', byCustomer: false }]);
  expect(kinds(measured('customers'), measured('amount'), measured('amount', 'bet'))).toEqual([
    { on: 'player-activity', byCustomer: true },
    { on: 'bet', byCustomer: false },
  ]);
  expect(kinds(revshare({ carryover: undefined }))).toEqual([{ on: 'player-activity', byCustomer: false }]);
  const asks = (...components: Component[]) => asksOtherEarnings({ components });
  const by = (policy: 'none' | 'ring-fence' | 'account' | 'component') => revshare({ name: policy, carryover: { policy } });
  expect([asks(by('none')), asks(by('ring-fence')), asks(by('account')), asks(by('component'))]).toEqual([true, false, true, false]);
  expect([asks(revshare({ carryover: undefined })), asks(cpa, by('none')), asks({ ...cpa, recoups: ['x'] })]).toEqual([false, true, false]);
});

test('M-09 the fixed amount of a month is paid once, whatever the terms change within it', () => {
  const scale = (fixed?: number): Component =>
    revshare({
      tiers: {
        metric: { measure: 'amount' },
        reset: 'month',
        scale: 'whole',
        bands: [{ upTo: 1_000 }, { upTo: null, rate: '0.2', fixed }],
      },
    });
  const middle = '2026-03-15T00:00:00.000Z';
  const earned = (first: Component, second: Component, ...gross: [number, number]) =>
    paid(
      foldMonth(
        aMonth(
          { components: [first] },
          {
            versions: [
              { version: 1, from: '2026-03-01T00:00:00.000Z', to: middle, terms: { components: [first] } },
              { version: 2, from: middle, to: '2026-04-01T00:00:00.000Z', terms: { components: [second] } },
            ],
            facts: gross.map((amount, index) => activity(amount, { version: index + 1 })),
          },
        ),
      ),
    );
  expect(earned(scale(500), scale(500), 10_000, 10_000)).toBe(4_500n);
  expect(earned(scale(500), scale(700), 10_000, 10_000)).toBe(4_700n);
  expect(earned(scale(500), scale(), 10_000, 10_000)).toBe(4_500n);
  expect(earned(scale(500), scale(700), 10_000, 0)).toBe(2_500n);
  expect(earned(scale(500), scale(700), 500, 0)).toBe(150n);
  // Of a marginal scale it is not the month's: the last part that has one is the first.
  const { tiers, ...share } = scale(700);
  expect(earned(scale(500), { ...share, tiers: { ...tiers!, scale: 'marginal' } }, 10_000, 10_000)).toBe(4_500n);
});
