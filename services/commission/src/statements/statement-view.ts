import { toWireAmount } from '@tributary/money';
import { contentOf } from './content.js';
import type { FoldedMonth } from './fold-months.js';
import { monthScope } from './postings.js';
import type { StatementEntry, StatementRow } from './statement-store.js';

/** The scopes that a statement's entries are posted into. */
export const scopesOfStatement = ({ dealId, period, currency, explanation }: StatementRow): string[] =>
  explanation.statements.map(({ component }) => monthScope(dealId, component, period, currency));

/** A statement as issued, with the entries that it has led to. */
export function statementView(row: StatementRow, entries: readonly StatementEntry[]) {
  const { statementId, ...content } = contentOf(row, row.explanation);
  return {
    id: statementId,
    status: 'issued' as const,
    ...content,
    issuedAt: row.issuedAt.toISOString(),
    hash: row.hash,
    entries: entries
      .filter(({ dealId, ofPeriod }) => dealId === row.dealId && ofPeriod === row.period)
      .map(({ entryId, component, amount, period, reason, recordedAt }) => ({
        id: entryId,
        component,
        amount: toWireAmount(amount),
        period,
        reason,
        recordedAt: recordedAt.toISOString(),
      })),
  };
}

/** An open month as its statement would be if nothing more happened. */
export function previewView({ deal, result }: FoldedMonth) {
  const { statementId: _id, ...content } = contentOf({ statementId: '', revision: 0, programId: deal.programId }, result.explanation);
  return { id: null, status: 'open' as const, ...content, issuedAt: null, hash: null, entries: [] };
}
