import { largestEntry, type NachaEntry, nachaWriter } from '../domain/nacha.js';
import type { FileFormat } from './file-rail.js';

interface Company {
  name: string;
  routingNumber: string;
  bankName: string;
  companyId: string;
}
type Account = Pick<NachaEntry, 'name' | 'routingNumber' | 'accountNumber' | 'type' | 'holder'>;

/** Dollars to accounts in the United States: credits by ACH. */
export const nachaFile: FileFormat<Company, Account> = {
  rail: 'nacha-file',
  refuses: ({ amount, currency }) =>
    currency === 'USD' && amount <= largestEntry ? null : 'NACHA carries dollars, and not so many at once',
  async *write({ messageId, createdAt, earlierToday, funding, payments }) {
    const writer = nachaWriter({
      createdAt,
      earlierToday,
      bank: { routingNumber: funding.routingNumber, name: funding.bankName },
      company: { id: funding.companyId, name: funding.name },
      reference: messageId.slice(-8),
    });
    yield writer.begin();
    for (const holder of ['person', 'company'])
      for await (const { payoutId, amount, account } of payments())
        if (account.holder === holder) yield writer.add({ ...account, payoutId, amount });
    yield writer.end();
  },
};
