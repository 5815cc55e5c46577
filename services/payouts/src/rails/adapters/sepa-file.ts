import { endToEndIdOf } from '../domain/end-to-end-id.js';
import type { FileFormat, Payment } from './file-rail.js';
import { type BankParty, type CreditTransfer, largestTransfer, pain001 } from './pain001.js';

/** Euros to accounts by IBAN: ISO 20022 pain.001. */
export const sepaFile: FileFormat<BankParty, BankParty> = {
  rail: 'bank-file',
  refuses: ({ amount, currency }) =>
    currency === 'EUR' && amount <= largestTransfer ? null : 'SEPA carries euros, and not so many at once',
  write: ({ messageId, createdAt, funding, count, total, payments }) =>
    pain001({ messageId, createdAt, debtor: funding, count, total, transfers: transfersOf(payments()) }),
};

async function* transfersOf(payments: AsyncIterable<Payment<BankParty>>): AsyncGenerator<CreditTransfer> {
  for await (const { payoutId, account, amount } of payments) {
    const endToEndId = endToEndIdOf(payoutId);
    yield { endToEndId, creditor: account, amount, remittance: `Commission ${endToEndId}` };
  }
}
