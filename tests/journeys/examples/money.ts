import { expect } from '@jest/globals';
import { cap, flat, percent, scale, sum, times } from './terms.js';
import type { Example } from './world.js';

const monthly = (count: number) =>
  times(count, (month) => ({ amount: 4_900, customer: 'x', at: new Date(Date.UTC(2026, month, 15, 12)).toISOString() }));

/** Splits, refunds, currencies, durations and limits. */
export const money: Example[] = [
  {
    name: 'WE-44 WE-45 100.00 among five: 30.00, 5.00, 5.00, 5.00, 55.00',
    async play(start) {
      const told = await start();
      const names = ['a', 'b', 'c', 'd', 'e'];
      for (const name of names) await told.partner(name);
      await told.deal('e', [flat('sale', 10_000, { split: { by: 'touches', first: '0.25', last: '0.50', rest: 'equal' } })]);
      const clicks: string[] = [];
      for (const name of names) {
        const clickId = await told.click(name);
        clicks.push(clickId);
        await told.event({ by: null, kind: 'lead', clickId, customer: 'x', at: await told.now() });
      }
      const sale = await told.event({ by: null, clickId: clicks[4] ?? '', customer: 'x', amount: 100, at: await told.now() });
      expect(await told.earns(sale)).toEqual({ a: 3_000, b: 500, c: 500, d: 500, e: 5_500 });
      await told.refund(sale, 100, { at: await told.now() });
      expect(sum(Object.values(await told.earns(sale)))).toBe(0);
      await told.allExplained();
    },
  },
  {
    name: 'WE-46 8.00 to three, 0.05 at 70/30 and 30/70, 34 yen to four',
    async play(start) {
      const told = await start();
      const names = ['a', 'b', 'c', 'd', 'p', 'q', 'r'];
      for (const name of names) await told.partner(name);
      const split = (shares: Record<string, string>) => ({
        by: 'named',
        shares: Object.entries(shares).map(([name, share]) => ({ partnerId: told.id(name), share })),
      });
      const third = { a: '0.333333333333', b: '0.333333333333', c: '0.333333333334' };
      await told.deal('a', [flat('thirds', 800, { split: split(third) })]);
      await told.deal('b', [flat('mostly', 5, { split: split({ b: '0.7', c: '0.3' }) })]);
      await told.deal('c', [flat('little', 5, { split: split({ c: '0.3', b: '0.7' }) })]);
      await told.deal('p', {
        components: [flat('yen', 34, { split: split({ p: '0.25', q: '0.25', r: '0.25', d: '0.25' }) })],
        currency: 'JPY',
      });
      const [thirds = '', mostly = '', little = '', yen = ''] = await told.events([
        { by: 'a', kind: 'thirds' },
        { by: 'b', kind: 'mostly' },
        { by: 'c', kind: 'little' },
        { by: 'p', kind: 'yen' },
      ]);
      expect(Object.values(await told.earns(thirds)).sort()).toEqual([266, 267, 267]);
      expect([await told.earns(mostly), await told.earns(little)]).toEqual([
        { b: 4, c: 1 },
        { c: 2, b: 3 },
      ]);
      expect(Object.values(await told.earns(yen)).sort()).toEqual([8, 8, 9, 9]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-53 WE-54 a refund of a tenth takes 2.00 of 20.00, once, however often it is reported',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0.20')]);
      const sale = await told.event({ amount: 10_000 });
      expect(await told.total()).toBe(2_000);
      const { eventId } = await told.conversion(sale);
      const refund = { ...told.eventOf({ kind: 'refund', by: null, at: '03-20', amount: 1_000 }), originalEventId: eventId };
      await told.report([refund, refund]);
      await told.report([refund]);
      const entries = await told.entries();
      expect(entries.map(({ amount, reason }) => [amount, reason])).toEqual([
        [2_000, 'accrual'],
        [-200, 'refund'],
      ]);
      expect(entries[1]?.adjusts).toBe(entries[0]?.id);
      await told.allExplained();
    },
  },
  {
    name: 'WE-55 10 % of 0.25 is 0.03, and its full refund -0.03',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0.10')]);
      await told.refund(await told.event({ amount: 25 }), 25);
      expect((await told.entries()).map(({ amount }) => amount)).toEqual([3, -3]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-65 M-28 100.00 dollars by a contract in euros: 92.00 at the rate of the day, whatever comes later',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', { components: [percent('1')], currency: 'EUR' });
      const { rate } = await told.fx('USD', 'EUR', '2026-03-15', '0.92');
      const sale = await told.event({ amount: 10_000, currency: 'USD' });
      expect(await told.earns(sale)).toEqual({ a: 9_200 });
      await told.fx('USD', 'EUR', '2026-05-15', '0.95');
      expect(await told.earns(sale)).toEqual({ a: 9_200 });
      const [entry] = await told.entries();
      const { inputs, steps } = (await told.explanation(entry?.id)).explanation.fold;
      expect(steps[0]).toMatchObject({ step: 'exchange', value: '0.92' });
      expect(rate.recordedAt).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
      expect(inputs.circumstances.rates).toEqual([
        { base: 'USD', quote: 'EUR', rate: '0.92', date: '2026-03-15', source: 'example', recordedAt: rate.recordedAt },
      ]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-66 currencies without minor units and with three decimals; what has no rate waits for it',
    async play(start) {
      const told = await start();
      for (const [name, currency] of Object.entries({ a: 'JPY', b: 'CHF', c: 'NOK', d: 'JPY' })) {
        await told.partner(name);
        await told.deal(name, { components: [percent('0.10')], currency });
      }
      const ids = await told.events([
        { by: 'a', amount: 10_000, currency: 'CHF' },
        { by: 'b', amount: 15_000, currency: 'JPY', at: '08-15' },
        { by: 'c', amount: 1_000, currency: 'BHD' },
        { by: 'd', amount: 125, currency: 'JPY' },
      ]);
      expect(await told.outcome(ids[2] ?? '')).toEqual(['held', 'fx-rate-missing']);
      await told.fx('CHF', 'JPY', '2026-03-15', '150');
      await told.fx('JPY', 'CHF', '2026-08-15', '0.008');
      await told.fx('BHD', 'NOK', '2026-03-15', '25');
      expect([await told.total('a'), await told.total('b'), await told.total('c'), await told.total('d')]).toEqual([1_500, 1_200, 250, 13]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-67 58 records of 76.8 milli-cents: 4 cents where they accumulate, nothing where each is rounded',
    async play(start) {
      const told = await start();
      const tiers = scale([{ upTo: 10 }, { upTo: null }], { metric: { measure: 'count' }, scale: 'marginal', crossing: undefined });
      const components = { a: { subCent: 'accumulate' }, b: { subCent: 'accumulate', tiers } };
      for (const [name, rest] of Object.entries(components)) {
        await told.partner(name);
        await told.deal(name, [flat('minute', '0.0768', rest)]);
        await told.events(times(58, () => ({ by: name, kind: 'minute' })));
      }
      expect([await told.total('a'), await told.total('b')]).toEqual([4, 4]);
      await told.partner('c');
      await expect(told.deal('c', [flat('minute', '0.0768')])).rejects.toThrow(/422.*terms-invalid/s);
      await told.allExplained();
    },
  },
  {
    name: 'WE-68 M-15 30 % of 49.00 for twelve months: 176.40, and the payment of 15 January 2027 nothing',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0.30', { duration: { months: 12, from: 'customer-first' } })]);
      await told.events(monthly(13));
      const amounts = await told.amounts();
      expect([amounts, sum(amounts)]).toEqual([[...Array<number>(12).fill(1_470), 0], 17_640]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-69 M-14 25 % for the first twelve months from the customer’s first sale, then 10 %',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0.25', { duration: { months: 12, from: 'customer-first', afterwards: { rate: '0.10' } } })]);
      await told.events(monthly(14));
      expect(await told.amounts()).toEqual([...Array<number>(12).fill(1_225), 490, 490]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-70 60 on a day with a cap of 50 a day and 500 a month: 50 payable, 10 over the cap',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [flat('lead', 100, { caps: [cap('conversions', 50, 'day'), cap('conversions', 500, 'month')] })]);
      const ids = await told.events(
        times(60, (index) => ({ kind: 'lead', at: `2026-03-01T10:${String(index).padStart(2, '0')}:00.000Z` })),
      );
      expect(await told.amounts()).toEqual([...Array<number>(50).fill(100), ...Array<number>(10).fill(0)]);
      expect(await told.outcome(ids[59] ?? '')).toEqual(['zero-commission', 'over-cap']);
      await told.allExplained();
    },
  },
  {
    name: 'WE-71 M-16 a limit per customer and month clamps; after a refund its room returns or stays',
    async play(start) {
      const by = async (afterRefund: string) => {
        const told = await start();
        await told.partner('a');
        await told.deal('a', [percent('0.10', { caps: [cap('amount', 1_500, 'month', { of: 'customer', afterRefund })] })]);
        const [first = ''] = await told.events([
          { amount: 10_000, customer: 'x', at: '03-01' },
          { amount: 10_000, customer: 'x', at: '03-02' },
          { amount: 10_000, customer: 'y', at: '03-03' },
          { amount: 10_000, customer: 'x', at: '04-01' },
        ]);
        const before = await told.amounts();
        await told.refund(first, 10_000);
        const after = await told.amounts();
        await told.allExplained();
        return [before, after];
      };
      const before = [1_000, 500, 1_000, 1_000];
      expect(await by('returns')).toEqual([before, [0, 1_000, 1_000, 1_000]]);
      expect(await by('stays')).toEqual([before, [0, 500, 1_000, 1_000]]);
    },
  },
];
