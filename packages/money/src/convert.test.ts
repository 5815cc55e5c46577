import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { convert, currencyCodes, divide, exchange, MoneyError, multiply, rate, rational, round, toExactText } from './index.js';

test('M-28 WE-65 a commission of 100.00 USD at the rate of the action date, 0.92, is 92.00 EUR', () => {
  const exact = convert(10_000n, 'USD', 'EUR', rate('0.92'));
  expect(round(exact)).toBe(9200n);
  expect(round(convert(10_000n, 'USD', 'EUR', rate('0.95')))).not.toBe(round(exact));
});

test('WE-66 currencies without minor units, and with three decimals', () => {
  expect(convert(10_000n, 'USD', 'JPY', rate('150.25'))).toEqual(rational(15_025n));
  expect(convert(15_025n, 'JPY', 'USD', divide(rational(1n), rate('150.25')))).toEqual(rational(10_000n));
  expect(convert(1n, 'JPY', 'BHD', rate('0.0025'))).toEqual(rational(5n, 2n));
  expect(convert(1_000n, 'BHD', 'JPY', rate('400'))).toEqual(rational(400n));
  expect(convert(10_000n, 'EUR', 'BHD', rate('0.41'))).toEqual(rational(41_000n));
  expect(toExactText(convert(1n, 'JPY', 'CLF', rate('0.00017')))).toBe('1.7');
});

test('a sub-cent sum stays exact, and an amount of nothing is nothing', () => {
  expect(convert(rational(1n, 3n), 'EUR', 'USD', rate('1.2'))).toEqual(rational(2n, 5n));
  expect(convert(0n, 'EUR', 'JPY', rate('160'))).toEqual(rational(0n));
  expect(convert(-25n, 'EUR', 'USD', rate('1.1'))).toEqual(rational(-55n, 2n));
});

test('an unknown currency is refused on either side', () => {
  expect(() => convert(1n, 'EURO', 'USD', rate('1'))).toThrow(MoneyError);
  expect(() => convert(1n, 'EUR', 'XXXX', rate('1'))).toThrow(MoneyError);
});

test('WE-66 there and back at the inverse rate is the same amount, and a crossed rate is the product of two', () => {
  const code = fc.constantFrom(...currencyCodes);
  const aRate = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 6n })).map(([n, d]) => rational(n, d));
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), code, code, code, aRate, aRate, (amount, a, b, c, first, second) => {
      expect(convert(convert(amount, a, b, first), b, a, divide(rational(1n), first))).toEqual(rational(amount));
      expect(convert(convert(amount, a, b, first), b, c, second)).toEqual(convert(amount, a, c, multiply(first, second)));
    }),
  );
});

test('INV-M9 an exchange is rounded half to even, once, and an exchange of what comes back is its mirror', () => {
  const half = rate('0.5');
  expect([1n, 3n, 5n, 7n].map((amount) => exchange(amount, 'USD', 'EUR', half))).toEqual([0n, 2n, 2n, 4n]);
  expect(exchange(-3n, 'USD', 'EUR', half)).toBe(-2n);
  expect(exchange(10_001n, 'USD', 'JPY', rate('150.25'))).toBe(15_027n);
  expect(exchange(1_000n, 'JPY', 'KWD', rate('0.0020765'))).toBe(2_076n);
});
