import { expect } from '@jest/globals';
import type { Json } from '../client.js';
import { flat, percent } from './terms.js';
import type { Example } from './world.js';

/** One partner over several brands. */
export const brands: Example[] = [
  {
    name: 'T-21 1,200.00 dollars of one brand and 300.00 euros of another are shown in dollars with both originals, the rate, its day and the sum',
    async play(start) {
      const told = await start({ currency: 'USD' });
      await told.brand('european', { currency: 'EUR' });
      await told.partner('a');
      await told.deal('a', [percent('0.10')]);
      await told.deal('a', [percent('0.10')], { at: 'european' });
      await told.event({ amount: 1_200_000, currency: 'USD' });
      await told.event({ amount: 300_000, currency: 'EUR', brand: 'european' });
      expect(await told.total()).toBe(150_000);
      const path = `/api/v1/commissions/consolidated?partnerId=${told.id('a')}&currency=USD&on=1999-06-06`;
      const [american, european] = ['main', 'european'].map((name) => told.brands.get(name)?.id);
      const before = await told.admin.expect(200, 'GET', path);
      expect([before.total, before.missing]).toEqual([120_000, ['EUR']]);
      await told.fx('EUR', 'USD', '1999-06-04', '1.0300');
      const shown = await told.admin.expect(200, 'GET', path);
      const rates = [{ base: 'EUR', quote: 'USD', date: '1999-06-04', rate: '1.03', source: 'example' }];
      const lines = [
        {
          brandId: american,
          licence: null,
          currency: 'USD',
          entries: 1,
          amount: 120_000,
          exchange: { rate: '1', rates: [], amount: 120_000 },
        },
        {
          brandId: european,
          licence: null,
          currency: 'EUR',
          entries: 1,
          amount: 30_000,
          exchange: { rate: '1.03', rates, amount: 30_900 },
        },
      ];
      expect(shown.brands).toEqual(lines.sort((a, b) => ((a.brandId ?? '') < (b.brandId ?? '') ? -1 : 1)));
      expect(shown).toMatchObject({ on: '1999-06-06', currency: 'USD', total: 150_900, missing: [] });
      const march = await told.admin.expect(200, 'GET', `${path}&from=2026-03-16T00:00:00Z`);
      expect([march.brands, march.total]).toEqual([[], 0]);
    },
  },
  {
    name: 'T-39 what was earned is split by licence: of an event by its own, of a month by that of the deal',
    async play(start) {
      const told = await start({ currency: 'EUR' });
      await told.partner('a');
      await told.deal('a', { components: [flat('lead', 500)], licence: 'MGA' });
      await told.deal('a', { components: [flat('lead', 300)] });
      const waterfall = { name: 'net', version: 1, lines: [] };
      const share = { on: 'player-activity', model: 'revshare', rate: '0.5', waterfall, carryover: { policy: 'none' } };
      await told.deal('a', { components: [share], licence: 'UKGC' });
      await told.event({ kind: 'lead', details: { licence: 'MGA' } });
      await told.event({ kind: 'lead', details: { licence: 'MGA' } });
      await told.event({ kind: 'lead' });
      await told.event({ kind: 'player-activity', customer: 'x', details: { licence: 'UKGC', currency: 'EUR', grossRevenue: 1_000 } });
      await told.close('2026-03');
      await told.settled();
      const path = `/api/v1/commissions/consolidated?partnerId=${told.id('a')}&currency=EUR`;
      const { brands: split, total } = await told.admin.expect(200, 'GET', `${path}&by=licence`);
      const lines = split.map(({ licence, entries, amount }: Json) => [licence, entries, amount]);
      expect([lines, total]).toEqual([
        [
          ['MGA', 2, 1_000],
          ['UKGC', 1, 500],
          [null, 1, 300],
        ],
        1_800,
      ]);
      expect((await told.admin.expect(200, 'GET', path)).brands).toMatchObject([{ licence: null, entries: 4, amount: 1_800 }]);
    },
  },
];
