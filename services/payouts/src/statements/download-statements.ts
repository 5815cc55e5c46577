import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getAccountStatementCsv, getAccountStatementPdf } from '@tributary/contracts';
import { type CurrencyCode, formatMajor, isCurrency } from '@tributary/money';
import { type ParamsOf, type QueryRequest, Rejected, type Route, raw } from '@tributary/service-kit';
import { csvRow } from '../bank/domain/csv.js';
import type { Parts } from '../parts.js';
import { dayIn, inWords, type Sheet, statementCells, statementColumns } from './domain/sheet.js';
import { kindOf, type StatementLine } from './domain/statement-lines.js';
import { payeeOf } from './payee.js';
import { writePdf } from './render/pdf.js';
import { linesAfter, type StatementRow, statementsWhere } from './statement-store.js';

const linesPerRead = 2000;

/** A statement as a table: opening, the lines, closing. */
export function getAccountStatementCsvRoute(parts: Parts): Route {
  return raw(getAccountStatementCsv, async (request, _host, _incoming, response) => {
    const { statement, currency } = await find(parts, request);
    response.status(200).set(headers(statement, 'text/csv; charset=utf-8', 'csv'));
    await pipeline(Readable.from(csvOf(statement, currency, linesOf(parts, request.scope, statement.id))), response);
  });
}

async function* csvOf(statement: StatementRow, currency: CurrencyCode, lines: AsyncIterable<StatementLine>): AsyncGenerator<string> {
  const amount = (minor: bigint) => formatMajor(minor, currency);
  const end = (kind: string, minor: bigint) => csvRow([statement.id, '', kind, '', '', '', amount(minor), currency]);
  yield csvRow(['statement', 'line', 'kind', 'booked', 'countsFrom', 'reference', 'amount', 'currency']);
  yield end('opening', statement.opening);
  for await (const line of lines) {
    const [number = '', booked = '', countsFrom = '', , reference = ''] = statementCells(line, currency, statement.timeZone);
    yield csvRow([statement.id, number, kindOf(line.account, line.amount), booked, countsFrom, reference, amount(line.amount), currency]);
  }
  yield end('closing', statement.closing);
}

/** A statement on paper. */
export function getAccountStatementPdfRoute(parts: Parts): Route {
  return raw(getAccountStatementPdf, async (request, _host, _incoming, response) => {
    const { statement, currency } = await find(parts, request);
    const { name } = await parts.db.tx(request.scope, (tx) => payeeOf(tx, parts, statement.methodId));
    response.status(200).set(headers(statement, 'application/pdf', 'pdf'));
    await writePdf(sheetOf(statement, currency, name), cells(), response);
    async function* cells() {
      for await (const line of linesOf(parts, request.scope, statement.id)) yield statementCells(line, currency, statement.timeZone);
    }
  });
}

function sheetOf(statement: StatementRow, currency: CurrencyCode, payee: string): Sheet {
  const amount = (minor: bigint | number) => `${formatMajor(BigInt(minor), currency)}`;
  return {
    title: `Statement of account ${statement.number}`,
    writtenAt: statement.issuedAt,
    facts: [
      ['Brand', `${statement.brandName} (${statement.brandId})`],
      ['Partner', payee === '' ? statement.partnerId : `${payee} (${statement.partnerId})`],
      ['Month', `${statement.period}, booked before ${dayIn(statement.bookedBefore, statement.timeZone)} (${statement.timeZone})`],
      ['Issued', `${dayIn(statement.issuedAt, statement.timeZone)}, ${statement.id}`],
      ['Currency', currency],
      ['Opening balance', amount(statement.opening)],
    ],
    columns: statementColumns,
    totals: [
      ...statement.totals.map((total) => [`${inWords(total.kind)} (${total.lines})`, amount(total.amount)] as const),
      ['Closing balance', amount(statement.closing)],
    ],
  };
}

const headers = ({ id }: StatementRow, type: string, extension: string) => ({
  'content-type': type,
  'content-disposition': `attachment; filename="${id}.${extension}"`,
  'cache-control': 'private, no-store',
});

async function find({ db }: Parts, { params, scope }: QueryRequest): Promise<{ statement: StatementRow; currency: CurrencyCode }> {
  const { statementId } = params as ParamsOf<typeof getAccountStatementPdf>;
  const [statement] = await db.tx(scope, (tx) => statementsWhere(tx, { id: statementId, limit: 1 }));
  if (!statement) throw new Rejected('not-found');
  const { currency } = statement;
  if (!isCurrency(currency)) throw new Error(`${currency} is not a currency`);
  return { statement, currency };
}

/** All lines, read little by little: a statement does not change meanwhile. */
async function* linesOf({ db }: Parts, scope: QueryRequest['scope'], id: string): AsyncGenerator<StatementLine> {
  for (let after = 0; ; ) {
    const lines = await db.tx(scope, (tx) => linesAfter(tx, id, after, linesPerRead));
    yield* lines;
    if (lines.length < linesPerRead) return;
    after = lines.at(-1)?.number ?? after;
  }
}
