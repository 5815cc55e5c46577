import { largestEntry, type NachaEntry, nachaRecords } from '../domain/nacha.js';
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
  write: ({ messageId, createdAt, earlierToday, funding, payments }) =>
    nachaRecords({
      createdAt,
      earlierToday,
      bank: { routingNumber: funding.routingNumber, name: funding.bankName },
      company: { id: funding.companyId, name: funding.name },
      reference: messageId.slice(-8),
      entries: payments.map(({ payoutId, amount, account }) => ({ ...account, payoutId, amount })),
    }),
};
