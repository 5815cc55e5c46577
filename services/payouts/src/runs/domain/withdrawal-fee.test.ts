import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chargedOf, feeOfWithdrawal, noFee } from './withdrawal-fee.js';

const forced = { minimum: 100, fee: 50, waivedUpTo: null };

test.each([
  [1001n, noFee],
  [1000n, noFee],
  [999n, { charged: 50n, waived: 0n }],
  [101n, { charged: 50n, waived: 0n }],
  [100n, { charged: 50n, waived: 0n }],
  [99n, 'below-forced-minimum'],
] as const)('WE-59 automatic from 10.00, forced from 1.00 for 0.50: of %s %j', (amount, expected) => {
  expect(feeOfWithdrawal(amount, 1000n, forced, 0n)).toEqual(expected);
});

test('without terms nothing below the minimum can be withdrawn', () => {
  expect(feeOfWithdrawal(999n, 1000n, null, 0n)).toBe('below-minimum');
});

test.each([
  [0n, 50n, 0n],
  [20n, 30n, 20n],
  [50n, 0n, 50n],
  [80n, 0n, 50n],
  [-1n, 50n, 0n],
])('WE-60 of a fee of 0.50 with %s left of the allowance %s is charged and %s waived', (left, charged, waived) => {
  expect(chargedOf(50n, left)).toEqual({ charged, waived });
});

test('WE-60 however often: charged and waived are the fee, and never more than the allowance is waived', () => {
  const amount = fc.bigInt({ min: 0n, max: 10_000n });
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 20 }), amount, (fees, allowance) => {
      let left = allowance;
      for (const fee of fees) {
        const { charged, waived } = chargedOf(fee, left);
        expect(charged + waived).toBe(fee);
        expect(charged > 0n && waived < left).toBe(false);
        left -= waived;
        expect(left >= 0n).toBe(true);
      }
    }),
  );
});

test('what needs no fee is charged none, and nothing of the allowance is used', () => {
  expect(feeOfWithdrawal(1000n, 1000n, forced, 50n)).toEqual({ charged: 0n, waived: 0n });
});
