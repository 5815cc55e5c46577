import { expect, test } from '@jest/globals';
import type { Component, Downline } from '../../src/index.js';
import { world } from '../world.js';

const percent = (rate: string, rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'percentage', rate, ...rest });
const below = (rest: Partial<Downline> = {}): Downline => ({ levels: ['1'], of: 'amount', funding: 'on-top', ...rest });

/** A tree of one line: each partner stands under the next. */
function line(...partners: string[]) {
  const told = world();
  for (const [index, partnerId] of partners.entries()) {
    const parent = partners[index + 1];
    if (parent) told.parent(partnerId, parent);
  }
  return told;
}

test('WE-31 M-18 A invited B invited C, fee 10.00: direct 30 %, level 2 20 %', () => {
  const told = line('c', 'b', 'a');
  const component = percent('1', { on: 'fee', downline: below({ levels: ['0.30', '0.20'] }) });
  for (const partnerId of ['b', 'a']) told.deal(partnerId, [component]);
  const fee = told.event({ kind: 'fee', partnerId: 'c', amount: 1_000 });
  expect(told.earns(fee)).toEqual({ b: 300, a: 200 });
});

test('WE-32 M-18 level difference: 6.00, 1.00 and 1.00 of a fee of 10.00', () => {
  const told = line('d', 'c', 'b');
  told.deal('d', [percent('0.60')]);
  told.deal('c', [percent('0.70', { downline: below({ levels: ['1', '1'], lessPaidBelow: true }) })]);
  told.deal('b', [percent('0.80', { downline: below({ levels: ['1', '1'], lessPaidBelow: true }) })]);
  const trade = told.event({ partnerId: 'd', amount: 1_000 });
  expect(told.earns(trade)).toEqual({ d: 600, c: 100, b: 100 });
  told.refund(trade, 500);
  expect(told.earns(trade)).toEqual({ d: 300, c: 50, b: 50 });
});

test('WE-32 whoever has no higher rate than below gets nothing, by name', () => {
  const told = line('d', 'c');
  told.deal('d', [percent('0.60')]);
  told.deal('c', [percent('0.60', { downline: below({ lessPaidBelow: true }) })]);
  const result = told.result(told.event({ partnerId: 'd', amount: 1_000 }));
  expect(result.scopes.map(({ reason }) => reason)).toEqual([null, 'paid-below']);
});

const ranks = (skipped: 'pay-up' | 'lose', sameRank?: string): Component =>
  percent('0', {
    downline: below({
      ranks: {
        order: ['silver', 'gold', 'diamond'],
        pays: [
          { rank: 'silver', rate: '0.05' },
          { rank: 'gold', rate: '0.03' },
          { rank: 'diamond', amount: 200 },
        ],
        skipped,
        sameRank,
      },
    }),
  });

test('WE-33 M-18 ranks with compression: nothing is lost and nothing paid twice', () => {
  const paid = (tiers: Record<string, string | null>, skipped: 'pay-up' | 'lose') => {
    const told = line('s', 'u1', 'u2', 'u3', 'u4');
    for (const [partnerId, tier] of Object.entries(tiers)) {
      told.tier(partnerId, tier);
      told.deal(partnerId, [ranks(skipped)]);
    }
    return told.earns(told.event({ partnerId: 's', amount: 10_000 }));
  };
  const full = { u1: 'silver', u2: 'gold', u3: 'diamond', u4: 'diamond' };
  for (const skipped of ['pay-up', 'lose'] as const) expect(paid(full, skipped)).toEqual({ u1: 500, u2: 300, u3: 200, u4: 0 });
  const gap = { u1: 'gold', u2: 'silver', u3: null, u4: 'diamond' };
  expect(paid(gap, 'pay-up')).toEqual({ u1: 800, u2: 0, u3: 0, u4: 200 });
  expect(paid(gap, 'lose')).toEqual({ u1: 300, u2: 500, u3: 0, u4: 200 });
});

test('M-18 the nearest partner above one of its own rank gets a share of what that one got by rank', () => {
  const told = line('s', 'u1', 'u2', 'u3');
  told.deal('s', [percent('0.10')]);
  for (const partnerId of ['u1', 'u2', 'u3']) {
    told.tier(partnerId, 'silver');
    told.deal(partnerId, [ranks('pay-up', '0.10'), percent('0.01', { downline: below({ levels: ['1', '1', '1'] }) })]);
  }
  expect(told.earns(told.event({ partnerId: 's', amount: 10_000 }))).toEqual({ s: 1_000, u1: 600, u2: 150, u3: 100 });
});

test('M-18 amounts by rank of a component paid by the unit are for each unit that refunds have left', () => {
  const told = line('s', 'u1', 'u2');
  const { downline } = ranks('pay-up');
  const byLot = {
    ...downline,
    ranks: {
      ...downline?.ranks,
      pays: [
        { rank: 'silver', amount: 100 },
        { rank: 'gold', amount: 250 },
      ],
    },
  };
  for (const [partnerId, tier] of [
    ['u1', 'silver'],
    ['u2', 'gold'],
  ] as const) {
    told.tier(partnerId, tier);
    told.deal(partnerId, [{ on: 'trade', model: 'per-unit', downline: byLot as Component['downline'] }]);
  }
  const trade = (quantity?: string) => told.event({ kind: 'trade', partnerId: 's', amount: 1_000, details: quantity ? { quantity } : {} });
  const [whole, half, without] = [trade('2.5'), trade('2'), trade()];
  told.refund(half, 500);
  expect([whole, half, without].map(told.earns)).toEqual([
    { u1: 250, u2: 625 },
    { u1: 100, u2: 250 },
    { u1: 0, u2: 0 },
  ]);
  expect(told.result(whole).scopes[0]?.explanation.steps).toEqual([{ step: 'rank silver', formula: '2.5 x 100', value: '250' }]);
  expect(told.result(without).scopes.map(({ reason }) => reason)).toEqual(['no-quantity', 'no-quantity']);
});

test('WE-34 three agent levels of 100 %, 35 % and 10 % of the full commission', () => {
  const told = line('client', 'x', 'y', 'z');
  const component: Component = { on: 'trade', model: 'per-unit', amount: 1_000, downline: below({ levels: ['1', '0.35', '0.10'] }) };
  for (const partnerId of ['x', 'y', 'z']) told.deal(partnerId, [component]);
  const trade = told.event({ kind: 'trade', partnerId: 'client', details: { quantity: '1' } });
  expect(told.earns(trade)).toEqual({ x: 1_000, y: 350, z: 100 });
});

test("WE-35 a trade of one's own 0.10; of a client of B's 0.10 for B and 0.02 for A on top", () => {
  const told = line('b', 'a');
  const own: Component = { on: 'trade', model: 'flat', amount: 10 };
  told.deal('b', [own]);
  told.deal('a', [own, percent('0.20', { on: 'trade', downline: below({ of: 'commission' }) })]);
  expect(told.earns(told.event({ kind: 'trade', partnerId: 'a' }))).toEqual({ a: 10 });
  expect(told.earns(told.event({ kind: 'trade', partnerId: 'b' }))).toEqual({ b: 10, a: 2 });
});

test('WE-39 M-17 10 % of the level below, or 5 % of the sale at each level', () => {
  const paid = (component: Component) => {
    const told = line('sub', 'u1', 'u2', 'u3');
    told.deal('sub', [percent('0.50')]);
    for (const partnerId of ['u1', 'u2', 'u3']) told.deal(partnerId, [component]);
    return told.earns(told.event({ partnerId: 'sub', amount: 20_000 }));
  };
  const levels = ['1', '1', '1'];
  expect(paid(percent('0.10', { downline: below({ levels, of: 'level-below' }) }))).toEqual({ sub: 10_000, u1: 1_000, u2: 100, u3: 10 });
  expect(paid(percent('0.05', { downline: below({ levels }) }))).toEqual({ sub: 10_000, u1: 1_000, u2: 1_000, u3: 1_000 });
});

test('WE-40 M-17 a referrer gets 10 % of the sale, or of the commission', () => {
  const paid = (of: Downline['of']) => {
    const told = line('partner', 'referrer');
    told.deal('partner', [percent('0.20')]);
    told.deal('referrer', [percent('0.10', { downline: below({ of }) })]);
    return told.earns(told.event({ partnerId: 'partner', amount: 10_000 }));
  };
  expect(paid('amount')).toEqual({ partner: 2_000, referrer: 1_000 });
  expect(paid('commission')).toEqual({ partner: 2_000, referrer: 200 });
});

test('WE-41 30 % of 10,000.00 and a master with 10 % of that: 3,300.00', () => {
  const told = line('sub', 'master');
  told.deal('sub', [percent('0.30')]);
  told.deal('master', [percent('0.10', { downline: below({ of: 'commission' }) })]);
  const earned = told.earns(told.event({ partnerId: 'sub', amount: 1_000_000 }));
  expect(earned).toEqual({ sub: 300_000, master: 30_000 });
});

test("WE-43 M-22 10 % of the recruit's payout for one month from its recruitment", () => {
  const told = world();
  told.parent('recruit', 'referrer', '2026-03-01T10:00:00.000Z');
  told.deal('recruit', [{ on: 'sale', model: 'flat', amount: 10_000 }]);
  told.deal('referrer', [percent('0.10', { downline: below({ of: 'commission' }), duration: { months: 1, from: 'recruited' } })]);
  const at = (instant: string) => told.earns(told.event({ partnerId: 'recruit', at: instant }));
  expect(at('2026-03-01T10:00:00.000Z')).toEqual({ recruit: 10_000, referrer: 1_000 });
  expect(at('2026-04-01T09:59:59.000Z')).toEqual({ recruit: 10_000, referrer: 1_000 });
  expect(at('2026-04-01T10:00:00.000Z')).toEqual({ recruit: 10_000, referrer: 0 });
  expect(at('2026-03-01T09:59:59.000Z')).toEqual({ recruit: 10_000 });
});

test("what is funded by the downline comes out of its partner's share, to the cent", () => {
  const told = line('sub', 'master');
  told.deal('sub', [percent('0.20')]);
  told.deal('master', [percent('0.333', { downline: below({ of: 'commission', funding: 'downline' }) })]);
  expect(told.earns(told.event({ partnerId: 'sub', amount: 10_000 }))).toEqual({ sub: 1_334, master: 666 });
});

test('nobody funds more than its share of the conversion', () => {
  const told = line('sub', 'master', 'grand');
  told.deal('sub', [percent('0.10')]);
  const component = percent('0.06', { downline: below({ levels: ['1', '1'], funding: 'downline' }) });
  for (const partnerId of ['master', 'grand']) told.deal(partnerId, [component]);
  expect(told.earns(told.event({ partnerId: 'sub', amount: 10_000 }))).toEqual({ sub: 0, master: 600, grand: 400 });
});

test('T-40 eleven levels: every amount is explained and all together never exceed the pool', () => {
  const partners = Array.from({ length: 12 }, (_, index) => `p${index}`);
  for (const amount of [1, 7, 99, 12_345, 1_000_003]) {
    const told = line(...partners);
    told.deal('p0', [percent('0.105')]);
    for (const partnerId of partners.slice(1))
      told.deal(partnerId, [percent('0.055', { downline: below({ levels: Array<string>(11).fill('1'), pool: '0.30' }) })]);
    const sale = told.event({ partnerId: 'p0', amount });
    const { scopes } = told.result(sale);
    expect(scopes).toHaveLength(12);
    expect(scopes.every(({ explanation }) => explanation.steps.length > 0)).toBe(true);
    const sum = Object.values(told.earns(sale)).reduce((total, one) => total + one);
    expect(sum).toBeLessThanOrEqual(Math.floor((amount * 30) / 100));
    told.nets();
  }
});

test('T-42 a master by the lot, a sub by the spread and a sub-sub on a hybrid, from one trade', () => {
  const told = line('sub-sub', 'sub', 'master');
  told.deal('sub-sub', [{ on: 'trade', model: 'flat-plus-percentage', amount: 50, rate: '0.10' }]);
  told.deal('sub', [{ on: 'trade', model: 'spread-share', rate: '0.30', spread: { unit: 100 }, downline: below({ levels: ['1', '1'] }) }]);
  told.deal('master', [{ on: 'trade', model: 'per-unit', amount: 200, downline: below({ levels: ['1', '1'] }) }]);
  const trade = told.event({ kind: 'trade', partnerId: 'sub-sub', amount: 1_000, details: { quantity: '5', spread: '1.2' } });
  expect(told.earns(trade)).toEqual({ 'sub-sub': 150, sub: 180, master: 1_000 });
});

test('sub-cent overrides accumulate in one scope of their own', () => {
  const told = line('sub', 'master');
  told.deal('sub', [{ on: 'trade', model: 'flat', amount: 3 }]);
  const component = percent('0.10', { on: 'trade', subCent: 'accumulate', downline: below({ of: 'commission', funding: 'downline' }) });
  told.deal('master', [component]);
  for (let count = 0; count < 10; count += 1) told.event({ kind: 'trade', partnerId: 'sub' });
  expect([told.total('master'), told.total('sub')]).toEqual([3, 27]);
});

test('an override of commission in another currency goes by the rate of the day, and waits for it', () => {
  const told = line('sub', 'master');
  told.deal('sub', [percent('0.20')]);
  told.deal('master', { components: [percent('0.10', { downline: below({ of: 'commission' }) })], currency: 'USD' });
  const sale = told.event({ partnerId: 'sub', amount: 10_000 });
  expect(told.result(sale)).toMatchObject({ outcome: 'held', reason: 'fx-rate-missing' });
  told.fx('EUR', 'USD', '2026-03-15', '1.10');
  expect(told.earns(sale)).toEqual({ sub: 2_000, master: 220 });
});

test('a pool takes what is paid in another currency into account', () => {
  const told = line('sub', 'master');
  told.deal('sub', { components: [percent('0.20')], currency: 'USD' });
  told.deal('master', [percent('0.20', { downline: below({ pool: '0.30' }) })]);
  told.fx('EUR', 'USD', '2026-03-15', '2');
  expect(told.earns(told.event({ partnerId: 'sub', amount: 10_000 }))).toEqual({ sub: 4_000, master: 1_000 });
});

test('an override qualifies by its own rule', () => {
  const told = line('sub', 'master');
  told.deal('sub', [percent('0.20')]);
  told.deal('master', [percent('0.10', { downline: below({ of: 'commission' }), qualify: { minAmount: 5_000 } })]);
  const small = told.event({ partnerId: 'sub', amount: 4_999 });
  expect(told.result(small).scopes.map(({ reason }) => reason)).toEqual([null, 'below-minimum-amount']);
});
