import { expect, test } from '@jest/globals';
import type { FxRate } from '@tributary/engine';
import { consolidate } from './consolidate.js';

const fx = (base: string, quote: string, date: string, rate: string): FxRate => ({
  base,
  quote,
  date,
  rate,
  source: 'ECB',
  recordedAt: '2026-06-01T00:00:00.000Z',
});
const line = (brandId: string, currency: string, amount: bigint) => ({ brandId, licence: null, currency, entries: 1, amount });

test('T-21 1,200.00 dollars of one brand and 300.00 euros of another, in dollars: originals, rate, its day and the sum', () => {
  const rates = [fx('EUR', 'USD', '2026-05-29', '1.0800'), fx('EUR', 'USD', '2026-05-20', '1.2')];
  expect(consolidate([line('a', 'USD', 120_000n), line('b', 'EUR', 30_000n)], 'USD', '2026-05-31', rates)).toEqual({
    brands: [
      { ...line('a', 'USD', 120_000n), exchange: { rate: '1', rates: [], amount: 120_000n } },
      { ...line('b', 'EUR', 30_000n), exchange: { rate: '1.08', rates: [rates[0]], amount: 32_400n } },
    ],
    total: 152_400n,
    missing: [],
  });
});

test('T-21 lines round each by itself, by the minor units of both currencies; what has no rate is named and in no sum', () => {
  const rates = [fx('EUR', 'JPY', '2026-05-31', '163.33'), fx('EUR', 'KWD', '2026-05-31', '0.331')];
  const { brands, total, missing } = consolidate(
    [line('a', 'EUR', -101n), line('b', 'KWD', 1_000n), line('c', 'CHF', 5n), line('d', 'CHF', 6n)],
    'JPY',
    '2026-05-31',
    rates,
  );
  expect(brands.map(({ exchange }) => exchange?.amount ?? null)).toEqual([-165n, 493n, null, null]);
  expect([total, missing]).toEqual([328n, ['CHF']]);
  expect(brands[1]?.exchange?.rates).toHaveLength(2);
});
