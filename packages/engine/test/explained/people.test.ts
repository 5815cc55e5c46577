import { test } from '@jest/globals';
import type { Component, CustomerQualification, Downline } from '../../src/index.js';
import { world } from '../world.js';
import { expectAsKept, told } from './shown.js';

const percent = (rate: string, rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'percentage', rate, ...rest });
const below = (rest: Partial<Downline> = {}): Downline => ({ levels: ['1'], of: 'amount', funding: 'on-top', ...rest });

test('T-47 C-05 WE-19 customers that qualify or not, in whole explanations', () => {
  const made = world({ timeZone: 'Europe/Malta' });
  const cpa = (name: string, customer: CustomerQualification): Component => ({
    on: 'ftd',
    model: 'flat',
    amount: 100,
    name,
    qualify: { customer },
  });
  made.deal('a', {
    holdDays: 5,
    components: [
      cpa('any', {}),
      cpa('deposits', { minDeposits: 2_000, minDepositsByCountry: { DE: 1_500 }, withinHours: 24 }),
      cpa('wager', { wager: '1.5' }),
      cpa('verified', { verifiedWithinDays: 3 }),
      cpa('in-time', { minDeposits: 2_000, withinDays: 3, onExclusion: 'keep' }),
    ],
  });
  const customers = {
    w: {},
    x: { country: 'DE', verifiedAt: '2026-03-04T10:00:00.000Z', excludedFrom: '2026-03-08T10:00:00.000Z' },
    y: { country: 'FR', verifiedAt: '2026-03-04T10:00:00.001Z', excludedFrom: '2026-03-01T10:00:00.000Z' },
    z: { verifiedAt: '2026-03-01T09:00:00.000Z', excludedFrom: '2026-04-01T10:00:00.000Z' },
  };
  for (const [customerId, profile] of Object.entries(customers)) {
    made.customer(customerId, profile);
    made.event({ kind: 'ftd', at: '2026-03-01T10:00:00.000Z', customerId, details: { country: 'DE' } });
    made.event({ kind: 'deposit', at: '2026-03-01T10:00:00.000Z', customerId, amount: 1_500 });
    made.event({ kind: 'deposit', at: '2026-03-02T10:00:00.000Z', customerId, amount: customerId === 'z' ? 500 : 499 });
    made.event({ kind: 'deposit', at: '2026-03-03T10:00:00.000Z', customerId, amount: 1 });
    made.event({ kind: 'bet', at: '2026-03-03T11:00:00.000Z', customerId, amount: 5, details: { turnover: 2_998 } });
    if (customerId !== 'w') made.event({ kind: 'bet', at: '2026-03-03T12:00:00.000Z', customerId, details: { turnover: 2 } });
  }
  // Too late; and one whose first deposit was taken back, so that windows count from the second.
  made.event({ kind: 'ftd', at: '2026-03-01T10:00:00.000Z', customerId: 'late' });
  for (const day of ['01', '06']) made.event({ kind: 'deposit', at: `2026-03-${day}T10:00:00.000Z`, customerId: 'late', amount: 1_000 });
  made.event({ kind: 'ftd', at: '2026-03-01T10:00:00.000Z', customerId: 'back' });
  made.refund(made.event({ kind: 'deposit', at: '2026-03-01T10:00:00.000Z', customerId: 'back', amount: 900 }));
  for (const day of ['04', '05']) made.event({ kind: 'deposit', at: `2026-03-${day}T10:00:00.000Z`, customerId: 'back', amount: 1_000 });
  made.event({ kind: 'ftd', at: '2026-03-05T10:00:00.000Z', customerId: 'w' });
  made.event({ kind: 'ftd', at: '2026-03-05T10:00:00.000Z', customerId: 'new' });
  made.event({ kind: 'ftd', at: '2026-03-05T10:00:00.000Z' });
  expectAsKept('customers', told(made));
});

test('M-17 M-18 WE-32 T-40 levels, pools, funding and differences, in whole explanations', () => {
  const made = world();
  for (const [child, parent] of [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['d', 'e'],
  ] as const)
    made.parent(child, parent);
  made.deal('a', [
    percent('0.105'),
    { on: 'sale', model: 'flat', amount: '0.3', subCent: 'accumulate', name: 'fine' },
    { on: 'lead', model: 'flat', amount: 10 },
  ]);
  made.deal('b', [
    percent('0.20', { name: 'of-commission', downline: below({ of: 'commission', funding: 'downline' }) }),
    percent('0.055', { name: 'of-amount', downline: below({ levels: ['1', '0.5'], pool: '0.30' }) }),
    percent('0.10', { name: 'least', downline: below({ of: 'commission' }), qualify: { minAmount: 5_000 } }),
    percent('0.10', { on: 'lead', downline: below({ of: 'commission' }) }),
  ]);
  made.deal('c', [
    percent('0.15', { name: 'difference', downline: below({ levels: ['1', '1'], lessPaidBelow: true }) }),
    percent('0.10', { name: 'level-below', downline: below({ levels: ['1', '0.5'], of: 'level-below' }) }),
    percent('0.20', { name: 'pooled', downline: below({ levels: ['1', '1'], pool: '0.30', lessPaidBelow: true }) }),
    percent('0.20', { name: 'own-sales' }),
  ]);
  made.deal('d', {
    currency: 'USD',
    components: [
      percent('0.90', { name: 'funded', downline: below({ levels: ['1', '1', '1'], funding: 'downline', pool: '0.9' }) }),
      percent('0.10', {
        name: 'running',
        subCent: 'accumulate',
        downline: below({ levels: ['1', '1', '0.3'], of: 'commission', funding: 'downline' }),
      }),
    ],
  });
  made.fx('EUR', 'USD', '2026-03-15', '1.25');
  const large = made.event({ amount: 10_000 });
  made.refund(large, 2_500);
  made.event({ amount: 4_999 });
  made.event();
  made.refund(made.event({ amount: 100 }));
  made.event({ amount: 10_000, at: '03-30' });
  made.event({ kind: 'lead' });
  made.event({ amount: 10_000, partnerId: 'b' });
  made.event({ amount: 7, partnerId: 'unknown' });
  expectAsKept('levels', told(made));
});

test('WE-33 M-18 ranks in whole explanations', () => {
  const ranks = (rest: Partial<NonNullable<Downline['ranks']>>): Downline =>
    below({
      ranks: {
        order: ['silver', 'gold', 'diamond'],
        pays: [
          { rank: 'silver', rate: '0.05' },
          { rank: 'gold', rate: '0.03', amount: 40 },
          { rank: 'diamond', amount: 200 },
          { rank: 'unheard-of', amount: 999 },
        ],
        skipped: 'pay-up',
        ...rest,
      },
    });
  const made = world();
  const people: Record<string, string | null> = { u1: 'gold', u2: 'gold', u3: 'gold', u4: null, u5: 'diamond' };
  for (const [child, parent] of [
    ['s', 'u1'],
    ['u1', 'u2'],
    ['u2', 'u3'],
    ['u3', 'u4'],
    ['u4', 'u5'],
  ] as const)
    made.parent(child, parent);
  made.deal('s', [percent('0.10')]);
  for (const [partnerId, tier] of Object.entries(people)) {
    if (tier !== null) made.tier(partnerId, tier);
    made.deal(partnerId, {
      components: [
        percent('0', { downline: ranks({ sameRank: '0.10' }) }),
        percent('0', { name: 'lost', downline: ranks({ skipped: 'lose' }) }),
        percent('0', { name: 'rates', downline: ranks({ pays: [{ rank: 'silver', rate: '0.01' }] }), qualify: { minAmount: 100 } }),
      ],
      ...(partnerId === 'u5' ? { currency: 'USD' } : {}),
    });
  }
  made.event({ partnerId: 's', amount: 10_000 });
  made.fx('EUR', 'USD', '2026-04-15', '1.25');
  made.event({ partnerId: 's', amount: 10_000, at: '04-15' });
  made.refund(made.event({ partnerId: 's', amount: 10_000, at: '04-15' }), 5_000);
  made.refund(made.event({ partnerId: 's', amount: 10_000, at: '04-15' }));
  made.event({ partnerId: 's', at: '04-15' });
  made.event({ partnerId: 's', amount: 99, at: '04-15' });
  expectAsKept('ranks', told(made));
});

test('M-17 T-40 bounds that cannot be told without a rate, pools used up and shares spent, in whole explanations', () => {
  const made = world();
  for (const [child, parent] of [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
  ] as const)
    made.parent(child, parent);
  const levels = ['1', '1', '1'];
  made.deal('a', [
    percent('0.20', { name: 'own' }),
    { on: 'sale', model: 'flat', amount: 100, name: 'late', qualify: { customer: { minDeposits: 10 } } },
    { on: 'sale', model: 'flat', amount: 7, name: 'nothing', qualify: { minAmount: 1_000_000 } },
  ]);
  made.deal('b', [
    percent('0.50', { name: 'commission', downline: below({ levels, of: 'commission' }) }),
    percent('0.10', { name: 'spent', downline: below({ levels, funding: 'downline' }) }),
    percent('0.20', { name: 'exactly', downline: below({ levels, lessPaidBelow: true }) }),
  ]);
  made.deal('c', {
    currency: 'USD',
    components: [
      percent('0.10', {
        name: 'commission',
        downline: below({ levels, of: 'commission', funding: 'downline', lessPaidBelow: true, pool: '0.5' }),
      }),
      {
        on: 'sale',
        model: 'flat',
        amount: 5,
        name: 'flat',
        downline: below({ levels, funding: 'downline', lessPaidBelow: true, pool: '0.5' }),
      },
      { on: 'lead', model: 'flat', amount: 5, name: 'lead', downline: below({ levels, pool: '0.5' }) },
    ],
  });
  made.deal('d', [
    { on: 'sale', model: 'flat', amount: 50, name: 'flat', downline: below({ levels: ['1', '1', '0.4'], pool: '0.50' }) },
    percent('0.30', { name: 'rest', downline: below({ levels, pool: '0.50' }) }),
    percent('0.30', { name: 'used-up', downline: below({ levels, pool: '0.50' }) }),
    percent('0.30', { name: 'share', downline: below({ levels, funding: 'downline' }) }),
    percent('0.30', { name: 'also-share', downline: below({ levels, funding: 'downline' }) }),
    percent('0.10', { name: 'two-below', on: 'lead', downline: below({ levels, of: 'level-below' }) }),
  ]);
  made.event({ at: '03-01', amount: 1_000 });
  made.fx('EUR', 'USD', '2026-04-01', '1.25');
  made.event({ at: '04-01', amount: 1_000, customerId: 'x' });
  made.event({ at: '04-02', kind: 'deposit', amount: 10, customerId: 'x' });
  made.event({ at: '04-02', customerId: 'x' });
  made.event({ at: '04-03', kind: 'lead' });
  made.event({ at: '04-03', kind: 'lead', amount: 1 });
  made.event({ at: '04-04', amount: 1_000, partnerId: 'b' });
  made.event({ at: '04-04', amount: 1_000, partnerId: 'c' });
  made.refund(made.event({ at: '04-05', amount: 1_000 }), 999);
  expectAsKept('bounds', told(made));
});

test('WE-33 ranks paid in the currency of the brand, of the event, or in none', () => {
  const made = world();
  for (const [child, parent] of [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
  ] as const)
    made.parent(child, parent);
  const ranks = (pays: NonNullable<Downline['ranks']>['pays'], skipped: 'pay-up' | 'lose' = 'lose'): Downline =>
    below({ ranks: { order: ['silver', 'gold'], pays, skipped, sameRank: '0.5' } });
  made.parent('d', 'e');
  for (const [partnerId, tier] of [
    ['b', 'silver'],
    ['c', 'unheard-of'],
    ['d', 'silver'],
    ['e', 'unheard-of'],
  ] as const) {
    made.tier(partnerId, tier);
    made.deal(partnerId, [
      percent('0', { name: 'rates', downline: ranks([{ rank: 'silver', rate: '0.1' }]) }),
      percent('0', { name: 'amounts', downline: ranks([{ rank: 'silver', amount: 5 }]) }),
      percent('0', {
        name: 'both',
        downline: ranks(
          [
            { rank: 'silver', rate: '0.1' },
            { rank: 'gold', amount: 9 },
          ],
          'pay-up',
        ),
      }),
      percent('0.1', { name: 'levels', downline: below({ levels: ['1', '1', '1'] }) }),
    ]);
  }
  made.fx('USD', 'EUR', '2026-04-01', '0.5');
  made.event({ amount: 1_000 });
  made.event({ amount: 1_000, currency: 'USD' });
  made.event({ amount: 1_000, currency: 'USD', at: '04-01' });
  made.event();
  made.event({ currency: 'GBP' });
  const nowhere = world({ brandCurrency: null as unknown as string });
  nowhere.parent('a', 'b');
  nowhere.tier('b', 'silver');
  nowhere.deal('b', [
    percent('0', { downline: ranks([{ rank: 'silver', amount: 5 }]) }),
    percent('0.1', { name: 'commission', downline: below({ of: 'commission' }) }),
  ]);
  nowhere.event();
  nowhere.event({ amount: 100, currency: 'JPY' });
  expectAsKept('ranks-and-currencies', told(made) + told(nowhere));
});
