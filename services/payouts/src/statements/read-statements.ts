import { getAccountStatement, getConsolidatedStatement, listAccountStatementLines, listAccountStatements } from '@tributary/contracts';
import { decodeCursor, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { z } from 'zod';
import { groupBy } from '../group-by.js';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { linesAfter, type StatementRow, statementsWhere } from './statement-store.js';
import { lineView, statementView } from './statement-view.js';

export const listAccountStatementsRoute = ({ db }: Parts): Route =>
  query(listAccountStatements, ({ query: { cursor, limit, ...filter }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = await statementsWhere(tx, { ...filter, before: decodeIdCursor(cursor), limit: limit + 1 });
      return ok(page(rows, limit, ({ id }) => id, statementView));
    }),
  );

export const getAccountStatementRoute = ({ db }: Parts): Route =>
  query(getAccountStatement, ({ params: { statementId }, scope }) =>
    db.tx(scope, async (tx) => {
      const [row] = await statementsWhere(tx, { id: statementId, limit: 1 });
      return row ? ok(statementView(row), { etag: row.contentHash }) : reject('not-found');
    }),
  );

export const listAccountStatementLinesRoute = ({ db }: Parts): Route =>
  query(listAccountStatementLines, ({ params: { statementId }, query: { cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      const [row] = await statementsWhere(tx, { id: statementId, limit: 1 });
      if (!row) return reject('not-found');
      const lines = await linesAfter(tx, statementId, decodeCursor(cursor, z.int()) ?? 0, limit + 1);
      return ok(page(lines, limit, ({ number }) => number, lineView));
    }),
  );

/** A partner's month over the brands that the caller sees, each by itself. */
export const getConsolidatedStatementRoute = ({ db }: Parts): Route =>
  query(getConsolidatedStatement, ({ params: { partnerId, period }, scope }) =>
    db.tx(scope, async (tx) => {
      if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return reject('not-found');
      const rows = await statementsWhere(tx, { partnerId, period, limit: 10_000 });
      if (rows.length === 0 && !(await seesPartner(tx, partnerId, scope))) return reject('not-found');
      const sections = rows.sort((a, b) => (`${a.brandId} ${a.currency}` < `${b.brandId} ${b.currency}` ? -1 : 1)).map(statementView);
      return ok({ partnerId, period, sections, totals: totalsOf(sections) });
    }),
  );

type Section = ReturnType<typeof statementView>;

function totalsOf(sections: readonly Section[]) {
  const sum = (of: readonly Section[], amount: (section: Section) => number) => of.reduce((total, section) => total + amount(section), 0);
  const ofKind = (section: Section, ...kinds: StatementRow['totals'][number]['kind'][]) =>
    section.totals.reduce((total, { kind, amount }) => (kinds.includes(kind) ? total + amount : total), 0);
  return [...groupBy(sections, ({ currency }) => currency)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, each]) => ({
      currency,
      opening: sum(each, ({ opening }) => opening),
      closing: sum(each, ({ closing }) => closing),
      paid: -sum(each, (section) => ofKind(section, 'payout', 'payout-returned')),
      offset: sum(each, (section) => ofKind(section, 'offset')),
    }));
}
