import { formatMajor, isCurrency } from '@tributary/money';
import { csvRow } from '../../bank/domain/csv.js';
import type { FileFormat } from './file-rail.js';
import type { BankParty } from './pain001.js';

/** Any currency to accounts by IBAN, as a table for banks and providers that take one. */
export const csvFile: FileFormat<BankParty, BankParty> = {
  rail: 'csv-file',
  refuses: () => null,
  async *write({ payments }) {
    yield csvRow(['payoutId', 'amount', 'currency', 'name', 'iban', 'bic', 'reference']);
    for await (const { payoutId, amount, currency, account } of payments()) {
      if (!isCurrency(currency)) throw new Error(`${currency} is not a currency`);
      yield csvRow([
        payoutId,
        formatMajor(amount, currency),
        currency,
        account.name,
        account.iban,
        account.bic ?? '',
        `Commission ${payoutId}`,
      ]);
    }
  },
};
