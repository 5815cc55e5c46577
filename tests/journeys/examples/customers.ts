import { expect } from '@jest/globals';
import { flat, sum, times } from './terms.js';
import type { Example } from './world.js';

const cpa = (customer: object, amount = 12_000) =>
  flat('first-deposit', amount, { qualify: { customer: { onExclusion: 'cancel-open', ...customer } } });

/** CPA, qualification: what a customer must have done. */
export const customers: Example[] = [
  {
    name: 'WE-15 20 of 25 first deposits qualify at 120.00: 2,400.00',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [cpa({ minDeposits: 2_000 })]);
      await told.events(
        times(25, (player) => [
          { kind: 'first-deposit', customer: `p${player}` },
          { kind: 'deposit', customer: `p${player}`, amount: player < 20 ? 2_000 : 1_999 },
        ]).flat(),
      );
      expect(await told.total()).toBe(240_000);
      await told.allExplained();
    },
  },
  {
    name: 'WE-16 100 players at a CPA of 120: 12,000.00',
    async play(start) {
      const told = await start({ currency: 'USD' });
      await told.partner('a');
      await told.deal('a', [flat('first-deposit', 12_000)]);
      await told.events(times(100, (player) => ({ kind: 'first-deposit', customer: `p${player}` })));
      expect(await told.total()).toBe(1_200_000);
      await told.allExplained();
    },
  },
  {
    name: 'WE-18 100.00 for each of ten first deposits and 20 % of what they bring: 1,000.00 + 1,000.00',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [flat('first-deposit', 10_000), { on: 'net-revenue', model: 'percentage', rate: '0.20' }]);
      await told.events(times(10, (player) => ({ kind: 'first-deposit', customer: `p${player}` })));
      await told.event({ kind: 'net-revenue', customer: 'p0', amount: 500_000 });
      const entries = await told.entries();
      const of = (wanted: string) => sum(entries.filter(({ component }) => component === wanted).map(({ amount }) => amount));
      expect([of('first-deposit'), of('net-revenue')]).toEqual([100_000, 100_000]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-19 deposits within 24 hours of the first count, its edge too, against the minimum of the country',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [cpa({ minDeposits: 2_000, minDepositsByCountry: { DE: 1_500 }, withinHours: 24 })]);
      const player = (customer: string, country: string, second: string, amount = 500) => [
        { kind: 'first-deposit', customer, at: '2026-03-01T10:00:00.000Z', details: { country } },
        { kind: 'deposit', customer, at: '2026-03-01T10:00:00.000Z', amount: 1_000, details: { country } },
        { kind: 'deposit', customer, at: second, amount, details: { country } },
      ];
      const ids = await told.events([
        ...player('before', 'DE', '2026-03-02T09:59:59.000Z'),
        ...player('edge', 'DE', '2026-03-02T10:00:00.000Z'),
        ...player('after', 'DE', '2026-03-02T10:00:01.000Z'),
        ...player('french', 'FR', '2026-03-01T11:00:00.000Z'),
        ...player('rich', 'FR', '2026-03-01T11:00:00.000Z', 1_000),
        ...player('cent', 'DE', '2026-03-01T11:00:00.000Z', 499),
      ]);
      const amounts = await told.amounts();
      expect(ids.flatMap((_, index) => (index % 3 === 0 ? [amounts[index]] : []))).toEqual([12_000, 12_000, 0, 0, 12_000, 0]);
      await told.allExplained();
    },
  },
];
