import { expect, test } from '@jest/globals';
import { convert, rate, rational, round } from '@tributary/money';
import fc from 'fast-check';
import { type FxRate, rateOn } from '../src/index.js';

const aRate = (pair: string, value: string, date = '2026-03-10', fields: Partial<FxRate> = {}): FxRate => {
  const [base = '', quote = ''] = pair.split('/');
  return { base, quote, date, rate: value, source: 'ecb', recordedAt: `${date}T16:00:00.000Z`, ...fields };
};
const found = (rates: readonly FxRate[], pair: string, date = '2026-03-10') => {
  const [from = '', to = ''] = pair.split('/');
  return rateOn(rates, from, to, date);
};

test('M-28 WE-65 the rate of the action date holds, whatever the rate is at the payout', () => {
  const rates = [aRate('USD/EUR', '0.92'), aRate('USD/EUR', '0.95', '2026-04-10')];
  const action = found(rates, 'USD/EUR');
  expect(action).toEqual({ rate: rate('0.92'), path: [rates[0]] });
  expect(round(convert(10_000n, 'USD', 'EUR', action?.rate ?? rational(0n)))).toBe(9200n);
  expect(found(rates, 'USD/EUR', '2026-04-10')?.rate).toEqual(rate('0.95'));
});

test('M-28 the latest rate of at most seven days before holds, over weekends and holidays', () => {
  const rates = [aRate('USD/EUR', '0.91', '2026-03-06'), aRate('USD/EUR', '0.92', '2026-03-10')];
  const at = (date: string) => found(rates, 'USD/EUR', date)?.path[0]?.date ?? null;
  expect(['2026-03-05', '2026-03-06', '2026-03-07', '2026-03-09', '2026-03-10', '2026-03-11'].map(at)).toEqual([
    null,
    '2026-03-06',
    '2026-03-06',
    '2026-03-06',
    '2026-03-10',
    '2026-03-10',
  ]);
  expect(['2026-03-16', '2026-03-17', '2026-03-18'].map(at)).toEqual(['2026-03-10', '2026-03-10', null]);
});

test('T-21 the pair itself, then its inverse, then a crossing', () => {
  const [direct, inverse] = [aRate('USD/GBP', '0.8', '2026-03-04'), aRate('GBP/USD', '1.28')];
  const [eurUsd, eurGbp] = [aRate('EUR/USD', '1.1'), aRate('EUR/GBP', '0.88', '2026-03-09')];
  expect(found([inverse, eurUsd, eurGbp, direct], 'USD/GBP')).toEqual({ rate: rate('0.8'), path: [direct] });
  expect(found([inverse, eurUsd, eurGbp], 'USD/GBP')).toEqual({ rate: rational(100n, 128n), path: [inverse] });
  expect(found([eurUsd, eurGbp], 'USD/GBP')).toEqual({ rate: rate('0.8'), path: [eurUsd, eurGbp] });
  expect(found([eurUsd, aRate('EUR/GBP', '0.88', '2026-03-02')], 'USD/GBP')).toBeNull();
});

test('T-21 crossings go through EUR first, then through the first in the alphabet, whichever way the legs are quoted', () => {
  const chf = [aRate('USD/CHF', '0.5'), aRate('CHF/GBP', '2')];
  const jpy = [aRate('USD/JPY', '100'), aRate('GBP/JPY', '200')];
  const eur = [aRate('EUR/USD', '2'), aRate('EUR/GBP', '1')];
  const through = (rates: readonly FxRate[]) => found(rates, 'USD/GBP')?.path.map(({ base, quote }) => `${base}/${quote}`);
  expect(through([...jpy, ...chf, ...eur])).toEqual(['EUR/USD', 'EUR/GBP']);
  expect(through([...jpy, ...chf])).toEqual(['USD/CHF', 'CHF/GBP']);
  expect(through(jpy)).toEqual(['USD/JPY', 'GBP/JPY']);
  expect(found(jpy, 'USD/GBP')?.rate).toEqual(rate('0.5'));
  expect(found([aRate('USD/CHF', '1'), aRate('JPY/GBP', '1')], 'USD/GBP')).toBeNull();
  expect(found([aRate('USD/AUD', '1'), aRate('AUD/CAD', '1'), aRate('CAD/GBP', '1')], 'USD/GBP')).toBeNull();
});

test('M-28 of several sources for a pair and a day the one recorded first counts, then the first in the alphabet', () => {
  const early = aRate('USD/EUR', '0.91', '2026-03-10', { source: 'zurich', recordedAt: '2026-03-10T10:00:00.000Z' });
  const late = aRate('USD/EUR', '0.92', '2026-03-10', { source: 'bank', recordedAt: '2026-03-10T12:00:00+01:00' });
  const same = aRate('USD/EUR', '0.93', '2026-03-10', { source: 'acme', recordedAt: '2026-03-10T10:00:00.000Z' });
  expect([found([late, early], 'USD/EUR')?.path, found([early, late], 'USD/EUR')?.path]).toEqual([[early], [early]]);
  expect([found([same, early], 'USD/EUR')?.path, found([early, same], 'USD/EUR')?.path]).toEqual([[same], [same]]);
});

test('T-21 a crossing never leads back through where it began or through itself', () => {
  const rates = [aRate('USD/USD', '9'), aRate('USD/ABC', '2'), aRate('ABC/GBP', '3'), aRate('GBP/GBP', '9'), aRate('EUR/CHF', '1')];
  expect(found(rates, 'USD/GBP')).toEqual({ rate: rate('6'), path: [rates[1], rates[2]] });
  expect(found([aRate('EUR/USD', '2'), aRate('EUR/GBP', '1'), ...rates], 'USD/GBP')?.path.map(({ base }) => base)).toEqual(['EUR', 'EUR']);
  const viaEarlier = [aRate('USD/EUR', '1'), aRate('USD/ZAR', '2'), aRate('ZAR/GBP', '3')];
  expect(found(viaEarlier, 'USD/GBP')?.rate).toEqual(rate('6'));
});

test('M-28 of rates of two days the later holds, whichever comes first in the list', () => {
  const [old, late] = [aRate('USD/EUR', '0.91', '2026-03-08'), aRate('USD/EUR', '0.92', '2026-03-09')];
  expect([found([old, late], 'USD/EUR')?.path, found([late, old], 'USD/EUR')?.path]).toEqual([[late], [late]]);
});

test('a currency to itself is 1, also without any rate', () => {
  expect(found([], 'EUR/EUR')).toEqual({ rate: rational(1n), path: [] });
  expect(found([], 'EUR/USD')).toBeNull();
});

test('T-21 whatever the order of the list, the rate is the same and its path leads from one currency to the other', () => {
  const currencies = ['EUR', 'USD', 'GBP', 'JPY', 'CHF'];
  const anyRate = fc
    .tuple(
      fc.constantFrom(...currencies),
      fc.constantFrom(...currencies),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 999 }),
    )
    .map(([base, quote, day, value]) => aRate(`${base}/${quote}`, `0.${value}1`, `2026-03-${String(day).padStart(2, '0')}`))
    .filter(({ base, quote }) => base !== quote);
  const lists = fc
    .uniqueArray(anyRate, { maxLength: 30, selector: ({ base, quote, date }) => `${base}${quote}${date}` })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  fc.assert(
    fc.property(lists, fc.constantFrom(...currencies), fc.constantFrom(...currencies), ([list, shuffled], from, to) => {
      const result = rateOn(list, from, to, '2026-03-15');
      expect(rateOn(shuffled, from, to, '2026-03-15')).toEqual(result);
      const end = result?.path.reduce((at, { base, quote }) => (at === base ? quote : base), from);
      if (result) expect(end).toBe(to);
      for (const { date } of result?.path ?? []) expect(date >= '2026-03-08' && date <= '2026-03-15').toBe(true);
    }),
  );
});
