import { expect } from '@jest/globals';
import { payOut } from './pay-out.js';
import { percent } from './terms.js';
import type { Example } from './world.js';

/** For how long what was paid is taken back. These move the clock: they are played last. */
export const clawbacks: Example[] = [
  {
    name: 'WE-52 M-25 what was paid is taken back and netted against the next payout on day 60 after the payment, and written off on day 61',
    async play(start) {
      const told = await start({ policy: { clawbackDays: 60 } });
      const began = Date.parse(await told.now());
      /** Noon of the nth day after the payment. */
      const day = (number: number) => `${new Date(began + (number + 1) * 86_400_000).toISOString().slice(0, 10)}T12:00:00.000Z`;
      await told.partner('a');
      await told.deal('a', [percent('0.10')]);
      const balance = async () => {
        await told.settled();
        return (await told.admin.expect(200, 'GET', `/api/v1/partners/${told.id('a')}/balance`)).balances;
      };

      await told.moveClock(day(0));
      const sale = await told.event({ at: day(0), amount: 20_000 });
      await told.settled();
      expect(await payOut(told)).toMatchObject([{ amount: 2_000 }]);

      await told.moveClock(day(60));
      await told.refund(sale, 2_000, { at: day(60) });
      expect(await balance()).toMatchObject([{ paid: 2_000, payable: 0, receivable: 200, writtenOff: 0 }]);
      await told.event({ at: day(60), amount: 10_000 });
      await told.settled();
      expect(await payOut(told)).toMatchObject([{ amount: 800 }]);

      await told.moveClock(day(61));
      await told.refund(sale, 3_000, { at: day(61) });
      const end = { accrued: 3_000, reversed: 500, paid: 2_800, payable: 0, receivable: 0, writtenOff: -300 };
      expect(await balance()).toMatchObject([end]);
      const late = (await told.entries()).filter(({ status }) => status === 'written-off');
      const until = `${day(61).slice(0, 10)}T00:00:00.000Z`;
      expect(late).toMatchObject([{ amount: -300, writtenOff: { reason: 'clawback-window-over', clawbackDays: 60, until } }]);
      await told.allExplained();
    },
  },
];
