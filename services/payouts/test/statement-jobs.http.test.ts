import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import { download, readPdf } from './statement-readers.js';
import { addMethod, aPartner, earned, enrolled, partnerChanged, start } from './world.js';

let s: TestService<PrismaClient>;
let dying = 0;
beforeAll(async () => {
  const options = {
    settings: { statementsPerBatch: 2 },
    crashPoint: (name: string) => {
      if (name === 'payouts.between-statements' && dying-- > 0) throw new Error('killed');
    },
  };
  s = await startTestService((environment) => compose(environment, options), { now: start });
});
afterAll(() => s.stop());

const numbers = async (brandId: string) =>
  (await s.sql<{ number: number }>('SELECT number FROM account_statement WHERE brand_id = $1 ORDER BY number', [brandId])).map(
    ({ number }) => number,
  );

test('O-13 the job dies between chunks and is run again, on several nodes: each account is stated once, numbers without a gap', async () => {
  const { brandId, partnerId } = await aPartner(s);
  const partners = [partnerId, ...Array.from({ length: 8 }, () => newId('partner'))];
  for (const each of partners) {
    await s.deliver(partnerChanged(each), enrolled(each, brandId));
    await earned(s, { brandId, partnerId: each }, 100);
  }
  dying = 2;
  await s.moveClock(new Date('2026-04-01T06:00:00.000Z'));
  expect(await numbers(brandId)).toEqual([1, 2]);
  expect(await s.sql('SELECT period FROM statement_month WHERE brand_id = $1', [brandId])).toEqual([{ period: '2026-02' }]);
  dying = 0;
  const again = [1, 2, 3].map(() => s.service.runDueJobs());
  const byHand = partners.map((each) =>
    s
      .request({ roles: ['finance-approver'] })
      .post(`/api/v1/partners/${each}/account-statements`)
      .send({ brandId, period: '2026-03' })
      .expect(201),
  );
  await Promise.all([...again, ...byHand]);
  await s.service.runDueJobs();
  expect(await numbers(brandId)).toEqual(partners.map((_, index) => index + 1));
  const told = (await s.published('payouts.statement.issued.v1')).filter(({ data }) => data.brandId === brandId);
  expect(told.map(({ data }) => data.partnerId).sort()).toEqual([...partners].sort());
});

test('O-13 months that were missed are stated one by one, and a brand without movement has none', async () => {
  const owed = await aPartner(s);
  const quiet = await aPartner(s);
  await s.moveClock(new Date('2026-05-01T06:00:00.000Z'));
  await earned(s, owed, 100);
  await s.moveClock(new Date('2026-08-01T06:00:00.000Z'));
  const rows = await s.sql(
    'SELECT period, opening::int, closing::int, line_count FROM account_statement WHERE brand_id = $1 ORDER BY number',
    [owed.brandId],
  );
  expect(rows).toEqual([
    { period: '2026-05', opening: 0, closing: 100, line_count: 1 },
    { period: '2026-06', opening: 100, closing: 100, line_count: 0 },
    { period: '2026-07', opening: 100, closing: 100, line_count: 0 },
  ]);
  expect(await numbers(quiet.brandId)).toEqual([]);
});

test('O-13 what is booked in a month and committed only after its statement stands in the next, and nowhere else', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 100);
  const booked = s.clock.now();
  await s.moveClock(new Date('2026-09-01T06:00:00.000Z'));
  await s.db.tx(everyBrand, (tx) =>
    tx.query(
      `INSERT INTO ledger_transaction (id, business_key, kind, brand_id, partner_id, currency, accounts, amounts, effective_at, posted_at)
       VALUES ($1, $1, 'accrual', $2, $3, 'EUR', '{brand-expense,pending}', '{-7,7}', $4, $4)`,
      [newId('ledgerTransaction'), owed.brandId, owed.partnerId, booked],
    ),
  );
  await s.moveClock(new Date('2026-10-01T06:00:00.000Z'));
  const rows = await s.sql(
    'SELECT period, opening::int, closing::int, line_count FROM account_statement WHERE brand_id = $1 ORDER BY number',
    [owed.brandId],
  );
  expect(rows).toEqual([
    { period: '2026-08', opening: 0, closing: 100, line_count: 1 },
    { period: '2026-09', opening: 100, closing: 107, line_count: 1 },
  ]);
});

test('O-13 a name is on paper and in no table, and nowhere once the key of the partner is destroyed', async () => {
  const owed = await aPartner(s);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'Zsuzsanna Őrhegyi' } });
  await earned(s, owed, 100);
  await s.moveClock(new Date('2026-11-01T06:00:00.000Z'));
  const [statement] = await s.sql<{ id: string }>('SELECT id FROM account_statement WHERE partner_id = $1', [owed.partnerId]);
  const path = `/api/v1/account-statements/${statement?.id}/pdf`;
  expect((await readPdf(await download(s, path))).text).toContain('Zsuzsanna Őrhegyi');
  const stored = await s.sql<{ text: string }>(
    'SELECT account_statement::text AS text FROM account_statement UNION ALL SELECT account_statement_line::text FROM account_statement_line',
  );
  expect(stored.filter(({ text }) => text.includes('Zsuzsanna'))).toEqual([]);
  await s.sql('DELETE FROM kit.subject_key WHERE subject_id = $1', [owed.partnerId]);
  const paper = await readPdf(await download(s, path));
  expect([paper.closing, paper.text.includes('Zsuzsanna')]).toEqual([100, false]);
});
