import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createVault } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import { addMethod, aPartner, approver, buildRun, cleared, earned, type Owed, sendOut, start } from './world.js';

// The program is not asked: each of these is what somebody with the database's password could try.

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const refused = { code: '42501' };
const broken = { code: '23514' };
const approve = (runId: string) => s.request(approver).post(`/api/v1/payout-runs/${runId}/approve`).send({}).expect(200);

/** A sealed run of one payout, and the entry of another partner that is in no run. */
async function sealed() {
  const owed = await aPartner(s);
  await earned(s, owed, 300, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await approve(run.id);
  const [other] = await earned(s, owed, 700);
  return { ...owed, run, payoutId: run.payouts[0]?.id ?? '', otherEntry: other?.data.entryId ?? '' };
}

test('SEC20 D-11 the database keeps what was sealed: no line, payout or hash of it changes, none goes and none is added', async () => {
  const { run, payoutId, otherEntry } = await sealed();
  for (const change of ['amount = amount + 1', `entry_id = 'ent_x'`, `item_id = 'ent_x'`, `payout_id = 'pyt_x'`, `partner_id = 'ptr_x'`])
    await expect(s.sql(`UPDATE payout_line SET ${change} WHERE payout_id = $1`, [payoutId])).rejects.toMatchObject(refused);
  await expect(s.sql('DELETE FROM payout_line WHERE payout_id = $1', [payoutId])).rejects.toMatchObject(refused);
  await expect(
    s.sql(
      'INSERT INTO payout_line (payout_id, item_id, entry_id, brand_id, partner_id, amount, open_item_id) SELECT $1, id, id, brand_id, partner_id, amount, id FROM entry WHERE id = $2',
      [payoutId, otherEntry],
    ),
  ).rejects.toMatchObject(refused);
  for (const change of [`rail = 'csv-file'`, `run_id = 'run_x'`, `lines_hash = 'x'`, 'line_count = 9', `lines_hash = ''`])
    await expect(s.sql(`UPDATE payout SET ${change} WHERE id = $1`, [payoutId])).rejects.toMatchObject(refused);
  for (const change of ['amount = amount + 1', `currency = 'USD'`, `charges = '[{"kind":"fee","amount":-1}]'`])
    await expect(s.sql(`UPDATE payout SET ${change} WHERE id = $1`, [payoutId])).rejects.toMatchObject(broken);
  await expect(s.sql('DELETE FROM payout WHERE id = $1', [payoutId])).rejects.toMatchObject(refused);
  const columns = 'run_id, partner_id, brand_id, amount, currency, status, sandbox, rail, account_hmac, line_count, lines_hash, created_at';
  await expect(
    s.sql(`INSERT INTO payout (id, rail_key, ${columns}) SELECT 'pyt_x', 'pyt_x', ${columns} FROM payout WHERE id = $1`, [payoutId]),
  ).rejects.toMatchObject(refused);
  for (const change of [`content_hash = repeat('b', 64)`, `approved_by = 'usr_other'`, `sealed_at = now()`, `built_by = 'usr_other'`])
    await expect(s.sql(`UPDATE payout_run SET ${change} WHERE id = $1`, [run.id])).rejects.toMatchObject(refused);
  await expect(s.sql('DELETE FROM payout_run WHERE id = $1', [run.id])).rejects.toMatchObject(refused);
});

test('SEC20 D-11 the database lets nothing out that is not cleared for exactly its content, and a draft is kept like a sealed run', async () => {
  const { run, payoutId } = await sealed();
  const set = (change: string) => s.sql(`UPDATE payout_run SET ${change} WHERE id = $1`, [run.id]);
  await expect(set(`status = 'cleared'`)).rejects.toMatchObject(broken);
  await expect(set(`status = 'cleared', cleared_hash = repeat('b', 64)`)).rejects.toMatchObject(broken);
  await expect(set(`status = 'submitting'`)).rejects.toMatchObject(broken);
  await expect(s.sql('UPDATE payout SET attempted_at = now() WHERE id = $1', [payoutId])).rejects.toMatchObject(broken);
  await s.deliver(cleared(run.id, run.contentHash));
  await expect(s.sql('UPDATE payout SET attempted_at = now() WHERE id = $1', [payoutId])).rejects.toMatchObject(broken);
  await expect(set(`cleared_hash = NULL, status = 'sealed'`)).rejects.toMatchObject(refused);

  const owed = await aPartner(s);
  await earned(s, owed, 100);
  const draft = await buildRun(s, { brandIds: [owed.brandId] });
  await expect(s.sql(`UPDATE payout_run SET content_hash = '' WHERE id = $1`, [draft.id])).rejects.toMatchObject(refused);
  await expect(s.sql(`UPDATE payout_run SET approved_by = 'usr_other' WHERE id = $1`, [draft.id])).rejects.toMatchObject(broken);
  await expect(
    s.sql(`UPDATE payout_run SET status = 'sealed', approved_by = built_by, sealed_at = now() WHERE id = $1`, [draft.id]),
  ).rejects.toMatchObject(broken);
});

const ibans = ['SE4550000000058398257466', 'PL61109010140000071219812874', 'DE89370400440532013000'] as const;
const account = (index: 0 | 1) => ({ kind: 'bank-account', account: { name: `Holder ${index}`, iban: ibans[index] } });

test("SEC24 a sealed account that is put into another partner's row cannot be read there: its run pays nobody", async () => {
  const owed = await aPartner(s);
  const thief: Owed = await aPartner(s);
  const pot = { rail: 'bank-file', account: { name: 'Pot', iban: ibans[2] } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  const method = await addMethod(s, owed.partnerId, account(0));
  const stolen = await addMethod(s, thief.partnerId, account(1));
  await earned(s, owed, 500);
  const swap = `UPDATE payout_method SET account = (SELECT account FROM payout_method WHERE id = '${stolen.id}') WHERE id = '${method.id}'`;
  await expect(s.sql(swap)).rejects.toMatchObject(refused);
  await s.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${swap}; COMMIT`);
  const { keys } = s.environment;
  const opened = (partnerId: string) =>
    s.db.tx(everyBrand, async (tx) => {
      const { rows } = await tx.query<{ account: string }>('SELECT account FROM payout_method WHERE id = $1', [method.id]);
      return createVault(keys).open(tx, partnerId, rows[0]?.account ?? '');
    });
  expect(await opened(thief.partnerId)).toContain(ibans[1]);
  await expect(opened(owed.partnerId)).rejects.toThrow(/authenticate data/);
  await sendOut(s, await buildRun(s, { brandIds: [owed.brandId] }));
  // Nothing was written for the bank: the file cannot be made of what cannot be read.
  expect(await s.sql('SELECT 1 FROM bank_file WHERE brand_id = $1', [owed.brandId])).toEqual([]);
});
