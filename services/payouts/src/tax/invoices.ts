import { getSelfBilledInvoice, getSelfBilledInvoiceText, listRunTax, listSelfBilledInvoices } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { decodeIdCursor, ok, page, query, type Route, reject, text } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { findRun } from '../runs/run-store.js';
import { refuseLockedAway } from '../shared/erased.js';
import { invoiceText } from './domain/invoice-document.js';
import { findInvoice, invoiceView, listInvoices } from './invoice-store.js';
import { listPayoutTaxes } from './payout-tax-store.js';

export const listSelfBilledInvoicesRoute = ({ db }: Parts): Route =>
  query(listSelfBilledInvoices, ({ query: { cursor, limit, ...filter }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = await listInvoices(tx, { ...filter, before: decodeIdCursor(cursor), limit: limit + 1 });
      return ok(page(rows, limit, ({ id }) => id, invoiceView));
    }),
  );

export const getSelfBilledInvoiceRoute = ({ db, vault }: Parts): Route =>
  query(getSelfBilledInvoice, ({ params: { invoiceId }, scope, principal }) =>
    db.tx(scope, async (tx) => {
      const found = await findInvoice(tx, vault, invoiceId);
      if (found) await refuseLockedAway(tx, principal, found.invoice.partnerId);
      return found ? ok({ ...invoiceView(found.invoice), document: found.document }) : reject('not-found');
    }),
  );

export const getSelfBilledInvoiceTextRoute = ({ db, vault }: Parts): Route =>
  query(getSelfBilledInvoiceText, ({ params: { invoiceId }, scope, principal }) =>
    db.tx(scope, async (tx) => {
      const found = await findInvoice(tx, vault, invoiceId);
      if (!found) return reject('not-found');
      await refuseLockedAway(tx, principal, found.invoice.partnerId);
      return found.document ? text(invoiceText(found.document), 'text/plain; charset=utf-8') : reject('partner-erased');
    }),
  );

/** What was decided on tax for each payout of a run, so that whoever approves it sees why. */
export const listRunTaxRoute = ({ db }: Parts): Route =>
  query(listRunTax, ({ params: { runId }, query: { cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      if (!(await findRun(tx, runId))) return reject('not-found');
      const rows = await listPayoutTaxes(tx, runId, decodeIdCursor(cursor), limit + 1);
      const view = ({ base, withheld, vat, ...row }: (typeof rows)[number]) => ({
        ...row,
        base: toWireAmount(base),
        withheld: toWireAmount(withheld),
        vat: toWireAmount(vat),
      });
      return ok(page(rows, limit, ({ payoutId }) => payoutId, view));
    }),
  );
