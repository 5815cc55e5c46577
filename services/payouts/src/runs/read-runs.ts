import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { getBankFile, getPaymentFile, getRun, listLeftOut, listRuns } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import {
  decodeCursor,
  decodeIdCursor,
  ok,
  type ParamsOf,
  type Principal,
  page,
  permits,
  query,
  Rejected,
  type Route,
  raw,
  reject,
  type Scope,
} from '@tributary/service-kit';
import { z } from 'zod';
import type { Parts } from '../parts.js';
import { messageIdOf } from '../rails/domain/message-id.js';
import { runView } from '../shared/run-view.js';
import { findRun, leftOutOf, listRunRows } from './run-store.js';

export const getRunRoute = ({ db }: Parts): Route =>
  query(getRun, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const run = await findRun(tx, params.runId);
      return run ? ok(await runView(tx, run)) : reject('not-found');
    }),
  );

/** In the order in which the run came to them. */
export const listLeftOutRoute = ({ db }: Parts): Route =>
  query(listLeftOut, ({ params: { runId }, query: { cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      if (!(await findRun(tx, runId))) return reject('not-found');
      const rows = await leftOutOf(tx, runId, decodeCursor(cursor, z.int()) ?? 0, limit + 1);
      return ok(
        page(
          rows,
          limit,
          ({ number }) => number,
          ({ number: _number, amount, rule, ...left }) => ({ ...left, amount: toWireAmount(amount), ...(rule !== null && { rule }) }),
        ),
      );
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
export const getBankFileRoute = ({ db, files }: Parts): Route =>
  raw(getBankFile, async ({ params, query, scope, principal }, _host, _incoming, response) => {
    const [{ runId }, { brandId }] = [params, query] as [ParamsOf<typeof getBankFile>, { brandId?: string }];
    const brandIds = await files.brandsOf(scope, runId, 'bank-file', brandId);
    if (brandIds.length === 0) throw new Rejected('not-found');
    await refuseLockedFile(db, scope, principal, { runId, rail: 'bank-file', brandIds });
    response.status(200).set({ 'content-type': 'application/xml', 'cache-control': 'no-store' });
    for (const each of brandIds) await sendPieces(response, files.read(scope, { runId, brandId: each, rail: 'bank-file' }));
    response.end();
  });

const mediaTypes = { 'bank-file': 'application/xml', 'nacha-file': 'text/plain; charset=us-ascii', 'csv-file': 'text/csv; charset=utf-8' };
const extensions = { 'bank-file': 'xml', 'nacha-file': 'ach', 'csv-file': 'csv' };

/** A file as it goes to the bank. */
export const getPaymentFileRoute = ({ db, files }: Parts): Route =>
  raw(getPaymentFile, async ({ params, query, scope, principal }, _host, _incoming, response) => {
    const [{ runId, rail }, { brandId }] = [params, query] as [ParamsOf<typeof getPaymentFile>, { brandId: string }];
    if ((await files.brandsOf(scope, runId, rail, brandId)).length === 0) throw new Rejected('not-found');
    await refuseLockedFile(db, scope, principal, { runId, rail, brandIds: [brandId] });
    const name = `${messageIdOf(runId, brandId)}.${extensions[rail]}`;
    const disposition = `attachment; filename="${name}"`;
    response.status(200).set({ 'content-type': mediaTypes[rail], 'content-disposition': disposition, 'cache-control': 'no-store' });
    await sendPieces(response, files.read(scope, { runId, brandId, rail }));
    response.end();
  });

interface FilesAsked {
  runId: string;
  rail: string;
  brandIds: readonly string[];
}

/** What names somebody who was erased, beside others, is kept for the law: shown only to who may look into that, and to nobody once it is gone. */
async function refuseLockedFile({ tx }: Parts['db'], scope: Scope, principal: Principal, files: FilesAsked): Promise<void> {
  const { rows } = await tx(scope, (open) =>
    open.query<{ locked: boolean; gone: boolean }>(
      `SELECT p.rail = $2 AND p.brand_id = ANY ($3) AS locked, NOT EXISTS (SELECT 1 FROM kit.subject_key WHERE subject_id = $1) AS gone
       FROM payout p JOIN partner_erasure e ON e.partner_id = p.partner_id AND e.status = 'erased' WHERE p.run_id = $1 ORDER BY locked DESC LIMIT 1`,
      [files.runId, files.rail, files.brandIds],
    ),
  );
  const [erased] = rows;
  // The files of a run have one key: they go together.
  if (erased?.gone) throw new Rejected('partner-erased');
  if (erased?.locked && !permits(principal, 'retained:read')) throw new Rejected('retained-restricted');
}

/** As fast as they are taken: a long file is never held whole. Who breaks off gets no more of it. */
async function sendPieces(response: Writable, pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
}
