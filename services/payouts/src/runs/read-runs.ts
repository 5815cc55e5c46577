import { getBankFile, getPaymentFile, getRun, listRuns } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route, reject, text } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { messageIdOf } from '../rails/domain/message-id.js';
import { runView } from '../shared/run-view.js';
import { findRun, listRunRows } from './run-store.js';

export const getRunRoute = ({ db }: Parts): Route =>
  query(getRun, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const run = await findRun(tx, params.runId);
      return run ? ok(await runView(tx, run)) : reject('not-found');
    }),
  );

export const listRunsRoute = ({ db }: Parts): Route =>
  query(listRuns, ({ query: { status, cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = await listRunRows(tx, { status, before: decodeIdCursor(cursor), limit: limit + 1 });
      const { data, nextCursor } = page(rows, limit, ({ id }) => id);
      const views = [];
      for (const run of data) views.push(await runView(tx, run));
      return ok({ data: views, nextCursor });
    }),
  );

/** Several brands' files come one after the other, unless one brand is asked for. */
export const getBankFileRoute = ({ db, bankFilesOf }: Parts): Route =>
  query(getBankFile, ({ params, query: { brandId }, scope }) =>
    db.tx(scope, async (tx) => {
      const files = (await findRun(tx, params.runId)) ? await bankFilesOf(tx, params.runId, 'bank-file', brandId) : [];
      return files.length === 0 ? reject('not-found') : text(files.join('\n'), 'application/xml');
    }),
  );

const mediaTypes = { 'bank-file': 'application/xml', 'nacha-file': 'text/plain; charset=us-ascii', 'csv-file': 'text/csv; charset=utf-8' };
const extensions = { 'bank-file': 'xml', 'nacha-file': 'ach', 'csv-file': 'csv' };

/** A file as it goes to the bank. */
export const getPaymentFileRoute = ({ db, bankFilesOf }: Parts): Route =>
  query(getPaymentFile, ({ params: { runId, rail }, query: { brandId }, scope }) =>
    db.tx(scope, async (tx) => {
      const [file] = (await findRun(tx, runId)) ? await bankFilesOf(tx, runId, rail, brandId) : [];
      if (file === undefined) return reject('not-found');
      const name = `${messageIdOf(runId, brandId)}.${extensions[rail]}`;
      return text(file, mediaTypes[rail], { headers: { 'content-disposition': `attachment; filename="${name}"` } });
    }),
  );
