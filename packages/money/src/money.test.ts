import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  add,
  allocate,
  compare,
  currencyCodes,
  divide,
  exponentOf,
  formatMajor,
  fromWireAmount,
  isCurrency,
  isDecimal,
  isZero,
  MoneyError,
  multiply,
  negate,
  one,
  parseFraction,
  parseMajor,
  rate,
  rational,
  round,
  roundingModes,
  subtract,
  sum,
  toExactText,
  toFraction,
  toWireAmount,
  zero,
} from './index.js';

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'no error';
};
const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${error}`;
  }
  return 'no error';
};
const anyAmount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const anyRational = fc.tuple(anyAmount, fc.bigInt({ min: 1n, max: 10n ** 9n })).map(([n, d]) => rational(n, d));

test('D-06 WE-05 45 % of 10.50 is 4.73 half away from zero and 4.72 half to even', () => {
  const exact = multiply(rational(1050n), rate('0.45'));
  expect(toExactText(exact)).toBe('472.5');
  expect(round(exact)).toBe(473n);
  expect(round(exact, 'half-even')).toBe(472n);
  expect(round(negate(exact))).toBe(-473n);
});

test('D-06 WE-46 splits conserve the sum and ties go to the earlier share', () => {
  expect(allocate(800n, [1n, 1n, 1n])).toEqual([267n, 267n, 266n]);
  expect(allocate(5n, ['0.7', '0.3'])).toEqual([4n, 1n]);
  expect(allocate(5n, ['0.3', '0.7'])).toEqual([2n, 3n]);
  expect(allocate(34n, [1n, 1n, 1n, 1n])).toEqual([9n, 9n, 8n, 8n]);
});

test('D-06 WE-55 10 % of 0.25 and of its refund cancel', () => {
  const commission = multiply(rational(25n), rate('0.10'));
  expect(round(commission)).toBe(3n);
  expect(round(negate(commission))).toBe(-3n);
});

test('D-06 WE-38 rebates below a cent sum exactly before they round', () => {
  const perLot = multiply(rational(10n), multiply(rate('0.00001'), rate('1000')));
  expect(['1', '0.10', '0.01'].map((lots) => toExactText(multiply(rate(lots), perLot)))).toEqual(['0.1', '0.01', '0.001']);
  const tenTrades = Array.from({ length: 10 }, () => multiply(multiply(rate('0.01'), perLot), rational(100n))).reduce(add, zero);
  expect(round(tenTrades)).toBe(1n);
  expect(round(multiply(rate('2.2168654'), rational(100n)))).toBe(222n);
});

test('D-06 WE-67 58 records of 76.8 milli-cents are 4 cents with 454.4 milli-cents carried', () => {
  const record = rate('0.0768');
  const exact = multiply(record, rational(58n));
  expect(round(record)).toBe(0n);
  expect(round(exact)).toBe(4n);
  expect(toExactText(add(exact, rational(-4n)))).toBe('0.4544');
});

test('D-06 every rounding mode is symmetric and never a whole unit off', () => {
  fc.assert(
    fc.property(anyRational, fc.constantFrom(...roundingModes), (x, mode) => {
      const rounded = round(x, mode);
      expect(round(negate(x), mode)).toBe(-rounded);
      const off = add(rational(rounded), negate(x));
      expect(compare(off, rational(1n))).toBe(-1);
      expect(compare(off, rational(-1n))).toBe(1);
    }),
  );
});

test('rounding modes differ where they say', () => {
  const halves = ['2.5', '3.5', '-2.5', '2.51', '2.49', '3.49', '0', '-3.49'];
  const at = (mode: (typeof roundingModes)[number]) => halves.map((text) => Number(round(rate(text), mode)));
  expect(at('half-away')).toEqual([3, 4, -3, 3, 2, 3, 0, -3]);
  expect(at('half-even')).toEqual([2, 4, -2, 3, 2, 3, 0, -3]);
  expect(at('half-toward')).toEqual([2, 3, -2, 3, 2, 3, 0, -3]);
  expect(at('down')).toEqual([2, 3, -2, 2, 2, 3, 0, -3]);
  expect(at('up')).toEqual([3, 4, -3, 3, 3, 4, 0, -4]);
});

test('D-06 an allocation conserves the sum, mirrors its negative and stays within a unit of the exact share', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10_000n }), { minLength: 1, maxLength: 12 }).filter((list) => sum(list) > 0n);
  fc.assert(
    fc.property(anyAmount, weights, (amount, shares) => {
      const parts = allocate(amount, shares);
      expect(sum(parts)).toBe(amount);
      expect(allocate(-amount, shares)).toEqual(parts.map((part) => -part));
      parts.forEach((part, index) => {
        const off = add(rational(part), negate(rational(amount * (shares[index] ?? 0n), sum(shares))));
        expect(compare(off, rational(1n))).toBe(-1);
        expect(compare(off, rational(-1n))).toBe(1);
        if (shares[index] === 0n) expect(part).toBe(0n);
      });
    }),
  );
});

test('an allocation without a positive weight is refused', () => {
  expect(codeOf(() => allocate(5n, []))).toBe('nothing-to-allocate-by');
  expect(codeOf(() => allocate(5n, [0n, 0n]))).toBe('nothing-to-allocate-by');
  expect(codeOf(() => allocate(5n, [2n, -1n]))).toBe('negative-weight');
});

test('currencies have the exponents of ISO 4217', () => {
  expect(['EUR', 'JPY', 'BHD', 'CLF', 'MGA', 'MRU'].map(exponentOf)).toEqual([2, 0, 3, 4, 2, 2]);
  expect(codeOf(() => exponentOf('EURO'))).toBe('unknown-currency');
  expect(codeOf(() => exponentOf('constructor'))).toBe('unknown-currency');
});

test('major units are read exactly or refused by name', () => {
  expect(parseMajor('10.5', 'EUR')).toBe(1050n);
  expect(parseMajor('-0.005', 'BHD')).toBe(-5n);
  expect(parseMajor('1.00', 'JPY')).toBe(1n);
  expect(parseMajor('90071992547409930.01', 'EUR')).toBe(9007199254740993001n);
  expect(codeOf(() => parseMajor('0.001', 'EUR'))).toBe('too-many-decimals');
  expect(codeOf(() => parseMajor('0.5', 'JPY'))).toBe('too-many-decimals');
  for (const text of ['', '1e3', '1,000.00', ' 1', '+1', '.5', '5.', 'NaN', '0x10', '١']) {
    expect(codeOf(() => parseMajor(text, 'EUR'))).toBe('not-a-decimal');
  }
});

test('formatting and parsing major units are inverse in every currency', () => {
  fc.assert(
    fc.property(anyAmount, fc.constantFrom(...currencyCodes), (amount, currency) => {
      expect(parseMajor(formatMajor(amount, currency), currency)).toBe(amount);
    }),
  );
  expect(formatMajor(-5n, 'EUR')).toBe('-0.05');
});

test('fractions are read as they were written', () => {
  fc.assert(fc.property(anyRational, (x) => expect(parseFraction(toFraction(x))).toEqual(x)));
  expect(toExactText(rational(-1n, 3n))).toBe('-1/3');
  expect(toExactText(rational(-1n, 8n))).toBe('-0.125');
  expect(codeOf(() => parseFraction('1/0'))).toBe('division-by-zero');
  expect(codeOf(() => parseFraction('1.5'))).toBe('not-a-fraction');
});

test('an amount that JSON cannot hold exactly is refused', () => {
  expect(toWireAmount(-1050n)).toBe(-1050);
  expect(fromWireAmount(1050)).toBe(1050n);
  expect(codeOf(() => toWireAmount(2n ** 53n))).toBe('not-a-safe-integer');
  for (const wire of [1.5, Number.NaN, 2 ** 53]) expect(codeOf(() => fromWireAmount(wire))).toBe('not-a-safe-integer');
});

test('an exact number is in lowest terms, with its sign above', () => {
  expect(rational(6n, -4n)).toEqual({ n: -3n, d: 2n });
  expect(rational(-6n, -4n)).toEqual({ n: 3n, d: 2n });
  expect([rational(0n, 7n), rational(7n, 7n)]).toEqual([zero, one]);
  expect(rational(5n, 1n)).toEqual({ n: 5n, d: 1n });
  expect(divide(rate('0.5'), rate('-0.25'))).toEqual(rational(-2n));
  expect(codeOf(() => divide(rate('0.5'), zero))).toBe('division-by-zero');
});

test('sums, differences and comparisons are exact', () => {
  expect(subtract(rate('0.5'), rational(1n, 3n))).toEqual(rational(1n, 6n));
  expect(subtract(rational(1n, 3n), rate('0.5'))).toEqual(rational(-1n, 6n));
  expect([isZero(zero), isZero(rate('0.000')), isZero(rate('0.001'))]).toEqual([true, true, false]);
  expect(compare(rational(2n, 4n), rate('0.5'))).toBe(0);
  expect(compare(rational(1n, 3n), rational(1n, 4n))).toBe(1);
  expect(compare(rational(2n, 3n), rational(3n, 4n))).toBe(-1);
  fc.assert(fc.property(anyRational, anyRational, (a, b) => expect(add(subtract(a, b), b)).toEqual(a)));
});

test('exact text of whole numbers and of nothing has no point and no sign', () => {
  expect([rational(3n), zero, rational(-120n), rational(1n, 5n), rational(7n, 20n)].map(toExactText)).toEqual([
    '3',
    '0',
    '-120',
    '0.2',
    '0.35',
  ]);
  expect([rational(3n), rational(-7n, 2n)].map(toFraction)).toEqual(['3', '-7/2']);
  expect([0n, 5n].map((amount) => formatMajor(amount, 'JPY'))).toEqual(['0', '5']);
  expect([0n, -1050n].map((amount) => formatMajor(amount, 'EUR'))).toEqual(['0.00', '-10.50']);
});

test('what is a decimal and what is a currency', () => {
  expect(['1', '-0.25', '007', '1.', '.5', '+1', '1e3'].map(isDecimal)).toEqual([true, true, true, false, false, false, false]);
  expect(isDecimal('1'.repeat(40)) && isDecimal(`1.${'1'.repeat(40)}`)).toBe(true);
  expect(isDecimal('1'.repeat(41)) || isDecimal(`1.${'1'.repeat(41)}`)).toBe(false);
  expect(['EUR', 'eur', 'EEK', 'toString'].map(isCurrency)).toEqual([true, false, false, false]);
  expect([...currencyCodes].sort()).toEqual(currencyCodes);
});

test('weights of different denominators, exact numbers and an amount of nothing', () => {
  expect(allocate(9n, ['0.5', '0.25'])).toEqual([6n, 3n]);
  expect(allocate(9n, [rational(1n, 3n), 1n, '0.5'])).toEqual([2n, 5n, 2n]);
  expect(allocate(0n, [1n, 2n])).toEqual([0n, 0n]);
  expect(allocate(3n, [0n, 1n, 1n])).toEqual([0n, 2n, 1n]);
});

test('an error says what is wrong, in English, beside its stable code', () => {
  const messages: [() => unknown, string][] = [
    [() => rational(3n, 0n), '3 cannot be divided by zero'],
    [() => rate('1e3'), '"1e3" is not a decimal number such as "0.25"'],
    [() => parseFraction('a'), '"a" is not a fraction such as "7/2"'],
    [() => parseMajor('0.5', 'JPY'), '0.5 JPY is finer than the 0 decimals of JPY'],
    [() => toWireAmount(2n ** 53n), '9007199254740992 minor units do not fit a JSON integer'],
    [() => fromWireAmount(0.5), '0.5 is not an integer of minor units'],
    [() => exponentOf('EURO'), '"EURO" is not an ISO 4217 currency code'],
    [() => allocate(1n, [0n]), 'the weights of an allocation sum to zero'],
    [() => allocate(1n, [-1n]), 'a weight of an allocation is negative'],
  ];
  for (const [act, message] of messages) expect(messageOf(act)).toBe(`MoneyError: ${message}`);
});
