import { expect } from '@jest/globals';
import { percent } from './terms.js';
import type { Example } from './world.js';

/** What was reported wrong, or changed afterwards. */
export const corrections: Example[] = [
  {
    name: 'M-26 a sale of March corrected upwards in May, by its refund and a new event of March, is rated by the terms of March',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const deal = await told.deal('a', [percent('0.10')]);
      await told.amend(deal, [percent('0.20')], '05-01');
      const wrong = await told.event({ at: '03-15', amount: 10_000 });
      await told.refund(wrong, 10_000, { at: '05-10' });
      const right = await told.event({ at: '03-15', amount: 15_000 });
      expect([await told.earns(wrong), await told.earns(right)]).toEqual([{ a: 0 }, { a: 1_500 }]);
      const versions = (await told.entries()).map(({ dealVersion }) => dealVersion);
      expect(new Set(versions)).toEqual(new Set([1]));
      await told.allExplained();
    },
  },
  {
    name: 'M-25 WE-52 an annual plan of 1,200.00 given up after five months takes back the commission of the seven that are left',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0.10', { on: 'subscription' })]);
      const plan = await told.event({ kind: 'subscription', at: '01-15', amount: 120_000, details: { plan: 'annual' } });
      await told.refund(plan, 70_000, { at: '06-15' });
      const entries = await told.entries();
      expect(entries.map(({ amount, reason, adjusts }) => [amount, reason, adjusts])).toEqual([
        [12_000, 'accrual', null],
        [-7_000, 'refund', entries[0]?.id],
      ]);
      await told.allExplained();
    },
  },
];
