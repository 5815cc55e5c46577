import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type OffsetTerms, offsetting, shareOut } from './share-out.js';

const debts = fc.uniqueArray(fc.record({ brandId: fc.stringMatching(/^[a-e]{1,3}$/), amount: fc.bigInt(1n, 1000n) }), {
  selector: ({ brandId }) => brandId,
});
const total = (shares: readonly { amount: bigint }[]) => shares.reduce((sum, { amount }) => sum + amount, 0n);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

test('T-22 no more than the balance is shared out, to no brand more than it is owed, and in no order but that of ids', () => {
  fc.assert(
    fc.property(fc.bigInt(-500n, 3000n), debts, (balance, owed) => {
      const shares = shareOut(balance, owed);
      expect(total(shares)).toBe(balance <= 0n ? 0n : least(balance, total(owed)));
      for (const { brandId, amount } of shares) {
        expect(amount).toBeGreaterThan(0n);
        expect(amount).toBeLessThanOrEqual(owed.find((debt) => debt.brandId === brandId)?.amount ?? 0n);
      }
      expect(shareOut(balance, [...owed].reverse())).toEqual(shares);
      // All but the last are settled whole.
      for (const { brandId, amount } of shares.slice(0, -1)) expect(owed.find((debt) => debt.brandId === brandId)?.amount).toBe(amount);
    }),
  );
});

const terms = (brandId: string, scope: string, licence: string | null = null): OffsetTerms => ({ brandId, scope, licence });
test.each<[string, OffsetTerms, OffsetTerms, boolean]>([
  ['each for itself', terms('a', 'brand'), terms('b', 'brand'), false],
  ['one says so and the other does not', terms('a', 'operator'), terms('b', 'brand'), false],
  ['all of the operator', terms('a', 'operator'), terms('b', 'operator'), true],
  ['by another scope', terms('a', 'operator'), terms('b', 'licence', 'MGA'), false],
  ['each for itself, of one licence', terms('a', 'brand', 'MGA'), terms('b', 'brand', 'MGA'), false],
  ['of one licence', terms('a', 'licence', 'MGA'), terms('b', 'licence', 'MGA'), true],
  ['of two licences', terms('a', 'licence', 'MGA'), terms('b', 'licence', 'UKGC'), false],
  ['of no licence', terms('a', 'licence'), terms('b', 'licence'), false],
  ['a brand with itself', terms('a', 'operator'), terms('a', 'operator'), false],
])('T-22 %s', (_, one, other, expected) => {
  expect([offsetting(one, other), offsetting(other, one)]).toEqual([expected, expected]);
});

test('T-22 what is left goes to the brand whose id comes first', () => {
  const debts = [
    { brandId: 'b', amount: 80n },
    { brandId: 'a', amount: 80n },
  ];
  expect(shareOut(100n, debts)).toEqual([
    { brandId: 'a', amount: 80n },
    { brandId: 'b', amount: 20n },
  ]);
});
