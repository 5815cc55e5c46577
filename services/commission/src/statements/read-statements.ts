import { getStatement, listStatements } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { type Database, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { previewOf } from './preview.js';
import { entriesOfMonths, findStatements, type StatementRow } from './statement-store.js';
import { previewView, scopesOfStatement, statementView } from './statement-view.js';

const withEntries = async (tx: Tx, rows: readonly StatementRow[], asOf: string | undefined) => ({
  rows,
  entries: await entriesOfMonths(tx, rows.flatMap(scopesOfStatement), asOf),
});

/** Statements as issued, newest first; an open month of one partner is folded on the spot. */
export const listStatementsRoute = (db: Database): Route =>
  query(listStatements, async ({ query: { limit, cursor, asOf, ...filter }, scope, now }) => {
    const before = decodeIdCursor(cursor);
    const { brandId, partnerId, period } = filter;
    if (brandId !== undefined && partnerId !== undefined && period !== undefined && asOf === undefined) {
      const open = await db.tx(scope, (tx) => previewOf(tx, { brandId, partnerId, period }, now));
      if (open !== null) return ok({ data: open.map(previewView), nextCursor: null });
    }
    const found = await db.tx(scope, async (tx) =>
      withEntries(tx, await findStatements(tx, { ...filter, asOf, before, limit: limit + 1 }), asOf),
    );
    return ok(
      page(
        found.rows,
        limit,
        ({ statementId }) => statementId,
        (row) => statementView(row, found.entries),
      ),
    );
  });

export const getStatementRoute = (db: Database): Route =>
  query(getStatement, async ({ params: { statementId }, query: { asOf }, scope }) => {
    const found = await db.tx(scope, async (tx) => withEntries(tx, await findStatements(tx, { statementId, asOf, limit: 1 }), asOf));
    const [row] = found.rows;
    return row === undefined ? reject('not-found') : ok(statementView(row, found.entries));
  });
