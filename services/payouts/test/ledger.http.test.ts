import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { repeated, startTestService, type TestService } from '@tributary/testkit';
import pg from 'pg';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { balanceDrift, ledgerImbalance, rebuildBalances } from '../src/ledger/balances.js';
import { everyBrand } from '../src/parts.js';
import {
  accrued,
  aPartner,
  approved,
  balanceOf,
  buildRun,
  byHand,
  decided,
  earned,
  later,
  payRun,
  sendOut,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

type Leg = [account: string | null, amount: number | null];

/** Tries to write transactions with these legs, as the application's role. */
async function write(...transactions: Leg[][]): Promise<void> {
  await s.db.tx(everyBrand, async (tx) => {
    await tx.query(
      `INSERT INTO ledger_transaction (id, business_key, kind, brand_id, partner_id, currency, accounts, amounts, effective_at, posted_at)
       SELECT id, id, 'move', 'brd', 'ptr', 'EUR', accounts::text[], amounts::bigint[], now(), now()
       FROM unnest($1::text[], $2::text[], $3::text[]) AS written (id, accounts, amounts)`,
      [
        transactions.map(() => newId('ledgerTransaction')),
        transactions.map((legs) => `{${legs.map(([account]) => account ?? 'NULL').join()}}`),
        transactions.map((legs) => `{${legs.map(([, amount]) => amount ?? 'NULL').join()}}`),
      ],
    );
    // The journal cannot be tidied up afterwards: what is allowed is not kept.
    throw new Error('allowed');
  });
}

describe('O-10 the database itself keeps the double entry', () => {
  const refused = { code: '23514', constraint: 'ledger_balanced' };
  test('a transaction that sums to zero is taken', async () => {
    await expect(
      write([
        ['payable', -100],
        ['paid', 60],
        ['receivable', 40],
      ]),
    ).rejects.toThrow('allowed');
  });
  test('a transaction that does not sum to zero is refused', async () => {
    await expect(
      write([
        ['payable', 100],
        ['paid', -99],
      ]),
    ).rejects.toMatchObject(refused);
  });
  test('a transaction without legs, with a single one, or with a leg of nothing, is refused', async () => {
    await expect(write([])).rejects.toMatchObject(refused);
    await expect(write([['payable', 0]])).rejects.toMatchObject(refused);
    await expect(
      write([
        ['payable', 0],
        ['paid', 0],
      ]),
    ).rejects.toMatchObject(refused);
  });
  test('a leg without an amount or an account, and an amount beyond all reason, are refused', async () => {
    await expect(
      write([
        ['payable', 5],
        ['paid', -5],
        ['held', null],
      ]),
    ).rejects.toMatchObject(refused);
    await expect(
      write([
        ['payable', 5],
        [null, -5],
      ]),
    ).rejects.toMatchObject(refused);
    await expect(
      write([
        ['payable', 1e15 + 1],
        ['paid', -1e15 - 1],
      ]),
    ).rejects.toMatchObject(refused);
  });
  test('as many accounts as amounts, and neither is missing', async () => {
    const written = (accounts: string, amounts: string) =>
      s.db.tx(everyBrand, (tx) =>
        tx.query(
          `INSERT INTO ledger_transaction (id, business_key, kind, brand_id, partner_id, currency, accounts, amounts, effective_at, posted_at)
           VALUES ('ltx', 'ltx', 'move', 'brd', 'ptr', 'EUR', ${accounts}, ${amounts}, now(), now())`,
        ),
      );
    await expect(written(`'{payable,paid,held}'`, `'{5,-5}'`)).rejects.toMatchObject(refused);
    await expect(written(`'{{payable,paid}}'`, `'{{5,-5}}'`)).rejects.toMatchObject(refused);
    await expect(written(`'{payable,paid}'`, 'NULL')).rejects.toMatchObject({ code: '23502' });
    await expect(written('NULL', `'{5,-5}'`)).rejects.toMatchObject({ code: '23502' });
  });
  test('two wrong transactions do not make a right one', async () => {
    await expect(
      write(
        [
          ['payable', 5],
          ['paid', 5],
        ],
        [
          ['payable', -5],
          ['paid', -5],
        ],
      ),
    ).rejects.toMatchObject(refused);
  });
  test('a leg cannot be added to a transaction that stands, nor changed, nor taken away', async () => {
    for (const change of [
      `INSERT INTO ledger_leg SELECT transaction_id, 9, account, brand_id, partner_id, currency, 1, effective_at, posted_at FROM ledger_leg LIMIT 1`,
      'UPDATE ledger_leg SET amount = 1',
      'DELETE FROM ledger_leg',
    ]) {
      await expect(s.db.pool.query(change)).rejects.toMatchObject({ code: '55000' });
      await expect(s.sql(change)).rejects.toMatchObject({ code: '55000' });
    }
  });
  test('the journal can be changed by nobody: not by the application, not by the owner', async () => {
    for (const change of ['SET brand_id = brand_id', 'SET amounts[1] = amounts[1] + 1']) {
      await expect(s.db.pool.query(`UPDATE ledger_transaction ${change}`)).rejects.toMatchObject({ code: '42501' });
      await expect(s.sql(`UPDATE ledger_transaction ${change}`)).rejects.toMatchObject({ code: '42501' });
    }
    for (const change of ['DELETE FROM ledger_transaction', 'TRUNCATE ledger_transaction CASCADE']) {
      await expect(s.db.pool.query(change)).rejects.toMatchObject({ code: '42501' });
      await expect(s.sql(change)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

test('O-10 all accounts sum to zero at any instant, and a transaction is written once for all time', async () => {
  const owed = await aPartner(s);
  const entry = accrued(owed.partnerId, owed.brandId, 700);
  await s.deliver(entry, approved(entry));
  const before = await s.sql('SELECT count(*)::int AS n FROM ledger_transaction');
  // The same fact in a new envelope: the inbox does not know it, the business key does.
  await s.deliver({ ...entry, id: '01890000-0000-7000-8000-000000000001' }, ...repeated(7, [entry, approved(entry)]));
  expect(await s.sql('SELECT count(*)::int AS n FROM ledger_transaction')).toEqual(before);
  expect(await s.db.tx(everyBrand, ledgerImbalance)).toBe(0n);
  const legs = (await s.published('payouts.ledger.posted.v1'))
    .filter((event) => event.data.partnerId === owed.partnerId)
    .map(({ data }) => [data.kind, data.legs]);
  expect(legs).toEqual([
    [
      'accrual',
      [
        { account: 'brand-expense', amount: -700 },
        { account: 'pending', amount: 700 },
      ],
    ],
    [
      'move',
      [
        { account: 'pending', amount: -700 },
        { account: 'payable', amount: 700 },
      ],
    ],
  ]);
});

test('the balances equal the fold of the journal, are found out when they do not, and can be rebuilt', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 100, 200, -50);
  await payRun(s, owed.brandId);
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
  await s.sql('UPDATE balance SET paid = paid + 1 WHERE partner_id = $1', [owed.partnerId]);
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(2);
  await s.db.tx(everyBrand, rebuildBalances);
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

test('O-01 an approved entry becomes payable when its holding period ends, not before', async () => {
  const owed = await aPartner(s);
  const maturesAt = new Date(s.clock.now().getTime() + 3_600_000);
  const entry = accrued(owed.partnerId, owed.brandId, 2500, { maturesAt: maturesAt.toISOString() });
  await s.deliver(entry, approved(entry));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ approved: 2500, payable: 0 });
  await s.moveClock(new Date(maturesAt.getTime() - 60_000));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ approved: 2500, payable: 0 });
  await s.moveClock(maturesAt);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ approved: 0, payable: 2500 });
});

test('building a run matures what is due without waiting for the job', async () => {
  const owed = await aPartner(s);
  const maturesAt = new Date(s.clock.now().getTime() + 100);
  const entry = accrued(owed.partnerId, owed.brandId, 2500, { maturesAt: maturesAt.toISOString() });
  await s.deliver(entry, approved(entry));
  s.clock.set(new Date(maturesAt.getTime() + 1));
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts[0]?.amount).toBe(2500);
});

test('M-25 WE-54 (a) a refund before the payout: posting -2.00, net 18.00 in whatever bucket it lies', async () => {
  const owed = await aPartner(s);
  const sale = accrued(owed.partnerId, owed.brandId, 2000);
  const refund = accrued(owed.partnerId, owed.brandId, -200, { adjusts: sale.data.entryId });
  await s.deliver(refund, approved(refund), sale);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 2000, reversed: 200, pending: 1800 });
  await s.deliver(decided(sale, 'held', 1));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ held: 1800, payable: 0, receivable: 0 });
  await s.deliver(approved(sale, 2));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 1800 });
  const run = await payRun(s, owed.brandId);
  expect(run.payouts.map(({ amount }) => amount)).toEqual([1800]);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 2000, reversed: 200, paid: 1800, receivable: 0 });
});

test('FF9 M-25 WE-54 (b) a refund after the payout: posting -2.00 as a receivable, netted against later earnings', async () => {
  const owed = await aPartner(s);
  const [sale] = await earned(s, owed, 2000);
  await payRun(s, owed.brandId);
  await settle(s);
  const refund = accrued(owed.partnerId, owed.brandId, -200, { adjusts: sale?.data.entryId ?? null });
  await s.deliver(refund, approved(refund));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 2000, reversed: 200, paid: 2000, payable: 0, receivable: 200 });
  const refused = await s
    .request()
    .post('/api/v1/payout-runs')
    .send({ brandIds: [owed.brandId] })
    .expect(422);
  expect(refused.body).toMatchObject({ code: 'run-empty', errors: [{ rule: 'negative-balance' }] });

  await earned(s, owed, 1000);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 800, receivable: 0 });
  const next = await payRun(s, owed.brandId);
  expect(next.payouts.map(({ amount }) => amount)).toEqual([800]);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 3000, reversed: 200, paid: 2800, receivable: 0 });
});

test('a line that funds a partner above nets with what was earned in whatever bucket, and so does what is given back of it', async () => {
  const owed = await aPartner(s);
  const sale = accrued(owed.partnerId, owed.brandId, 2000);
  const funding = accrued(owed.partnerId, owed.brandId, -200);
  const back = accrued(owed.partnerId, owed.brandId, 20, { adjusts: funding.data.entryId });
  await s.deliver(back, approved(back), funding, sale);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 2020, reversed: 200, pending: 1800, payable: 20 });
  await s.deliver(approved(funding), approved(sale));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ pending: 0, payable: 1820, receivable: 0 });
  const run = await payRun(s, owed.brandId);
  expect(run.payouts.map(({ amount, lines }) => [amount, lines.length])).toEqual([[1820, 3]]);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 2020, reversed: 200, paid: 1820, receivable: 0 });
});

test('an adjustment is paid once it is approved, and one that takes back nets against what is earned', async () => {
  const owed = await aPartner(s);
  const [bonus, taken] = [byHand(owed.partnerId, owed.brandId, 1500), byHand(owed.partnerId, owed.brandId, -400)];
  await s.deliver(bonus, taken);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ pending: 1100, payable: 0 });
  await s.deliver(approved(bonus), approved(taken));
  const run = await payRun(s, owed.brandId);
  expect(run.payouts.map(({ amount }) => amount)).toEqual([1100]);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, paid: 1100 });
});

test('WE-51 approved, paid, then disapproved: balance 0, 10.00, 0, -10.00', async () => {
  const owed = await aPartner(s);
  const entry = accrued(owed.partnerId, owed.brandId, 1000);
  await s.deliver(entry, approved(entry));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 1000, receivable: 0 });
  await payRun(s, owed.brandId);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, paid: 1000, receivable: 0 });
  await s.deliver(decided(entry, 'rejected', 2));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 1000, rejected: 1000, payable: 0, paid: 1000, receivable: 1000 });
  await earned(s, owed, 2500);
  const run = await payRun(s, owed.brandId);
  expect(run.payouts[0]).toMatchObject({ amount: 1500, lines: expect.arrayContaining([{ entryId: entry.data.entryId, amount: -1000 }]) });
});

test('a balance can be asked for as of one instant and as known at another', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 1000);
  const known = s.clock.now().toISOString();
  await later(s, 40 * 86_400_000);
  const lastMonth = '2026-03-20T00:00:00.000Z';
  const refund = accrued(owed.partnerId, owed.brandId, -300, { occurredAt: lastMonth });
  await s.deliver(refund);
  const byEffect = await balanceOf(s, owed.partnerId, `?asOf=2026-03-31T00:00:00.000Z`);
  const byBooking = await balanceOf(s, owed.partnerId, `?asOf=2026-03-31T00:00:00.000Z&knownAt=${known}`);
  expect([byEffect.reversed, byBooking.reversed]).toEqual([300, 0]);
  expect((await balanceOf(s, owed.partnerId, '?asOf=2026-03-10T00:00:00.000Z')).reversed).toBe(0);
});

test('a refused run sets its entries free, and what was rejected meanwhile stays behind', async () => {
  const owed = await aPartner(s);
  const [good, bad] = await earned(s, owed, 1000, 400);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await sendOutRefused(run.id, run.contentHash, bad?.data.entryId ?? '');
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body).toMatchObject({ status: 'refused', reason: 'shared account' });
  if (bad) await s.deliver(decided(bad, 'rejected', 2));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 1000, inPayout: 0, rejected: 400 });
  const next = await buildRun(s, { brandIds: [owed.brandId] });
  expect(next.payouts[0]?.lines).toEqual([{ entryId: good?.data.entryId, amount: 1000 }]);
  await sendOut(s, next);
});

async function sendOutRefused(runId: string, contentHash: string, entryId: string): Promise<void> {
  const { approver } = await import('./world.js');
  const { anEvent } = await import('@tributary/testkit');
  await s.request(approver).post(`/api/v1/payout-runs/${runId}/approve`).send({}).expect(200);
  await s.deliver(
    anEvent('approvals.run.refused.v1', {
      runId,
      contentHash,
      reason: 'shared account',
      entryIds: [entryId],
      refusedAt: start.toISOString(),
    }),
  );
}

test('the application cannot see a brand that its scope does not name', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 100);
  const client = new pg.Client(s.database.databaseAppUrl);
  await client.connect();
  try {
    for (const table of ['entry', 'ledger_transaction', 'ledger_leg', 'balance', 'brand_profile']) {
      await client.query("SELECT set_config('app.brands', '', false)");
      expect((await client.query(`SELECT 1 FROM ${table}`)).rowCount).toBe(0);
      await client.query("SELECT set_config('app.brands', $1, false)", [owed.brandId]);
      expect((await client.query(`SELECT DISTINCT brand_id FROM ${table}`)).rows).toEqual([{ brand_id: owed.brandId }]);
    }
  } finally {
    await client.end();
  }
});
