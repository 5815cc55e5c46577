import { expect } from '@jest/globals';
import { scale } from './terms.js';
import { sales } from './tiers.js';
import type { Example } from './world.js';

export const eitherMetric: Example[] = [
  {
    name: 'A-17 T-16 WE-28 gold by 50 conversions or by revenue of 10,000.00: a cent more is gold, and so are fifty small sales',
    async play(start) {
      const either = scale(
        [
          { name: 'bronze', atLeast: [0, 0], rate: '0.10' },
          { name: 'silver', atLeast: [20, null], rate: '0.15' },
          { name: 'gold', atLeast: [50, 1_000_000], rate: '0.20' },
        ],
        {
          metric: [{ measure: 'count' }, { measure: 'amount' }],
          reset: { rollingDays: 60 },
          reach: 'any',
          retroactive: 'all',
          bounds: undefined,
        },
      );
      const byRevenue = await sales(start, either, [...Array<number>(11).fill(833), 836.99]);
      expect(await byRevenue.amounts()).toEqual([...Array<number>(11).fill(8_330), 8_370]);
      await byRevenue.event({ amount: 1, at: '03-13' });
      expect(await byRevenue.amounts()).toEqual([...Array<number>(11).fill(16_660), 16_740, 0]);
      await byRevenue.allExplained();

      const byCount = await sales(start, either, Array<number>(49).fill(10), () => '03-10');
      expect(await byCount.total()).toBe(49 * 150);
      await byCount.event({ amount: 1_000, at: '03-11' });
      expect(await byCount.total()).toBe(50 * 200);
      await byCount.allExplained();
    },
  },
];
