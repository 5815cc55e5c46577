import { getBankReport, listBankReports } from '@tributary/contracts';
import { ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { bankReportView, findBankReport, listBankReportRows } from './bank-report-store.js';

export const getBankReportRoute = ({ db }: Parts): Route =>
  query(getBankReport, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const report = await findBankReport(tx, params.reportId);
      return report ? ok(bankReportView(report)) : reject('not-found');
    }),
  );

/** Newest first. */
export const listBankReportsRoute = ({ db }: Parts): Route =>
  query(listBankReports, ({ query: filter, scope }) =>
    db.tx(scope, async (tx) => ok(page(await listBankReportRows(tx, filter), filter.limit, ({ id }) => id, bankReportView))),
  );
