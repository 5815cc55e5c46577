import { test } from '@jest/globals';
import type { Back, Band, Cap, Component, Tiers } from '../../src/index.js';
import { type World, world } from '../world.js';
import { expectAsKept, told } from './shown.js';

const percent = (rest: Partial<Component>): Component => ({ on: 'sale', model: 'percentage', rate: '0.10', ...rest });
const scale = (bands: readonly Band[], rest: Partial<Tiers> = {}): Tiers => ({
  metric: { measure: 'amount' },
  reset: 'month',
  scale: 'whole',
  bands,
  ...rest,
});
const bands: Band[] = [
  { upTo: 10_000, rate: '0.10', name: 'bronze' },
  { upTo: 20_000, rate: '0.15', fixed: 30 },
  { factor: '1.5', fixed: 70 },
];
const sales = (components: Component[], timeZone = 'UTC'): World => {
  const made = world({ timeZone });
  made.deal('a', components);
  return made;
};

test('M-10 M-11 WE-27 whole and marginal scales in whole explanations', () => {
  const made = sales([
    percent({ name: 'whole', tiers: scale(bands) }),
    percent({ name: 'old', tiers: scale(bands, { crossing: 'old', bounds: 'exclusive' }) }),
    percent({ name: 'again', tiers: scale(bands, { retroactive: 'all' }) }),
    percent({ name: 'unpaid', tiers: scale(bands, { retroactive: 'unpaid', demotion: 'keep' }) }),
    percent({ name: 'marginal', tiers: scale(bands, { scale: 'marginal', reset: 'quarter' }) }),
    percent({
      name: 'hybrid',
      model: 'flat-plus-percentage',
      amount: 100,
      subCent: 'accumulate',
      tiers: scale([{ upTo: 1 }, { upTo: 2, amount: '50.5' }, { rate: '0.333', factor: '2' }], {
        metric: { measure: 'count' },
        scale: 'marginal',
      }),
    }),
    percent({
      name: 'two',
      tiers: scale(
        [
          { atLeast: [0, 0], rate: '0.01' },
          { atLeast: [2, 9_000], rate: '0.02' },
        ],
        { metric: [{ measure: 'count' }, { measure: 'quantity' }] },
      ),
    }),
  ]);
  const first = made.event({ at: '03-01', amount: 10_000, details: { quantity: '8999.5' } });
  made.pay(first, '03-01');
  const second = made.event({ at: '03-02', amount: 5_001, details: { quantity: '0.5' } });
  made.event({ at: '03-03', amount: 12_000 });
  made.event({ at: '03-04' });
  made.refund(second, 2_500);
  const gone = made.event({ at: '03-05', amount: 100 });
  made.refund(gone);
  made.event({ at: '04-01', amount: 333 });
  expectAsKept('scales', told(made));
});

test('M-10 P-18 what came before a band, by each action, in whole explanations', () => {
  const by = (back: Back, reset: Tiers['reset'] = 'month'): Tiers =>
    scale(
      [
        { upTo: 10_000, name: 'low' },
        { upTo: 20_000, factor: '1.2', back: { factor: '1.1' } },
        { rate: '0.30', name: 'high', fixed: 70, back },
      ],
      {
        retroactive: 'all',
        reset,
      },
    );
  const hybrid = { model: 'flat-plus-percentage', amount: '50.5' } as const;
  const made = sales([
    percent({ name: 'rate', tiers: by({ rate: '0.25' }) }),
    percent({ name: 'factor', tiers: by({ factor: '1.5' }, { rollingDays: 3 }) }),
    percent({ name: 'amount-of-both', ...hybrid, tiers: by({ amount: 60 }) }),
    percent({ name: 'rate-of-both', ...hybrid, tiers: by({ rate: '0.25' }) }),
    percent({
      name: 'more',
      ...hybrid,
      tiers: by({ add: '9.5' }),
      caps: [{ measure: 'amount', limit: 4_000, per: 'month', afterRefund: 'returns' }],
    }),
  ]);
  made.event({ at: '03-01', amount: 9_000 });
  const second = made.event({ at: '03-02', amount: 4_000 });
  made.event({ at: '03-04', amount: 9_999 });
  made.refund(second, 1_500);
  expectAsKept('came-before', told(made));
});

test('M-16 WE-70 caps in whole explanations', () => {
  const cap = (limit: number, rest: Partial<Cap> = {}): Cap => ({ measure: 'amount', limit, per: 'month', ...rest });
  const made = sales(
    [
      percent({ name: 'money', caps: [cap(1_500)] }),
      percent({ name: 'count', caps: [cap(2, { measure: 'conversions', per: 'day', afterRefund: 'stays' })] }),
      percent({ name: 'customer', caps: [cap(1, { measure: 'conversions', per: 'lifetime', of: 'customer' })] }),
      percent({
        name: 'both',
        caps: [cap(600, { per: 'week' }), cap(3, { measure: 'conversions', per: 'year' }), cap(100, { of: 'customer' })],
      }),
      percent({ name: 'stays', subCent: 'accumulate', caps: [cap(1_001, { afterRefund: 'stays' })] }),
      percent({ name: 'tiered', tiers: scale(bands), caps: [cap(1_200)] }),
    ],
    'Europe/Malta',
  );
  const first = made.event({ at: '03-01', amount: 10_005, customerId: 'x' });
  made.refund(first, 5_000);
  made.event({ at: '2026-03-01T22:30:00.000Z', amount: 4_000, customerId: 'y' });
  made.event({ at: '2026-03-01T22:45:00.000Z', amount: 4_000, customerId: 'x' });
  made.event({ at: '2026-03-01T23:30:00.000Z', amount: 9_003 });
  const gone = made.event({ at: '03-20', amount: 100, customerId: 'z' });
  made.refund(gone);
  made.event({ at: '2026-03-31T22:30:00.000Z', amount: 10_000, customerId: 'z' });
  expectAsKept('caps', told(made));
});

test('WE-28 M-24 windows, customers, other kinds, brands and networks in whole explanations', () => {
  const made = world({ timeZone: 'Europe/Malta' });
  const count = (metric: Partial<Tiers['metric']> & object, rest: Partial<Tiers> = {}): Tiers =>
    scale([{ upTo: 1, rate: '0.10' }, { upTo: 2, rate: '0.20' }, { rate: '0.30' }], { metric: { measure: 'count', ...metric }, ...rest });
  made.parent('b', 'a');
  made.deal('a', [
    percent({ name: 'window', tiers: count({}, { reset: { rollingDays: 10 }, retroactive: 'all' }) }),
    percent({ name: 'window-of-customers', tiers: count({ measure: 'customers' }, { reset: { rollingDays: 10 }, retroactive: 'unpaid' }) }),
    percent({ name: 'customers', tiers: count({ measure: 'customers' }) }),
    percent({ name: 'visits', tiers: count({ on: 'visit' }) }),
    percent({ name: 'network', tiers: count({ of: 'network' }) }),
    percent({ name: 'brands', tiers: count({ across: 'brands' }), qualify: { minAmount: 1_000 } }),
    percent({ name: 'above', rate: '0.01', tiers: count({}), downline: { levels: ['1'], of: 'amount', funding: 'on-top' } }),
  ]);
  made.deal('a', [percent({})], { dealId: 'deal_other', brandId: 'brd_b' });
  made.deal('b', [percent({ rate: '0.02' })]);
  made.event({ at: '03-01', amount: 1_000, customerId: 'x' });
  made.pay(made.event({ at: '03-02', amount: 1_000, customerId: 'x' }), '03-03');
  made.event({ at: '03-05', amount: 999, customerId: 'y' });
  made.event({ at: '03-06', kind: 'visit' });
  made.event({ at: '03-06', kind: 'visit', partnerId: 'b' });
  made.event({ at: '03-07', amount: 1_000, brandId: 'brd_b' });
  made.event({ at: '03-08', amount: 1_000, partnerId: 'b', customerId: 'z' });
  made.event({ at: '03-11', amount: 1_000 });
  made.event({ at: '03-16', amount: 1_000, customerId: 'y' });
  made.refund(made.event({ at: '03-17', amount: 1_000, customerId: 'w' }));
  expectAsKept('windows', told(made));
});

test('M-16 M-24 caps and scales of versions, of other brands and zones, in whole explanations', () => {
  const made = world({ timeZone: 'Europe/Malta' });
  const tiers = scale(
    [
      { upTo: 1, amount: 5 },
      { upTo: 3, factor: '2', name: 'top' },
      { rate: '0.5', amount: '1.5' },
    ],
    { metric: { measure: 'count', across: 'brands' } },
  );
  const both = percent({ model: 'flat-plus-percentage', amount: 40, name: 'brands', tiers });
  const capped = percent({
    name: 'capped',
    caps: [
      { measure: 'conversions', limit: 2, per: 'month' },
      { measure: 'amount', limit: 150, per: 'month', afterRefund: 'stays' },
    ],
  });
  made.deal('a', [both, capped]);
  made.deal(
    'a',
    { components: [both, { ...capped, caps: [{ measure: 'conversions', limit: 1, per: 'month' }] }], timeZone: 'Pacific/Auckland' },
    { effectiveFrom: '2026-03-20T00:00:00.000Z' },
  );
  made.deal('a', [percent({ name: 'brands', rate: '0.2', tiers })], { dealId: 'other', brandId: 'brd_b' });
  made.deal('a', [percent({ name: 'brands', rate: '0.2', tiers })], { dealId: 'gone', brandId: 'brd_b', status: 'ended' });
  made.deal('z', [percent({ name: 'brands', rate: '0.2', tiers })], { dealId: 'strangers', brandId: 'brd_b' });
  made.event({ at: '03-01', amount: 1_000 });
  made.refund(made.event({ at: '03-02', amount: 1_000 }), 900);
  made.event({ at: '03-03', amount: 1_000, brandId: 'brd_b' });
  made.event({ at: '03-04', amount: 0 });
  made.event({ at: '03-21', amount: 1_000 });
  made.event({ at: '2026-03-31T11:30:00.000Z', amount: 1_000 });
  made.refund(made.event({ at: '2026-03-31T11:40:00.000Z', amount: 1_000 }));
  expectAsKept('versions', told(made));
});

test('A-19 M-27 windows and periods that are lifted, with equal times, zero weights and payments between', () => {
  const made = world();
  const steps: Band[] = [{ upTo: 2, rate: '0.10' }, { upTo: 3, rate: '0.20' }, { upTo: 4, rate: '0.05' }, { rate: '0.30' }];
  const counted = (rest: Partial<Tiers>, measure: 'count' | 'customers' = 'count'): Tiers =>
    scale(steps, { metric: [{ measure }, { measure: 'amount' }], ...rest });
  const one = (rest: Partial<Tiers>): Tiers => scale(steps, { metric: { measure: 'count' }, ...rest });
  made.deal('a', [
    percent({ name: 'week', tiers: one({ reset: { rollingDays: 7 }, retroactive: 'all' }) }),
    percent({ name: 'week-unpaid', tiers: one({ reset: { rollingDays: 7 }, retroactive: 'unpaid', demotion: 'keep' }) }),
    percent({ name: 'month-unpaid', tiers: one({ retroactive: 'unpaid' }) }),
    percent({ name: 'month-all', tiers: one({ retroactive: 'all', bounds: 'exclusive' }) }),
    percent({ name: 'customers', tiers: { ...one({ retroactive: 'all' }), metric: { measure: 'customers' } } }),
    percent({ name: 'customers-week', tiers: { ...one({ reset: { rollingDays: 7 } }), metric: { measure: 'customers' } } }),
    percent({
      name: 'two',
      tiers: {
        ...counted({}),
        bands: [
          { atLeast: [0, 0], rate: '0.1' },
          { atLeast: [2, 1_500], rate: '0.2' },
        ],
      },
    }),
    percent({ name: 'marginal-customers', tiers: { ...one({ scale: 'marginal' }), metric: { measure: 'customers' } } }),
  ]);
  const at = (day: string, customerId: string | null, pay?: string, amount = 1_000): string => {
    const id = made.event({ at: day, amount, customerId });
    if (pay !== undefined) made.pay(id, pay);
    return id;
  };
  at('03-01', 'x', '03-03');
  at('03-01', 'y', '03-02');
  at('03-02', 'x');
  made.refund(at('03-04', 'z', '03-05'));
  at('03-05', null, '03-31');
  made.refund(at('03-08', 'y'), 500);
  at('03-09', 'w', '03-01');
  at('03-10', 'w');
  at('03-31', 'x', '04-02');
  at('04-01', 'x');
  expectAsKept('lifted', told(made));
});
