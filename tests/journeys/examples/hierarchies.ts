import { expect } from '@jest/globals';
import { below, flat, percent, perUnit } from './terms.js';
import type { Example } from './world.js';

const ranked = (skipped: string) =>
  percent('0', {
    ...below({
      ranks: {
        order: ['silver', 'gold', 'diamond'],
        pays: [
          { rank: 'silver', rate: '0.05' },
          { rank: 'gold', rate: '0.03' },
          { rank: 'diamond', rate: '0.02' },
        ],
        skipped,
      },
    }),
  });

export const hierarchies: Example[] = [
  {
    name: 'WE-31 A invited B invited C, a fee of 10.00: B 3.00 and A 2.00',
    async play(start) {
      const told = await start();
      await told.line('c', 'b', 'a');
      for (const name of ['b', 'a']) await told.deal(name, [percent('1', { on: 'fee', ...below({ levels: ['0.30', '0.20'] }) })]);
      expect(await told.earns(await told.event({ kind: 'fee', by: 'c', amount: 1_000 }))).toEqual({ b: 300, a: 200 });
      await told.allExplained();
    },
  },
  {
    name: 'WE-32 level difference: D 6.00, C 1.00, B 1.00; a refund of half takes half of each',
    async play(start) {
      const told = await start();
      await told.line('d', 'c', 'b');
      await told.deal('d', [percent('0.60')]);
      const less = below({ levels: ['1', '1'], lessPaidBelow: true });
      await told.deal('c', [percent('0.70', less)]);
      await told.deal('b', [percent('0.80', less)]);
      const fee = await told.event({ by: 'd', amount: 1_000 });
      expect(await told.earns(fee)).toEqual({ d: 600, c: 100, b: 100 });
      await told.refund(fee, 500);
      expect(await told.earns(fee)).toEqual({ d: 300, c: 50, b: 50 });
      await told.allExplained();
    },
  },
  {
    name: 'WE-33 ranks with compression: nothing is lost, nothing is paid twice; without it what is skipped is lost',
    async play(start) {
      const by = async (skipped: string) => {
        const told = await start();
        await told.line('s', 'u1', 'u2', 'u3', 'u4');
        const tiers = { u1: 'gold', u2: 'silver', u4: 'diamond' };
        for (const [name, tier] of Object.entries(tiers)) await told.tier(name, tier, '01-01');
        for (const name of ['u1', 'u2', 'u3', 'u4']) await told.deal(name, [ranked(skipped)]);
        const earned = await told.earns(await told.event({ by: 's', amount: 10_000 }));
        await told.allExplained();
        return earned;
      };
      expect(await by('pay-up')).toEqual({ u1: 800, u4: 200 });
      expect(await by('lose')).toEqual({ u1: 300, u2: 500, u4: 200 });
    },
  },
  {
    name: 'WE-34 three agent levels of 100, 35 and 10 % of 10.00: 10.00, 3.50, 1.00',
    async play(start) {
      const told = await start();
      await told.line('client', 'x', 'y', 'z');
      for (const name of ['x', 'y', 'z']) await told.deal(name, [perUnit(1_000, below({ levels: ['1', '0.35', '0.10'] }))]);
      const trade = await told.event({ kind: 'trade', by: 'client', details: { lots: '1' } });
      expect(await told.earns(trade)).toEqual({ x: 1_000, y: 350, z: 100 });
      await told.allExplained();
    },
  },
  {
    name: 'WE-35 a trade of one’s own 0.10; of B’s client B 0.10 and A 0.02 on top',
    async play(start) {
      const told = await start();
      await told.line('b', 'a');
      const own = flat('trade', 10);
      await told.deal('b', [own]);
      await told.deal('a', [own, percent('0.20', { on: 'trade', ...below({ of: 'commission' }) })]);
      const [direct = '', of = ''] = await told.events([
        { kind: 'trade', by: 'a' },
        { kind: 'trade', by: 'b' },
      ]);
      expect([await told.earns(direct), await told.earns(of)]).toEqual([{ a: 10 }, { a: 2, b: 10 }]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-36 30 % of the spread: 20.40, also in a spike of twice the average',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [{ on: 'trade', model: 'spread-share', rate: '0.30', spread: { unit: 100, reduceAbove: '1.5' } }]);
      const trade = (spread: string) => ({ kind: 'trade', details: { lots: '5', spread, averageSpread: '13.6' } });
      await told.events([trade('13.6'), trade('27.2')]);
      expect(await told.amounts()).toEqual([2_040, 2_040]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-37 no more than the maximum of the spread counts: at 34.9, 35 and 35.1',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [{ on: 'trade', model: 'spread-share', rate: '0.30', spread: { unit: 100, maximum: '35' } }]);
      await told.events(['34.9', '35', '35.1'].map((spread) => ({ kind: 'trade', details: { lots: '1', spread } })));
      expect(await told.amounts()).toEqual([1_047, 1_050, 1_050]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-38 rebates by the lot: 0.10, 0.01, 0.00; ten of 0.001 accrue 0.01; 2.2168654 is kept and paid 2.22',
    async play(start) {
      const told = await start();
      for (const name of ['a', 'b', 'c']) await told.partner(name);
      await told.deal('a', [perUnit(10)]);
      await told.events(['1', '0.10', '0.01'].map((lots) => ({ kind: 'trade', details: { lots } })));
      expect((await told.amounts()).slice(0, 3)).toEqual([10, 1, 0]);
      await told.deal('b', [perUnit(10, { subCent: 'accumulate' })]);
      await told.events(Array.from({ length: 10 }, () => ({ by: 'b', kind: 'trade', details: { lots: '0.01' } })));
      await told.deal('c', [perUnit('221.68654')]);
      await told.event({ by: 'c', kind: 'trade', details: { lots: '1' } });
      expect([await told.total('b'), await told.total('c')]).toEqual([1, 222]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-39 10 % of the level below: 10.00, 1.00, 0.10; or 5 % of the sale at each level',
    async play(start) {
      const by = async (rate: string, of: string) => {
        const told = await start();
        await told.line('sub', 'u1', 'u2', 'u3');
        await told.deal('sub', [percent('0.50')]);
        for (const name of ['u1', 'u2', 'u3']) await told.deal(name, [percent(rate, below({ levels: ['1', '1', '1'], of }))]);
        const earned = await told.earns(await told.event({ by: 'sub', amount: 20_000 }));
        await told.allExplained();
        return earned;
      };
      expect(await by('0.10', 'level-below')).toEqual({ sub: 10_000, u1: 1_000, u2: 100, u3: 10 });
      expect(await by('0.05', 'amount')).toEqual({ sub: 10_000, u1: 1_000, u2: 1_000, u3: 1_000 });
    },
  },
  {
    name: 'WE-40 20 % for the partner; the referrer 10 % of the sale or of the commission, also when its deal comes later',
    async play(start) {
      const by = async (of: string) => {
        const told = await start();
        await told.line('partner', 'referrer');
        await told.deal('partner', [percent('0.20')]);
        const sale = await told.event({ by: 'partner', amount: 10_000 });
        expect(await told.earns(sale)).toEqual({ partner: 2_000 });
        await told.deal('referrer', [percent('0.10', below({ of }))]);
        const earned = await told.earns(sale);
        await told.allExplained();
        return earned;
      };
      expect([await by('amount'), await by('commission')]).toEqual([
        { partner: 2_000, referrer: 1_000 },
        { partner: 2_000, referrer: 200 },
      ]);
    },
  },
  {
    name: 'WE-41 30 % of 10,000.00 and a master with 10 % of that: 3,300.00; a guard at 32 % refuses the deal',
    async play(start) {
      const terms = [percent('0.10', below({ of: 'commission' }))];
      const told = await start();
      await told.line('sub', 'master');
      await told.deal('sub', [percent('0.30')]);
      await told.deal('master', terms);
      expect(await told.earns(await told.event({ by: 'sub', amount: 1_000_000 }))).toEqual({ sub: 300_000, master: 30_000 });
      await told.allExplained();

      const guarded = await start({ policy: { terms: { maximumShareOfRevenue: '0.32' } } });
      await guarded.line('sub', 'master');
      await guarded.deal('sub', [percent('0.30')]);
      await expect(guarded.deal('master', terms)).rejects.toThrow(/422.*terms-invalid/s);
    },
  },
  {
    name: 'WE-43 10 % of what the recruit earns, for one month from its recruitment',
    async play(start) {
      const told = await start();
      await told.partner('referrer');
      await told.partner('recruit', { under: 'referrer', since: '2026-03-01T10:00:00.000Z' });
      await told.deal('recruit', [flat('sale', 10_000)]);
      await told.deal('referrer', [percent('0.10', { ...below({ of: 'commission' }), duration: { months: 1, from: 'recruited' } })]);
      const instants = ['2026-03-01T09:59:59.000Z', '2026-03-01T10:00:00.000Z', '2026-04-01T09:59:59.000Z', '2026-04-01T10:00:00.000Z'];
      await told.events(instants.map((at) => ({ by: 'recruit', at, amount: 1 })));
      expect(await told.amounts('referrer')).toEqual([0, 1_000, 1_000, 0]);
      expect(await told.amounts('recruit')).toEqual(Array(4).fill(10_000));
      await told.allExplained();
    },
  },
];
