import { expect } from '@jest/globals';
import { flat, scale } from './terms.js';
import { sales } from './tiers.js';
import type { Example } from './world.js';

/** What a band that is reached makes of all before it, other than what it pays itself. */
export const cameBefore: Example[] = [
  {
    name: 'M-10 a retroactive tier with a value of its own: 250.00 a player, from the third 275.00 and those before it 260.00',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const bands = [
        { name: 'start', upTo: 2, amount: 25_000 },
        { name: 'more', upTo: 4, amount: 27_500, back: { amount: 26_000 } },
        { name: 'most', upTo: null, amount: 30_000, back: { add: 2_000 } },
      ];
      await told.deal('a', [flat('deposit', 25_000, { tiers: scale(bands, { metric: { measure: 'count' }, retroactive: 'all' }) })]);
      const ids: string[] = [];
      const after = async (day: number) => {
        ids.push(await told.event({ kind: 'deposit', amount: 10_000, at: `03-0${day}` }));
        return (await told.amounts()).map((amount) => amount / 100);
      };
      expect(await after(2)).toEqual([250]);
      expect(await after(3)).toEqual([250, 250]);
      expect(await after(4)).toEqual([260, 260, 275]);
      expect(await after(5)).toEqual([260, 260, 275, 275]);
      expect(await after(6)).toEqual([270, 270, 295, 295, 300]);
      const posted = (await told.entries()).map(({ amount, reason }) => [amount / 100, reason]);
      const lifted = [10, 're-rating'];
      const again = [20, 're-rating'];
      expect(posted).toEqual([
        [250, 'accrual'],
        [250, 'accrual'],
        ...[[275, 'accrual'], lifted, lifted],
        [275, 'accrual'],
        ...[[300, 'accrual'], lifted, lifted, again, again],
      ]);
      const { explanation } = await told.explanation((await told.entries()).at(-1)?.id);
      const last = explanation.fold.rules.find(({ rule }: { rule: string }) => rule === 'tier').detail;
      expect(last).toMatch(/^band most at 5, reached in the period; before it, in band more at [34]$/);
      await told.allExplained();

      // A late player stands before the others and moves one of them across the bound, though the month stays in its band.
      await told.event({ kind: 'deposit', amount: 10_000, at: '03-01' });
      expect((await told.amounts()).map((amount) => amount / 100).sort()).toEqual([270, 270, 295, 295, 300, 300]);
      expect(await told.earns(ids[1] ?? '')).toEqual({ a: 29_500 });
      await told.refund(ids[0] ?? '', 10_000);
      expect(await told.total()).toBe(143_000);
      await told.allExplained();
    },
  },
  {
    name: 'M-10 in a rolling window what came before gets half as much again, not the rate of the band reached',
    async play(start) {
      const bands = [
        { upTo: 2, rate: '0.10' },
        { upTo: null, rate: '0.20', back: { factor: '1.5' } },
      ];
      const tiers = scale(bands, { metric: { measure: 'count' }, reset: { rollingDays: 7 }, retroactive: 'all' });
      const told = await sales(start, tiers, [100, 100, 100, 100], (index) => ['03-01', '03-06', '03-07', '03-20'][index] ?? '');
      expect(await told.amounts()).toEqual([1_500, 1_500, 2_000, 1_000]);
      await told.allExplained();
    },
  },
];
