import { toWireAmount } from '@tributary/money';
import { kindOf, type StatementLine } from './domain/statement-lines.js';
import type { StatementRow } from './statement-store.js';

/** A statement as the API shows it. */
export function statementView(row: StatementRow) {
  return {
    id: row.id,
    brandId: row.brandId,
    brandName: row.brandName,
    number: row.number,
    partnerId: row.partnerId,
    currency: row.currency,
    period: row.period,
    timeZone: row.timeZone,
    bookedBefore: row.bookedBefore.toISOString(),
    previousId: row.previousId,
    opening: toWireAmount(row.opening),
    closing: toWireAmount(row.closing),
    closingBy: row.closingBy,
    totals: row.totals,
    lineCount: row.lineCount,
    linesHash: row.linesHash,
    contentHash: row.contentHash,
    issuedAt: row.issuedAt.toISOString(),
  };
}

/** A line as the API shows it. */
export const lineView = (line: StatementLine) => ({
  number: line.number,
  kind: kindOf(line.account, line.amount),
  amount: toWireAmount(line.amount),
  bookedAt: line.bookedAt.toISOString(),
  effectiveAt: line.effectiveAt.toISOString(),
  transactionId: line.transactionId,
  entryId: line.entryId,
  payoutId: line.payoutId,
});
