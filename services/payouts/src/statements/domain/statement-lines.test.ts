import { expect, test } from '@jest/globals';
import { ledgerAccounts } from '@tributary/contracts';
import { brandAccounts, kindOf, owedAccounts, totalsByKind } from './statement-lines.js';

test('O-13 whatever moves an account of a partner has a name on his statement', () => {
  const within = new Set<string>([...owedAccounts, ...brandAccounts]);
  const nameless = ledgerAccounts.filter((account) => !within.has(account) && kindOf(account, 1n) === 'other');
  expect(nameless).toEqual([]);
});

test('O-13 O-16 a fee of an exchange that the brand bears comes to nothing on the statement', () => {
  const sums = [
    { account: 'exchange-fees', amount: -1050n, lines: 1 },
    { account: 'exchange-costs', amount: 1050n, lines: 1 },
  ];
  expect(totalsByKind(sums)).toEqual([{ kind: 'exchange-fee', amount: 0n, lines: 2 }]);
});
