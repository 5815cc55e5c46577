import { endToEndIdOf } from '../domain/end-to-end-id.js';
import type { FileFormat } from './file-rail.js';
import { type BankParty, largestTransfer, pain001 } from './pain001.js';

/** Euros to accounts by IBAN: ISO 20022 pain.001. */
export const sepaFile: FileFormat<BankParty, BankParty> = {
  rail: 'bank-file',
  refuses: ({ amount, currency }) =>
    currency === 'EUR' && amount <= largestTransfer ? null : 'SEPA carries euros, and not so many at once',
  write: ({ messageId, createdAt, funding, payments }) => [
    pain001({
      messageId,
      createdAt,
      debtor: funding,
      transfers: payments.map(({ payoutId, account, amount }) => ({
        endToEndId: endToEndIdOf(payoutId),
        creditor: account,
        amount,
        remittance: `Commission ${endToEndIdOf(payoutId)}`,
      })),
    }),
  ],
};
