import { createHash } from 'node:crypto';
import { newId } from '@tributary/contracts';
import type { EventContext, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { groupBy } from '../group-by.js';
import type { Parts } from '../parts.js';
import { totalsByKind } from './domain/statement-lines.js';
import {
  type Account,
  accountsToState,
  contentText,
  hashesOfLines,
  insertStatementRows,
  type LineSum,
  lastNumber,
  lockStatements,
  methodsOf,
  owedBy,
  type StatementRow,
  sumsOfLines,
  writeLines,
} from './statement-store.js';
import { statementView } from './statement-view.js';

/** A month of a brand, on its clocks. */
export interface StatedMonth {
  brandId: string;
  brandName: string;
  timeZone: string;
  period: string;
  /** The first instant of the next month. */
  bookedBefore: Date;
}
export interface Which {
  /** Null: every partner. */
  partnerId: string | null;
  after: readonly [partnerId: string, currency: string];
  limit: number;
}

/**
 * States the month of the next accounts of a brand. A statement holds everything booked before the month ended that no earlier one
 * holds, so whatever is booked stands in one, however late it is committed. Returns where to go on; null when there was no further account.
 */
export async function issueNext(
  tx: Tx,
  { outbox }: Parts,
  month: StatedMonth,
  which: Which,
  context: EventContext,
  now: Date,
): Promise<Which['after'] | null> {
  await lockStatements(tx, month.brandId);
  const found = await accountsToState(tx, month, which);
  const last = found.at(-1);
  if (!last) return null;
  const accounts = found.map((account) => ({ ...account, id: newId('accountStatement') }));
  await writeLines(tx, month.brandId, accounts, month.bookedBefore);
  const rows = await rowsOf(tx, month, accounts, now);
  await insertStatementRows(tx, rows, context.actorId);
  await outbox.append(
    tx,
    context,
    rows.map((row) => ({
      type: 'payouts.statement.issued.v1' as const,
      subject: row.id,
      brandId: row.brandId,
      partnerId: row.partnerId,
      data: issuedData(row),
    })),
  );
  return [last.partnerId, last.currency];
}

/** The statements of accounts whose lines are written; none of an account on which nothing is owed and nothing moved. */
async function rowsOf(tx: Tx, month: StatedMonth, accounts: readonly Account[], now: Date): Promise<StatementRow[]> {
  const ids = accounts.map(({ id }) => id);
  const sums = groupBy(await sumsOfLines(tx, ids), ({ statementId }) => statementId);
  const owed = groupBy(await owedBy(tx, month.brandId, accounts, month.bookedBefore), ({ id }) => id);
  const hashes = await hashesOfLines(tx, ids);
  const methods = await methodsOf(
    tx,
    month.brandId,
    accounts.map(({ partnerId }) => partnerId),
  );
  const stated = accounts.filter(({ id, opening }) => opening !== 0n || sums.has(id));
  const first = (await lastNumber(tx, month.brandId)) + 1;
  return stated.map((account, index) => {
    const moved = sums.get(account.id) ?? [];
    const closing = account.opening + moved.reduce((sum, { amount }) => sum + amount, 0n);
    const closingBy = placesOf(owed.get(account.id) ?? []);
    const lies = Object.values(closingBy).reduce((sum, amount) => sum + BigInt(amount), 0n);
    if (lies !== closing) throw new Error(`the account of ${account.partnerId} closes at ${closing}, but ${lies} is owed`);
    const row: StatementRow = {
      ...month,
      ...account,
      number: first + index,
      closing,
      closingBy,
      totals: totalsByKind(moved).map(({ amount, ...total }) => ({ ...total, amount: toWireAmount(amount) })),
      lineCount: moved.reduce((count: number, { lines }: LineSum) => count + lines, 0),
      linesHash: hashes.get(account.id) ?? '',
      methodId: methods.get(account.partnerId) ?? null,
      contentHash: '',
      issuedAt: now,
    };
    return {
      ...row,
      contentHash: createHash('sha256')
        .update(contentText(statementView(row)))
        .digest('hex'),
    };
  });
}

/** What a partner owes lessens what is payable. */
function placesOf(owed: readonly { account: string; amount: bigint }[]): StatementRow['closingBy'] {
  const on = (...accounts: string[]) =>
    toWireAmount(owed.filter(({ account }) => accounts.includes(account)).reduce((sum, { amount }) => sum + amount, 0n));
  return {
    pending: on('pending'),
    held: on('held'),
    approved: on('approved'),
    payable: on('payable', 'receivable'),
    inPayout: on('in-payout'),
  };
}

function issuedData(row: StatementRow) {
  const { id, brandId, partnerId, currency, period, number, opening, closing, lineCount, contentHash, issuedAt } = statementView(row);
  return { statementId: id, brandId, partnerId, currency, period, number, opening, closing, lineCount, contentHash, issuedAt };
}
