import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canonicalJson, newId } from '@tributary/contracts';
import { seededRandom, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import { linesText } from '../src/statements/domain/statement-lines.js';
import { linesAfter } from '../src/statements/statement-store.js';
import { download, pagesOf, readCsv, readPdf } from './statement-readers.js';
import { accrued, addMethod, aPartner, approved, balanceOf, builder, decided, earned, type Owed, payRun, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment, { settings: { statementsPerBatch: 3 } }), { now: start });
});
afterAll(() => s.stop());

interface Statement {
  id: string;
  number: number;
  period: string;
  brandId: string;
  opening: number;
  closing: number;
  closingBy: Record<string, number>;
  totals: { kind: string; amount: number; lines: number }[];
  lineCount: number;
  previousId: string | null;
  contentHash: string;
  linesHash: string;
  bookedBefore: string;
}
interface Line {
  kind: string;
  amount: number;
  bookedAt: string;
  effectiveAt: string;
  payoutId: string | null;
  transactionId: string;
}
const listed = async (query: string): Promise<Statement[]> =>
  (await s.request().get(`/api/v1/account-statements?limit=500&${query}`).expect(200)).body.data;
const ofMonth = async ({ partnerId }: Owed, period: string): Promise<Statement> => {
  const [statement, ...others] = await listed(`partnerId=${partnerId}&period=${period}`);
  if (!statement || others.length > 0) throw new Error(`${others.length + (statement ? 1 : 0)} statements of ${period}`);
  return statement;
};
const linesOf = async (id: string): Promise<Line[]> =>
  (await s.request().get(`/api/v1/account-statements/${id}/lines?limit=500`).expect(200)).body.data;
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
const pdfOf = (id: string) => download(s, `/api/v1/account-statements/${id}/pdf`);

test('O-13 a month is stated: opening, what moved, closing; what is booked later goes into the next', async () => {
  const owed = await aPartner(s, { clawbackDays: 0 });
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'Łukasz Žižek-Müller Çağlar Ελένη Иван' } });
  const [sale] = await earned(s, owed, 10_000, 333);
  const rejected = accrued(owed.partnerId, owed.brandId, 700);
  await s.deliver(rejected, decided(rejected, 'rejected'));
  const run = await payRun(s, owed.brandId);
  await settle(s);
  await earned(s, owed, 4000);

  await s.moveClock(new Date('2026-04-01T08:00:00.000Z'));
  const march = await ofMonth(owed, '2026-03');
  expect(march).toMatchObject({ number: 1, opening: 0, closing: 4000, previousId: null, bookedBefore: '2026-03-31T22:00:00.000Z' });
  expect(march.closingBy).toEqual({ pending: 0, held: 0, approved: 0, payable: 4000, inPayout: 0 });
  expect(march.totals).toEqual([
    { kind: 'commission', amount: 15_033, lines: 4 },
    { kind: 'rejection', amount: -700, lines: 1 },
    { kind: 'payout', amount: -10_333, lines: 1 },
  ]);
  // Total = payout = ledger movement.
  const [payout] = run.payouts;
  expect((await linesOf(march.id)).filter(({ payoutId }) => payoutId === payout?.id).map(({ amount }) => amount)).toEqual([-10_333]);
  const told = (await s.published('payouts.statement.issued.v1')).filter(({ data }) => data.statementId === march.id);
  expect(told.map(({ data }) => [data.opening, data.closing, data.contentHash])).toEqual([[0, 4000, march.contentHash]]);

  // A refund dated March, booked in April, beyond the window: it is written off, and March stays as it is.
  const refund = accrued(owed.partnerId, owed.brandId, -2500, { adjusts: sale?.data.entryId ?? null, occurredAt: '2026-03-20T00:00:00Z' });
  await s.deliver(refund, approved(refund));
  await s.moveClock(new Date('2026-05-02T08:00:00.000Z'));
  expect(await ofMonth(owed, '2026-03')).toEqual(march);
  const april = await ofMonth(owed, '2026-04');
  expect(april).toMatchObject({ number: 2, opening: 4000, closing: 4000, previousId: march.id });
  const [reversal, writeOff] = await linesOf(april.id);
  expect([reversal, writeOff]).toMatchObject([
    { kind: 'reversal', amount: -2500, effectiveAt: '2026-03-20T00:00:00.000Z' },
    { kind: 'write-off', amount: 2500 },
  ]);

  const paper = await readPdf(await pdfOf(march.id));
  expect(paper).toMatchObject({ opening: 0, closing: 4000, pages: 1 });
  expect(sum(paper.amounts)).toBe(4000);
  expect(paper.text).toContain('Łukasz Žižek-Müller Çağlar Ελένη Иван');
  expect((await pdfOf(march.id)).equals(await pdfOf(march.id))).toBe(true);
});

/** More of them in the long run. */
const [brands, months] = process.env['TRIBUTARY_LONG'] === '1' ? [40, 12] : [3, 2];

test('O-13 INV-P6 over random histories, JSON, CSV and PDF add up to what was paid and to what the ledger moved', async () => {
  const seed = Number(process.env['SEED'] ?? 20_261_122);
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const world = await Promise.all(Array.from({ length: brands }, () => aPartner(s, { clawbackDays: below(2) === 0 ? 0 : null })));
  const from = s.clock.now();
  for (let month = 0; month < months; month++) {
    for (const owed of world) await someHistory(owed, below);
    await s.moveClock(new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + month + 1, 1, 6)));
  }
  for (const owed of world) {
    const statements = (await listed(`partnerId=${owed.partnerId}`)).reverse();
    expect([seed, ...statements.map(({ number }) => number)]).toEqual([seed, ...Array.from({ length: months }, (_, index) => index + 1)]);
    let opening = 0;
    let paidInAll = 0;
    for (const statement of statements) {
      const lines = await linesOf(statement.id);
      const closing = opening + sum(lines.map(({ amount }) => amount));
      expect([seed, statement.opening, statement.closing, sum(Object.values(statement.closingBy))]).toEqual([
        seed,
        opening,
        closing,
        closing,
      ]);
      const amounts = lines.map(({ amount }) => amount);
      expect(readCsv((await download(s, `/api/v1/account-statements/${statement.id}/csv`)).toString('utf8'))).toEqual({
        amounts,
        opening,
        closing,
      });
      expect(await readPdf(await pdfOf(statement.id))).toMatchObject({ amounts, opening, closing });
      const paid = sum(lines.filter(({ kind }) => kind.startsWith('payout')).map(({ amount }) => -amount));
      expect([seed, await disbursed(owed, statement)]).toEqual([seed, paid]);
      paidInAll += paid;
      await checkHashes(statement);
      opening = closing;
    }
    // By the rail's own books, as far as its word had come by then.
    const moved = await s.sql<{ amount: string }>(
      'SELECT coalesce(sum(m.amount), 0)::bigint AS amount FROM simulator_money_out m JOIN payout ON payout.id = m.payout_id WHERE payout.brand_id = $1 AND payout.settled_at < $2',
      [owed.brandId, statements.at(-1)?.bookedBefore],
    );
    expect([seed, Number(moved[0]?.amount)]).toEqual([seed, paidInAll]);
    // By the balance of that instant, by booking date.
    const end = new Date(Date.parse(statements.at(-1)?.bookedBefore ?? '') - 1).toISOString();
    const left = await balanceOf(s, owed.partnerId, `?asOf=${end}&by=booked`);
    expect([seed, left.pending + left.held + left.approved + left.payable + left.inPayout - left.receivable]).toEqual([seed, opening]);
  }
}, 600_000);

/** Sales, refunds, rejections, payouts that arrive or fail, some of them only next month. */
async function someHistory(owed: Owed, below: (n: number) => number): Promise<void> {
  const sales = await earned(s, owed, ...Array.from({ length: 1 + below(5) }, () => 100 + below(10_000)));
  if (below(2) === 0 && (await balanceOf(s, owed.partnerId)).payable > 0) await payRun(s, owed.brandId);
  if (below(2) === 0) await settle(s);
  for (const sale of sales) {
    if (below(3) > 0) continue;
    const refund = accrued(owed.partnerId, owed.brandId, -1 - below(sale.data.amount), { adjusts: sale.data.entryId });
    await s.deliver(refund, below(2) === 0 ? approved(refund) : decided(refund, 'held'));
  }
  if (below(3) === 0 && sales[0]) await s.deliver(decided(sales[0], 'rejected', 2));
}

/** What left the brand's account for good in a month, by the ledger. */
async function disbursed({ brandId }: Owed, { period }: Statement): Promise<number> {
  const rows = await s.sql<{ amount: string }>(
    `SELECT coalesce(sum(-amount), 0)::bigint AS amount FROM (
       SELECT unnest(accounts) AS account, unnest(amounts) AS amount, posted_at FROM ledger_transaction WHERE brand_id = $1) AS leg
     WHERE account = 'disbursed' AND to_char(posted_at AT TIME ZONE 'Europe/Berlin', 'YYYY-MM') = $2`,
    [brandId, period],
  );
  return Number(rows[0]?.amount);
}

/** By what the API shows alone. */
async function checkHashes({ contentHash, ...content }: Statement): Promise<void> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(sha256(canonicalJson(content))).toBe(contentHash);
  expect(sha256(linesText(await s.db.tx(everyBrand, (tx) => linesAfter(tx, content.id, 0, 10_000))))).toBe(content.linesHash);
}

test('O-13 a long statement runs over pages, each with its heading; and it is read little by little', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, ...Array.from({ length: 200 }, (_, index) => index + 1));
  await nextMonth();
  const [statement] = await listed(`partnerId=${owed.partnerId}`);
  const pdf = await pdfOf(statement?.id ?? '');
  const { amounts, closing, pages } = await readPdf(pdf);
  expect([amounts.length, sum(amounts), closing]).toEqual([200, 20_100, 20_100]);
  expect(pages).toBeGreaterThan(3);
  const heads = (await pagesOf(pdf)).map((rows) => rows.filter(([first]) => first === 'No.').length);
  expect(heads).toEqual(heads.map(() => 1));
});

const nextMonth = () => {
  const now = s.clock.now();
  return s.moveClock(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1, 6)));
};

test('O-13 what a payout pays, line by line and on paper: lines and charges are its amount', async () => {
  const owed = await aPartner(s, { minimumPayout: 1000 });
  const terms = { pay: { anchor: 'month-end', days: 4 }, minimum: 1000, forced: { minimum: 100, fee: 50 } };
  await s.request(builder).post(`/api/v1/brands/${owed.brandId}/payout-schedules`).send(terms).expect(201);
  await earned(s, owed, 300, 400);
  const run = await s.request(builder).post(`/api/v1/partners/${owed.partnerId}/withdrawals`).send({ brandId: owed.brandId }).expect(201);
  const { id } = run.body.payouts[0];
  const { body } = await s.request().get(`/api/v1/payouts/${id}/statement`).expect(200);
  expect(body).toMatchObject({ amount: 650, charges: [{ kind: 'fee', amount: -50 }], brandName: 'Brand', status: 'draft' });
  expect(sum(body.lines.map(({ amount }: Line) => amount)) - 50).toBe(body.amount);
  const { amounts, text } = await readPdf(await download(s, `/api/v1/payouts/${id}/statement/pdf`));
  expect(sum(amounts)).toBe(650);
  expect(text).toContain('Amount paid 6.50');
  await s
    .request({ brandIds: [newId('brand')] })
    .get(`/api/v1/payouts/${id}/statement/pdf`)
    .expect(404);
});

test('O-13 on demand: a month that is over, once, and only of a partner of the brand', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 900);
  const now = s.clock.now();
  const period = now.toISOString().slice(0, 7);
  const ask = (month: string, as = builder) =>
    s.request(as).post(`/api/v1/partners/${owed.partnerId}/account-statements`).send({ brandId: owed.brandId, period: month });
  expect((await ask(period).expect(409)).body.code).toBe('period-not-over');
  const before = '2026-01';
  expect((await ask(before).expect(201)).body.data).toEqual([]);
  await ask(before, { ...builder, brandIds: [newId('brand')] }).expect(404);
  await s
    .request(builder)
    .post(`/api/v1/partners/${newId('partner')}/account-statements`)
    .send({ brandId: owed.brandId, period: before })
    .expect(404);
  await nextMonth();
  const [issued] = (await ask(period).expect(201)).body.data;
  expect(issued).toMatchObject({ closing: 900, number: 1 });
  expect((await ask(period).expect(201)).body.data).toEqual([issued]);
  for (const path of ['', '/lines', '/csv', '/pdf']) {
    const url = `/api/v1/account-statements/${issued.id}${path}`;
    await s.request().get(url).expect(200);
    await s
      .request({ brandIds: [newId('brand')] })
      .get(url)
      .expect(404);
    await s
      .request({ actorKind: 'partner', partnerId: newId('partner') })
      .get(url)
      .expect(404);
  }
});

test('O-13 what is issued is neither rewritten nor added to, and its numbers have no gap, whoever writes them', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 900);
  await nextMonth();
  const [statement] = await listed(`partnerId=${owed.partnerId}`);
  const id = statement?.id ?? '';
  for (const sql of [
    'UPDATE account_statement SET closing = 1 WHERE id = $1',
    'DELETE FROM account_statement_line WHERE statement_id = $1',
  ])
    await expect(s.sql(sql, [id])).rejects.toMatchObject({ code: '42501' });
  const columns = 'statement_id, number, brand_id, partner_id, transaction_id, account, amount, booked_at, effective_at';
  await expect(
    s.sql(
      `INSERT INTO account_statement_line (${columns}) SELECT statement_id, 99, brand_id, partner_id, transaction_id, 'other', 5, booked_at, effective_at FROM account_statement_line WHERE statement_id = $1 LIMIT 1`,
      [id],
    ),
  ).rejects.toMatchObject({ code: '42501' });
  const copy = (number: number, closing: number) =>
    s.sql(
      `INSERT INTO account_statement SELECT 'ast_x', brand_id, $2, partner_id, currency, '2031-01', time_zone, booked_before, id, closing, $3, closing_by, totals, 0, lines_hash, brand_name, method_id, content_hash, issued_by, issued_at
       FROM account_statement WHERE id = $1`,
      [id, number, closing],
    );
  await expect(copy(7, 900)).rejects.toMatchObject({ constraint: 'account_statement_number_follows' });
  await expect(copy(2, 901)).rejects.toMatchObject({ constraint: 'account_statement_adds_up' });
});

test('O-13 T-22 a partner of two brands: each in a section of its own', async () => {
  const one = await aPartner(s);
  const two = { ...(await aPartner(s)), partnerId: one.partnerId };
  await earned(s, one, 500);
  await earned(s, two, 800);
  const period = s.clock.now().toISOString().slice(0, 7);
  await nextMonth();
  const path = `/api/v1/partners/${one.partnerId}/account-statements/${period}`;
  const { body } = await s.request().get(path).expect(200);
  expect(body.sections.map(({ brandId, closing }: Statement) => [brandId, closing]).sort()).toEqual(
    [
      [one.brandId, 500],
      [two.brandId, 800],
    ].sort(),
  );
  expect(body.totals).toEqual([{ currency: 'EUR', opening: 0, closing: 1300, paid: 0, offset: 0 }]);
  const seen = await s
    .request({ brandIds: [one.brandId] })
    .get(path)
    .expect(200);
  expect(seen.body.sections).toMatchObject([{ brandId: one.brandId }]);
  await s
    .request({ actorKind: 'partner', partnerId: newId('partner') })
    .get(path)
    .expect(404);
});
