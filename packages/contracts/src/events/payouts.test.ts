import { expect, test } from '@jest/globals';
import { chargesOfPayout } from './payouts.js';

test.each([
  [{}, []],
  [{ fee: 50 }, [{ kind: 'fee', amount: -50 }]],
  [{ charges: [] }, []],
  [{ charges: [{ kind: 'vat' as const, amount: 20 }] }, [{ kind: 'vat', amount: 20 }]],
])('what a payout was charged is told by events old and new: %j', (told, charges) => {
  expect(chargesOfPayout(told)).toEqual(charges);
});
