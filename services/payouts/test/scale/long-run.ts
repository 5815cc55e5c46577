import { createHash } from 'node:crypto';
import http from 'node:http';
import { expect } from '@jest/globals';
import { principalHeader, principalSigner } from '@tributary/service-kit';
import { balanceDrift } from '../../src/ledger/balances.js';
import { everyBrand } from '../../src/parts.js';
import { approver, builder, cleared } from '../world.js';
import { manyPayees, type Payouts, startForgetful } from './many-payees.js';

export interface LongRun {
  /** One statement that adds up what is payable and writes payouts and lines into tables of the same shape; and one that only adds it up. */
  statementMs: number;
  sumsMs: number;
  buildMs: number;
  approveMs: number;
  submitMs: number;
  downloadMs: number;
  /** The most that was resident in each stage. */
  megabytes: { build: number; approve: number; submit: number; download: number };
  fileBytes: number;
}

/** A run of so many payees, from building it to reading its file; everything that it says is held against what was loaded. */
export async function longRun(payees: number, entriesEach: number): Promise<LongRun> {
  const s = await startForgetful();
  try {
    const brandId = await manyPayees(s, payees, entriesEach);
    const paid = await paidBy(s, brandId);
    const sumsMs = await statement(s, sums, brandId);
    const statementMs = await statement(s, writing, brandId);
    const build = await watched('build', () =>
      s
        .request(builder)
        .post('/api/v1/payout-runs')
        .send({ brandIds: [brandId] }),
    );
    expect([build.result.status, build.result.body.totals]).toEqual([201, [{ currency: 'EUR', ...paid }]]);
    const run = build.result.body as { id: string; contentHash: string; payoutCount: number };
    const approve = await watched('approve', () => s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200));
    await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
    await s.deliver(cleared(run.id, run.contentHash));
    const submit = await watched('send', () => s.service.runDueJobs());
    const download = await watched('read the file', () =>
      read(s, `/api/v1/payout-runs/${run.id}/payment-files/bank-file?brandId=${brandId}`),
    );
    expect(download.result).toMatchObject({ transfers: paid.payouts, cents: paid.amount });
    await isRight(s, brandId, paid, download.result.sha256);
    return {
      sumsMs,
      statementMs,
      buildMs: build.ms,
      approveMs: approve.ms,
      submitMs: submit.ms,
      downloadMs: download.ms,
      megabytes: { build: build.peak, approve: approve.peak, submit: submit.peak, download: download.peak },
      fileBytes: download.result.bytes,
    };
  } finally {
    await s.stop();
  }
}

/** What must be paid: every partner that is active and has an account. */
async function paidBy(s: Payouts, brandId: string): Promise<{ amount: number; payouts: number }> {
  const [row] = await s.sql<{ amount: number; payouts: number }>(
    `SELECT sum(amount)::float8 AS amount, count(DISTINCT partner_id)::int AS payouts FROM entry JOIN partner_profile USING (partner_id)
     WHERE brand_id = $1 AND status = 'active' AND EXISTS (SELECT 1 FROM payout_method m WHERE m.partner_id = entry.partner_id)`,
    [brandId],
  );
  return row ?? { amount: 0, payouts: 0 };
}

const due = `entry.brand_id = $1 AND bucket = 'payable' AND run_id IS NULL`;
const sums = `SELECT count(*) FROM (SELECT partner_id, brand_id, currency, sum(amount) FROM entry WHERE ${due} GROUP BY 1, 2, 3) AS sums`;
const writing = `WITH made AS (
  INSERT INTO plain_payout SELECT 'pyt_' || partner_id, 'run', partner_id, brand_id, currency, sum(amount), count(*) FROM entry WHERE ${due} GROUP BY partner_id, brand_id, currency
  RETURNING id, partner_id, brand_id, currency)
  INSERT INTO plain_line SELECT made.id, entry.id, entry.entry_id, entry.brand_id, entry.partner_id, entry.amount, entry.id
  FROM entry JOIN made USING (partner_id, brand_id, currency) WHERE ${due}`;

/** The time of one statement over the same rows. */
async function statement(s: Payouts, text: string, brandId: string): Promise<number> {
  await s.sql(
    'CREATE TABLE plain_payout (id text PRIMARY KEY, run_id text, partner_id text, brand_id text, currency text, amount bigint, lines int)',
  );
  await s.sql('CREATE TABLE plain_line (LIKE payout_line INCLUDING DEFAULTS INCLUDING INDEXES)');
  const began = performance.now();
  await s.sql(text, [brandId]);
  const ms = performance.now() - began;
  await s.sql('DROP TABLE plain_payout, plain_line');
  return ms;
}

/** Does something and sees how much memory is resident meanwhile. */
async function watched<T>(stage: string, work: () => PromiseLike<T>): Promise<{ result: T; ms: number; peak: number }> {
  globalThis.gc?.();
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const began = performance.now();
  try {
    const result = await work();
    const measured = { ms: Math.round(performance.now() - began), peak: Math.round(peak / 2 ** 20) };
    // At once: a long run that breaks off has said so much.
    process.stdout.write(`${stage}: ${(measured.ms / 1000).toFixed(1)} s, at most ${measured.peak} MB resident\n`);
    return { result, ...measured };
  } finally {
    clearInterval(timer);
  }
}

interface Read {
  bytes: number;
  transfers: number;
  cents: number;
  sha256: string;
}

/** Reads a file as it comes, without holding it. */
async function read(s: Payouts, path: string): Promise<Read> {
  const principal = { actorId: 'usr_approver', actorKind: 'user', roles: ['finance-approver'], brandIds: [] } as const;
  const token = await principalSigner(s.environment.keys)({ ...principal, roles: [...principal.roles], brandIds: [] });
  const hash = createHash('sha256');
  const found: Read = { bytes: 0, transfers: 0, cents: 0, sha256: '' };
  let rest = '';
  const response = await new Promise<http.IncomingMessage>((resolve, reject) =>
    http.get(`${s.url}${path}`, { headers: { [principalHeader]: token } }, resolve).on('error', reject),
  );
  expect(response.statusCode).toBe(200);
  for await (const chunk of response.setEncoding('utf8')) {
    hash.update(String(chunk));
    found.bytes += Buffer.byteLength(String(chunk));
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const amount = /<InstdAmt Ccy="EUR">(\d+)\.(\d\d)</.exec(line);
      if (!amount) continue;
      found.transfers++;
      found.cents += Number(`${amount[1]}${amount[2]}`);
    }
  }
  return { ...found, sha256: hash.digest('hex') };
}

async function isRight(s: Payouts, brandId: string, paid: { amount: number; payouts: number }, sha256: string): Promise<void> {
  const [found] = await s.sql(
    `SELECT (SELECT count(*)::int FROM payout WHERE brand_id = $1 AND status = 'submitted') AS payouts,
       (SELECT sum(amount)::float8 FROM payout_line WHERE brand_id = $1 AND open_item_id IS NOT NULL) AS lines,
       (SELECT count(*)::int FROM payout p WHERE amount <> (SELECT sum(amount) FROM payout_line l WHERE l.payout_id = p.id)) AS wrong,
       (SELECT count(*)::int FROM bank_file_payout WHERE brand_id = $1) AS filed, (SELECT sha256 FROM bank_file WHERE brand_id = $1) AS sha256`,
    [brandId],
  );
  expect(found).toEqual({ payouts: paid.payouts, lines: paid.amount, wrong: 0, filed: paid.payouts, sha256 });
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
}
