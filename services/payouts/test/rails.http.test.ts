import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { XMLParser } from 'fast-xml-parser';
import { parseCsv } from '../src/bank/domain/csv.js';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import type { Instruction, Rail } from '../src/rails/domain/rail.js';
import {
  accrued,
  aPartner,
  approved,
  approver,
  balanceOf,
  brandChanged,
  buildRun,
  earned,
  later,
  type Owed,
  partnerChanged,
  payRun,
  sendOut,
  settle,
  start,
  verifyMethod,
} from './world.js';

const rails = new Map<string, Rail>();
let s: TestService<PrismaClient>;
beforeAll(async () => {
  const wrapRail = (rail: Rail) => {
    rails.set(rail.name, rail);
    return rail;
  };
  s = await startTestService((environment) => compose(environment, { wrapRail }), { now: start });
});
afterAll(() => s.stop());

const bank = { name: 'Müller & Søn GmbH', iban: 'DE89 3704 0044 0532 0130 00', bic: 'COBADEFFXXX' };
const people = [
  { name: 'Åsa Öberg', iban: 'SE45 5000 0000 0583 9825 7466' },
  { name: 'Łukasz Żółć <script>', iban: 'PL61 1090 1014 0000 0712 1981 2874' },
];

const american = { name: 'Zoë O’Neil', routingNumber: '021000021', accountNumber: '12345-678', type: 'checking', holder: 'person' };
const company = {
  name: 'Brand Inc',
  routingNumber: '011000015',
  accountNumber: '99887766',
  bankName: 'First Bank',
  companyId: '1234567890',
};

async function fund(brandId: string, rail: string): Promise<void> {
  const account = rail === 'simulated-api' ? { name: 'pot' } : rail === 'nacha-file' ? company : bank;
  await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send({ rail, account }).expect(201);
}
const addMethod = (partnerId: string, body: object) => s.request().post(`/api/v1/partners/${partnerId}/payout-methods`).send(body);

/** A sandbox partner whose payouts the simulated rail treats so. */
async function behaving(behaviour: string, ...amounts: number[]): Promise<Owed> {
  const owed = await aPartner(s);
  await addMethod(owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour } }).expect(201);
  await earned(s, owed, ...amounts);
  return owed;
}
const statusOf = async (payoutId: string | undefined) => (await s.request().get(`/api/v1/payouts/${payoutId}`).expect(200)).body;
const moneyOut = (payoutId: string | undefined) =>
  s.sql<{ amount: string }>('SELECT amount::text FROM simulator_money_out WHERE payout_id = $1 ORDER BY id', [payoutId]);

describe.each(['simulated-api', 'bank-file', 'nacha-file', 'csv-file'])('every rail keeps its promises: %s', (name) => {
  const rail = () => {
    const found = rails.get(name);
    if (!found) throw new Error(`no rail ${name}`);
    return found;
  };
  async function instruction(): Promise<Instruction> {
    const owed = await aPartner(s);
    const id = newId('payout');
    if (name !== 'simulated-api') await fund(owed.brandId, name);
    const method = name === 'nacha-file' ? { kind: 'us-bank-account', account: american } : { kind: 'bank-account', account: people[0] };
    const methodId = name === 'simulated-api' ? null : (await addMethod(owed.partnerId, method).expect(201)).body.id;
    return {
      railKey: id,
      payoutId: id,
      runId: newId('run'),
      brandId: owed.brandId,
      amount: 1234n,
      currency: name === 'nacha-file' ? 'USD' : 'EUR',
      methodId,
      partnerId: owed.partnerId,
      behaviour: null,
    };
  }
  const outcomes = async (instructions: Instruction[]) =>
    [...(await rail().submit(instructions, start)).values()].map(({ outcome }) => outcome);

  test('what was never sent is not found', async () => {
    expect(await rail().lookup(newId('payout'), start)).toEqual({ state: 'not-found' });
  });
  test('what was accepted is found under its key', async () => {
    const one = await instruction();
    expect(await outcomes([one])).toEqual(['accepted']);
    expect(['accepted', 'settled']).toContain((await rail().lookup(one.railKey, start)).state);
  });
  test('the same key again, also at the same time, is answered alike and moves nothing twice', async () => {
    const one = await instruction();
    const before = await s.sql('SELECT (SELECT count(*) FROM simulator_money_out) + (SELECT count(*) FROM bank_file) AS n');
    expect((await Promise.all([1, 2, 3, 4].map(() => outcomes([one])))).flat()).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    const after = await s.sql<{ n: string }>('SELECT (SELECT count(*) FROM simulator_money_out) + (SELECT count(*) FROM bank_file) AS n');
    expect(Number(after[0]?.n) - Number(before[0]?.n)).toBe(1);
  });
  test('no callback comes a second time once it was acknowledged', async () => {
    const callbacks = await rail().callbacks(start, 100);
    await rail().acknowledge(callbacks.map(({ id }) => id));
    expect(await rail().callbacks(start, 100)).toEqual([]);
  });
});

test('O-06 a bank file: ISO 20022 for each brand, submitted until the settlement report, then settled', async () => {
  const brandId = newId('brand');
  const partners = people.map(() => newId('partner'));
  await s.deliver(brandChanged(brandId), ...partners.map((partnerId) => partnerChanged(partnerId)));
  await fund(brandId, 'bank-file');
  const amounts = [10_010, 20_020, 30_000_07];
  await earned(s, { brandId, partnerId: partners[0] ?? '' }, amounts[0] ?? 0, amounts[1] ?? 0);
  await earned(s, { brandId, partnerId: partners[1] ?? '' }, amounts[2] ?? 0);
  const without = await s
    .request()
    .post('/api/v1/payout-runs')
    .send({ brandIds: [brandId] })
    .expect(422);
  expect(without.body.errors.map(({ rule }: { rule: string }) => rule)).toEqual(['no-payout-method', 'no-payout-method']);
  for (const [index, partnerId] of partners.entries())
    await verifyMethod(s, (await addMethod(partnerId, { kind: 'bank-account', account: people[index] }).expect(201)).body.id).expect(200);

  const run = await buildRun(s, { brandIds: [brandId] });
  expect(run.payouts.every((payout) => (payout as { sandbox?: boolean; rail?: string }).rail === 'bank-file')).toBe(true);
  await sendOut(s, run);
  await settle(s);
  expect((await statusOf(run.payouts[0]?.id)).status).toBe('submitted');

  const file = await s.request(approver).get(`/api/v1/payout-runs/${run.id}/bank-file`).expect(200).expect('content-type', /xml/);
  const { CstmrCdtTrfInitn: root } = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(
    file.text ?? String(file.body),
  ).Document;
  expect(root.GrpHdr).toMatchObject({ NbOfTxs: '2', CtrlSum: '30300.37', InitgPty: { Nm: 'Muller + Son GmbH' } });
  expect(root.PmtInf).toMatchObject({ NbOfTxs: '2', CtrlSum: '30300.37', DbtrAcct: { Id: { IBAN: 'DE89370400440532013000' } } });
  const transfers = new Map<string, { Amt: { InstdAmt: unknown }; Cdtr: { Nm: string }; CdtrAcct: unknown }>(
    root.PmtInf.CdtTrfTxInf.map((each: { PmtId: { EndToEndId: string } }) => [each.PmtId.EndToEndId.replace('-', '_'), each]),
  );
  const [small, large] = [...run.payouts].sort((a, b) => a.amount - b.amount);
  expect(transfers.get(small?.id ?? '')).toMatchObject({
    Amt: { InstdAmt: { '#text': '300.30', '@_Ccy': 'EUR' } },
    Cdtr: { Nm: 'Asa Oberg' },
    CdtrAcct: { Id: { IBAN: 'SE4550000000058398257466' } },
  });
  expect(transfers.get(large?.id ?? '')).toMatchObject({
    Amt: { InstdAmt: { '#text': '30000.07', '@_Ccy': 'EUR' } },
    Cdtr: { Nm: 'Lukasz Zolc .script.' },
  });

  const report = (settlements: object[]) => s.request(approver).post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements });
  await report([{ payoutId: newId('payout'), outcome: 'settled' }]).expect(422);
  const outcomes = [
    { payoutId: small?.id, outcome: 'settled', reference: 'B-1' },
    { payoutId: large?.id, outcome: 'failed', reason: 'account closed' },
  ];
  expect((await report(outcomes).expect(200)).body.status).toBe('completed');
  await report(outcomes).expect(200);
  expect(await statusOf(small?.id)).toMatchObject({ status: 'settled', railReference: 'B-1' });
  expect(await statusOf(large?.id)).toMatchObject({ status: 'failed', reason: 'account closed' });
  expect((await report([{ payoutId: small?.id, outcome: 'failed' }])).status).toBe(409);
  expect(await balanceOf(s, partners[1] ?? '')).toMatchObject({ payable: 30_000_07, paid: 0, inPayout: 0 });
});

test('bank data lie encrypted: no table holds an IBAN, and no event or log', async () => {
  const tables = await s.sql<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'messaging', 'kit')`,
  );
  for (const { name } of tables) {
    expect([
      name,
      await s.sql(
        `SELECT 1 FROM ${name} AS row WHERE row::text LIKE '%5000000005839825%' OR row::text LIKE '%Oberg%' OR row::text LIKE '%370400440532%'`,
      ),
    ]).toEqual([name, []]);
  }
});

test('a payout method: the IBAN is checked, a change cools down for three days, and meanwhile the old account is paid', async () => {
  const owed = await aPartner(s);
  const wrong = await addMethod(owed.partnerId, {
    kind: 'bank-account',
    account: { ...people[0], iban: 'SE4550000000058398257467' },
  }).expect(422);
  expect(wrong.body.code).toBe('iban-invalid');
  await addMethod(newId('partner'), { kind: 'bank-account', account: people[0] }).expect(409);
  const first = await addMethod(owed.partnerId, { kind: 'bank-account', account: people[0] }).expect(201);
  expect(first.body).toMatchObject({ accountHint: 'SE** **** 7466', usableFrom: first.body.createdAt });
  const second = await addMethod(owed.partnerId, { kind: 'bank-account', account: people[1] }).expect(201);
  for (const { id } of [first.body, second.body]) await verifyMethod(s, id).expect(200);
  expect(Date.parse(second.body.usableFrom) - Date.parse(second.body.createdAt)).toBe(3 * 86_400_000);
  await fund(owed.brandId, 'bank-file');
  await earned(s, owed, 500);
  const during = await buildRun(s, { brandIds: [owed.brandId] });
  expect(await s.sql('SELECT method_id FROM payout WHERE run_id = $1', [during.id])).toEqual([{ method_id: first.body.id }]);
  await s.moveClock(second.body.usableFrom);
  await earned(s, owed, 600);
  const after = await buildRun(s, { brandIds: [owed.brandId] });
  expect(await s.sql('SELECT method_id FROM payout WHERE run_id = $1', [after.id])).toEqual([{ method_id: second.body.id }]);
  const again = await s
    .request()
    .post(`/api/v1/brands/${owed.brandId}/funding-accounts`)
    .send({ rail: 'bank-file', account: bank })
    .expect(409);
  expect(again.body.code).toBe('funding-account-exists');
});

test.each(['accept-then-timeout', 'error-after-accept', 'error-before-accept'])(
  'O-07 %s: unknown until the rail was asked, one key, one transfer',
  async (behaviour) => {
    const owed = await behaving(behaviour, 750);
    const run = await payRun(s, owed.brandId);
    const id = run.payouts[0]?.id;
    expect(await statusOf(id)).toMatchObject({ status: 'unknown', railKey: id });
    expect(await balanceOf(s, owed.partnerId)).toMatchObject({ inPayout: 750, payable: 0 });
    await s
      .request()
      .post('/api/v1/payout-runs')
      .send({ brandIds: [owed.brandId] })
      .expect(422);
    for (let round = 0; round < 4; round++) await settle(s);
    expect(await statusOf(id)).toMatchObject({ status: 'settled', railKey: id });
    expect(await moneyOut(id)).toEqual([{ amount: '750' }]);
    const steps = (await s.published()).filter((event) => event.subject === id).map((event) => event.type.split('.')[2]);
    expect(steps.filter((step) => step !== 'submitted')).toEqual(['created', 'outcome-unknown', 'settled']);
  },
);

test('a definite no: the entries are payable again, and the next payout has a key of its own', async () => {
  const owed = await behaving('reject', 750);
  const run = await payRun(s, owed.brandId);
  expect(await statusOf(run.payouts[0]?.id)).toMatchObject({ status: 'failed', reason: 'account closed' });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ inPayout: 0, payable: 750 });
  await addMethod(owed.partnerId, { kind: 'simulated', account: { name: 'other' } }).expect(201);
  const second = await payRun(s, owed.brandId);
  await settle(s);
  expect(second.payouts[0]?.id).not.toBe(run.payouts[0]?.id);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 750, payable: 0 });
});

test('callbacks that come twice and in the wrong order settle once', async () => {
  const owed = await behaving('duplicate-callback', 750);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  expect(await statusOf(run.payouts[0]?.id)).toMatchObject({ status: 'settled' });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 750 });
  expect((await s.published('payouts.payout.settled.v1')).filter((event) => event.subject === run.payouts[0]?.id)).toHaveLength(1);
});

test('money that comes back after settlement is payable again', async () => {
  const owed = await behaving('late-return', 750);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 750 });
  await later(s, 86_400_000);
  expect(await statusOf(run.payouts[0]?.id)).toMatchObject({ status: 'returned' });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 0, payable: 750 });
  expect(await moneyOut(run.payouts[0]?.id)).toEqual([{ amount: '750' }, { amount: '-750' }]);
});

test('a slow rail is asked ever more seldom, and settles in the end', async () => {
  const owed = await behaving('slow', 750);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  expect((await statusOf(run.payouts[0]?.id)).status).toBe('submitted');
  await later(s, 3_700_000);
  expect((await statusOf(run.payouts[0]?.id)).status).toBe('settled');
});

test('a brand with a simulated funding account is no sandbox, and pays simulated methods only', async () => {
  const owed = await aPartner(s);
  await fund(owed.brandId, 'simulated-api');
  await addMethod(owed.partnerId, { kind: 'simulated', account: { name: 'live' } }).expect(201);
  await earned(s, owed, 5);
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts[0]).toMatchObject({ sandbox: false, rail: 'simulated-api' });
  expect(
    await s.db.tx(everyBrand, async (tx) => (await tx.query('SELECT 1 FROM funding_account WHERE brand_id = $1', [owed.brandId])).rowCount),
  ).toBe(1);
});

test('O-06 FH15 dollars by NACHA, other currencies by CSV: each partner by the rail that reaches and carries it, names harmless', async () => {
  const brandId = newId('brand');
  const partners = [newId('partner'), newId('partner')] as const;
  await s.deliver(brandChanged(brandId), ...partners.map((partnerId) => partnerChanged(partnerId)));
  for (const rail of ['bank-file', 'nacha-file', 'csv-file']) await fund(brandId, rail);
  const wrong = { kind: 'us-bank-account', account: { ...american, routingNumber: '021000022' } };
  expect((await addMethod(partners[0], wrong).expect(422)).body.code).toBe('routing-number-invalid');
  const shown = await addMethod(partners[0], { kind: 'us-bank-account', account: american }).expect(201);
  await verifyMethod(s, shown.body.id).expect(200);
  expect(shown.body.accountHint).toBe('US** **** -678');
  const harmful = { kind: 'bank-account', account: { ...people[0], name: '=HYPERLINK("http://x","Ada")' } };
  await verifyMethod(s, (await addMethod(partners[1], harmful).expect(201)).body.id).expect(200);
  await earned(s, { brandId, partnerId: partners[1] }, 700);
  const inOther = async (partnerId: string, amount: number, currency: string) => {
    const entry = accrued(partnerId, brandId, amount, { currency });
    await s.deliver(entry, approved(entry));
    await s.service.runDueJobs();
  };
  await inOther(partners[0], 123_45, 'USD');
  await inOther(partners[0], 50, 'GBP');
  await inOther(partners[1], 9_00, 'CHF');
  const run = await buildRun(s, { brandIds: [brandId] });
  const routed = (run.payouts as unknown as { currency: string; rail: string }[]).map(({ currency, rail }) => `${currency} ${rail}`).sort();
  expect(routed).toEqual(['CHF csv-file', 'EUR bank-file', 'USD nacha-file']);
  expect((run as unknown as { leftOut: { reason: string }[] }).leftOut.map(({ reason }) => reason)).toEqual(['currency-not-on-rail']);
  await sendOut(s, run);
  const file = (rail: string, who = approver, brand = brandId) =>
    s.request(who).get(`/api/v1/payout-runs/${run.id}/payment-files/${rail}?brandId=${brand}`);
  const ach = await file('nacha-file')
    .expect(200)
    .expect('content-disposition', /attachment; filename="[0-9a-z]+\.ach"/);
  const records = String(ach.text).trimEnd().split('\n');
  expect([records.length, records[2]?.slice(0, 39), records[2]?.slice(54, 76)]).toEqual([
    10,
    '62202100002112345-678        0000012345',
    'Zoe O.Neil            ',
  ]);
  const csv = parseCsv(String((await file('csv-file').expect(200)).text));
  expect(csv?.[1]).toEqual([
    expect.any(String),
    '9.00',
    'CHF',
    '\'=HYPERLINK("http://x","Ada")',
    'SE4550000000058398257466',
    '',
    expect.any(String),
  ]);
  await file('bank-file').expect(200);
  await file('csv-file', approver, newId('brand')).expect(404);
  await file('csv-file', { ...approver, brandIds: [newId('brand')] }).expect(404);
  // The bank's own table settles what went by table.
  const rows = `bookedOn,amount,currency,endToEndId\n2026-03-02,-9.00,CHF,${csv?.[1]?.[0]}\n`;
  await s.request(approver).post(`/api/v1/brands/${brandId}/bank-reports`).set('content-type', 'text/csv').send(rows).expect(201);
  expect(await statusOf(csv?.[1]?.[0])).toMatchObject({ status: 'settled' });
});
