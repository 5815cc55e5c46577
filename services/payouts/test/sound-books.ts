import { expect } from '@jest/globals';
import type { TestService } from '@tributary/testkit';
import { balanceDrift, ledgerImbalance } from '../src/ledger/balances.js';
import { everyBrand } from '../src/parts.js';

/** The ledger sums to nothing, and every stored balance is what its postings come to. */
export async function expectSoundBooks({ db }: Pick<TestService<unknown>, 'db'>): Promise<void> {
  expect(await db.tx(everyBrand, balanceDrift)).toBe(0);
  expect(await db.tx(everyBrand, ledgerImbalance)).toBe(0n);
}
