import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { camt053, camt054, iban, pain002 } from './bank-files.js';
import { expectSoundBooks } from './sound-books.js';
import { addMethod, approver, balanceOf, brandChanged, builder, buildRun, earned, partnerChanged, sendOut, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

interface World {
  brandId: string;
  runId: string;
  /** By amount. */
  payouts: { id: string; amount: number; partnerId: string }[];
}

/** A brand whose payouts of these amounts, one for each partner, are with the bank. */
async function atTheBank(...amounts: number[]): Promise<World> {
  const brandId = newId('brand');
  await s.deliver(brandChanged(brandId));
  await s
    .request()
    .post(`/api/v1/brands/${brandId}/funding-accounts`)
    .send({ rail: 'bank-file', account: { name: 'Brand', iban } })
    .expect(201);
  for (const amount of amounts) {
    const partnerId = newId('partner');
    await s.deliver(partnerChanged(partnerId));
    const account = { name: 'Ada', iban: 'SE4550000000058398257466' };
    await addMethod(s, partnerId, { kind: 'bank-account', account });
    await earned(s, { brandId, partnerId }, amount);
  }
  const run = await buildRun(s, { brandIds: [brandId] });
  await sendOut(s, run);
  const payouts = (run.payouts as (World['payouts'][number] & (typeof run.payouts)[number])[]).sort((a, b) => a.amount - b.amount);
  return { brandId, runId: run.id, payouts };
}

const upload = (brandId: string, text: string, { type = 'application/xml', as = '' } = {}) =>
  s.request(approver).post(`/api/v1/brands/${brandId}/bank-reports${as}`).set('content-type', type).send(text);
const taken = async (brandId: string, text: string, options = {}) => (await upload(brandId, text, options).expect(201)).body;
const statusOf = async (id: string | undefined) => {
  const { body } = await s.request().get(`/api/v1/payouts/${id}`).expect(200);
  return [body.status, body.reason];
};
const itemsOf = async (report: { id: string }) =>
  (await s.request().get(`/api/v1/reconciliation-items?reportId=${report.id}`).expect(200)).body.data as Record<string, unknown>[];
const kindsOf = async (report: { id: string }) => (await itemsOf(report)).map(({ kind, payoutId }) => `${kind} ${payoutId}`).sort();

test('O-06 pain.002: settled, refused with its reason, on the way; the same file again is answered alike', async () => {
  const { brandId, payouts } = await atTheBank(100, 200, 300);
  const [a, b, c] = payouts;
  const file = pain002([
    { id: a?.id ?? '', status: 'ACSC', amount: 100 },
    { id: b?.id ?? '', status: 'RJCT', reason: 'AC04' },
    { id: c?.id ?? '', status: 'PDNG' },
  ]);
  const report = await taken(brandId, file);
  expect(report).toMatchObject({ kind: 'pain.002', readAs: 'status', lines: 3, recognised: 3, itemIds: [], totals: [] });
  expect([await statusOf(a?.id), await statusOf(b?.id), await statusOf(c?.id)]).toEqual([
    ['settled', null],
    ['failed', 'AC04 account closed'],
    ['submitted', null],
  ]);
  expect(await balanceOf(s, b?.partnerId ?? '')).toMatchObject({ payable: 200, inPayout: 0 });
  const published = (await s.published()).length;
  expect(await taken(brandId, file)).toEqual(report);
  const both = await Promise.all([taken(brandId, `${file} `), taken(brandId, `${file} `)]);
  expect(both[0]).toEqual(both[1]);
  expect((await s.published()).length).toBe(published + 1);
  expect((await s.request().get(`/api/v1/bank-reports/${report.id}`).expect(200)).body).toEqual(report);
});

test('O-06 pain.002 of a whole file: all of it refused, but for what is named by itself', async () => {
  const { brandId, runId, payouts } = await atTheBank(100, 200);
  const fileId = runId.slice(-16) + brandId.slice(-8);
  await taken(brandId, pain002([{ id: payouts[0]?.id ?? '', status: 'ACSC' }], { fileId, status: 'RJCT' }));
  expect([await statusOf(payouts[0]?.id), await statusOf(payouts[1]?.id)]).toEqual([
    ['settled', null],
    ['failed', 'RJCT'],
  ]);
  const report = await taken(brandId, pain002([], { fileId: 'NOTOURS', status: 'RJCT' }));
  expect(await kindsOf(report)).toEqual(['extra null']);
});

test('FF5 unknown items, wrong amounts and contradictions move nothing: each is one open item, however often it is said', async () => {
  const { brandId, payouts } = await atTheBank(100, 200, 300);
  const [a, b, c] = payouts;
  await taken(brandId, pain002([{ id: a?.id ?? '', status: 'ACSC' }]));
  const said = [
    { id: a?.id ?? '', status: 'RJCT', reason: 'AC01' },
    { id: b?.id ?? '', status: 'ACSC', amount: 201 },
    { id: c?.id ?? '', status: 'BLCK' },
    { id: 'somebody-else', status: 'ACSC' },
  ];
  const report = await taken(brandId, pain002(said));
  expect(report.recognised).toBe(0);
  expect(await kindsOf(report)).toEqual([`contradiction ${a?.id}`, `different ${b?.id}`, 'extra null', `unclear ${c?.id}`].sort());
  expect([await statusOf(a?.id), await statusOf(b?.id), await statusOf(c?.id)].map(([status]) => status)).toEqual([
    'settled',
    'submitted',
    'submitted',
  ]);
  const again = await taken(brandId, pain002([...said].reverse()));
  expect([...again.itemIds].sort()).toEqual([...report.itemIds].sort());
  expect(await s.sql('SELECT 1 FROM reconciliation_item WHERE brand_id = $1', [brandId])).toHaveLength(4);
});

test('FF5 a bank cannot speak of what it was never sent, nor of what another brand sent', async () => {
  const other = await atTheBank(100);
  const { brandId } = await atTheBank(100);
  const partnerId = newId('partner');
  await s.deliver(partnerChanged(partnerId));
  const account = { name: 'Ada', iban: 'SE4550000000058398257466' };
  await addMethod(s, partnerId, { kind: 'bank-account', account });
  await earned(s, { brandId, partnerId }, 50);
  const draft = await buildRun(s, { brandIds: [brandId] });
  const id = draft.payouts[0]?.id ?? '';
  const report = await taken(
    brandId,
    pain002([
      { id, status: 'RJCT' },
      { id: other.payouts[0]?.id ?? '', status: 'ACSC' },
    ]),
  );
  expect(await kindsOf(report)).toEqual(['extra null', `extra ${id}`]);
  expect((await statusOf(id))[0]).toBe('draft');
  expect((await statusOf(other.payouts[0]?.id))[0]).toBe('submitted');
});

test('FF5 FF7 camt.054: returned before settled, doubled, then late: it settles and comes back once, with its reason', async () => {
  const { brandId, payouts } = await atTheBank(100, 200);
  const [a, b] = payouts;
  const back = { id: a?.id ?? '', amount: 100, side: 'CRDT', returned: 'MD07', reference: 'R1' } as const;
  const out = { id: a?.id ?? '', amount: 100, reference: 'B1' };
  await taken(brandId, camt054([back, out, back, { id: b?.id ?? '', amount: 200, status: 'PDNG' }]));
  expect([await statusOf(a?.id), await statusOf(b?.id)]).toEqual([
    ['returned', 'MD07 account holder deceased'],
    ['submitted', null],
  ]);
  await taken(brandId, camt054([out, { id: b?.id ?? '', amount: 200 }]));
  await taken(brandId, camt054([{ id: b?.id ?? '', amount: 200, side: 'CRDT', returned: 'AC04' }]));
  expect([await statusOf(a?.id), await statusOf(b?.id)]).toEqual([
    ['returned', 'MD07 account holder deceased'],
    ['returned', 'AC04 account closed'],
  ]);
  expect(await balanceOf(s, b?.partnerId ?? '')).toMatchObject({ payable: 200, paid: 0 });
  const returns = (await s.published('payouts.payout.returned.v1')).filter(({ subject }) => subject === a?.id || subject === b?.id);
  expect(returns).toHaveLength(2);
  await expectSoundBooks(s);
});

test('O-09 a statement with one missing, one extra and one different: exactly these, and book = bank + exceptions', async () => {
  const { brandId, payouts } = await atTheBank(100, 200, 300, 400);
  const [a, b, c, d] = payouts;
  await taken(brandId, pain002([a, b, c].map((payout) => ({ id: payout?.id ?? '', status: 'ACSC' }))));
  const statement = camt053(
    [
      { id: a?.id ?? '', amount: 100, reference: 'B1' },
      { id: b?.id ?? '', amount: 190, reference: 'B2' },
      { id: 'rent', amount: 5000, reference: 'B3' },
      { id: d?.id ?? '', amount: 400, reference: 'B4' },
    ],
    { opening: 10_000 },
  );
  const report = await taken(brandId, statement);
  expect(await kindsOf(report)).toEqual([`different ${b?.id}`, 'extra null', `missing ${c?.id}`].sort());
  expect(report.totals).toEqual([{ currency: 'EUR', book: 1000, bank: 5690, exceptions: -4690 }]);
  expect(report.totals[0].book).toBe(report.totals[0].bank + report.totals[0].exceptions);
  // The bank has booked what was only submitted: that settles it.
  expect((await statusOf(d?.id))[0]).toBe('settled');
  const different = (await itemsOf(report)).find(({ kind }) => kind === 'different');
  expect(different).toMatchObject({
    bookAmount: 200,
    bankAmount: 190,
    difference: 10,
    status: 'open',
    bankReference: 'B2',
    openedBy: 'usr_approver',
  });

  // The next statement repeats a booking under its old name, books another once more, and shows what was missing.
  const next = camt053(
    [
      { id: a?.id ?? '', amount: 100, reference: 'B1' },
      { id: d?.id ?? '', amount: 400, reference: 'B9', day: '2026-03-03' },
      { id: c?.id ?? '', amount: 300, reference: 'B5', day: '2026-03-03' },
    ],
    { to: '2026-03-03' },
  );
  const second = await taken(brandId, next);
  expect([second.repeated, await kindsOf(second)]).toEqual([1, [`doubled ${d?.id}`]]);
  expect(second.totals).toEqual([{ currency: 'EUR', book: 300, bank: 700, exceptions: -400 }]);
  const missing = (await itemsOf(report)).find(({ kind }) => kind === 'missing');
  expect(missing).toMatchObject({ status: 'resolved', resolvedBy: 'system:payouts', resolution: `shown by ${second.id}` });
});

test('O-09 WE-59 of a withdrawal below the minimum the bank shows what is left after the fee; what comes back gives the fee back', async () => {
  const brandId = newId('brand');
  const partnerId = newId('partner');
  await s.deliver(brandChanged(brandId), partnerChanged(partnerId));
  const terms = { pay: { anchor: 'month-end', days: 7 }, minimum: 1000, forced: { minimum: 100, fee: 50 } };
  await s.request(builder).post(`/api/v1/brands/${brandId}/payout-schedules`).send(terms).expect(201);
  const funding = { rail: 'bank-file', account: { name: 'Brand', iban } };
  await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send(funding).expect(201);
  await addMethod(s, partnerId, { kind: 'bank-account', account: { name: 'Ada', iban: 'SE4550000000058398257466' } });
  await earned(s, { brandId, partnerId }, 999);
  const run = (await s.request(builder).post(`/api/v1/partners/${partnerId}/withdrawals`).send({ brandId }).expect(201)).body;
  await sendOut(s, run);
  const id = run.payouts[0].id as string;
  // With the fee it is another amount, and settles nothing.
  const gross = await taken(brandId, pain002([{ id, status: 'ACSC', amount: 999 }]));
  expect([await kindsOf(gross), (await statusOf(id))[0]]).toEqual([[`different ${id}`], 'submitted']);
  const report = await taken(brandId, camt053([{ id, amount: 949, reference: 'B1' }], { opening: 10_000 }));
  expect([await kindsOf(report), (await statusOf(id))[0]]).toEqual([[], 'settled']);
  expect(report.totals).toEqual([{ currency: 'EUR', book: 949, bank: 949, exceptions: 0 }]);
  expect(await balanceOf(s, partnerId)).toMatchObject({ payable: 0, paid: 949, fees: 50 });
  const back = { id, amount: 949, side: 'CRDT', returned: 'AC04', reference: 'R1', day: '2026-03-03' } as const;
  const returned = await taken(brandId, camt053([back], { to: '2026-03-03' }));
  expect(returned.totals).toEqual([{ currency: 'EUR', book: -949, bank: -949, exceptions: 0 }]);
  expect(await balanceOf(s, partnerId)).toMatchObject({ payable: 999, paid: 0, fees: 0 });
  await expectSoundBooks(s);
});

test('FF16 a CSV statement: what was handed over is missing only once the bank had its days; a batch booked as one sum is taken apart', async () => {
  const { brandId, payouts } = await atTheBank(100, 250);
  const csv = (day: string, ...rows: string[]) =>
    ['bookedOn,amount,currency,endToEndId,reference', ...rows.map((row) => `${day},${row}`)].join('\r\n');
  const early = await taken(brandId, csv('2026-03-03', '-1.00,EUR,elsewhere,X1'), { type: 'text/csv' });
  expect(await kindsOf(early)).toEqual(['extra null']);
  const late = await taken(brandId, csv('2026-03-09', '-2.00,EUR,elsewhere,X2'), { type: 'text/csv' });
  expect(await kindsOf(late)).toEqual(['extra null', ...payouts.map(({ id }) => `missing ${id}`)].sort());
  expect(late.totals).toEqual([{ currency: 'EUR', book: 350, bank: 200, exceptions: 150 }]);

  const other = await atTheBank(100, 250);
  const batch = `${other.runId.slice(-16)}${other.brandId.slice(-8)}.0`;
  const report = await taken(other.brandId, camt053([{ amount: 350, batch, reference: 'SUM' }]));
  expect(report).toMatchObject({ lines: 1, recognised: 2, itemIds: [], totals: [{ book: 350, bank: 350, exceptions: 0 }] });
  expect(await Promise.all(other.payouts.map(({ id }) => statusOf(id)))).toEqual([
    ['settled', null],
    ['settled', null],
  ]);
  const unfit = await taken(other.brandId, camt053([{ amount: 351, batch, reference: 'SUM2' }]));
  expect(await kindsOf(unfit)).toEqual(['extra null']);
});

test('SEC20 a difference is explained once, with a reason, by another person than who handed the file in; the database holds it too', async () => {
  const { brandId } = await atTheBank(100);
  const report = await taken(brandId, camt053([{ id: 'rent', amount: 5000 }]));
  const [itemId] = report.itemIds;
  const resolve = (who: object, body: object = { resolution: 'rent, paid from the wrong account' }) =>
    s.request(who).post(`/api/v1/reconciliation-items/${itemId}/resolve`).send(body);
  expect((await resolve(approver).expect(403)).body.code).toBe('four-eyes');
  await resolve({ ...approver, actorId: 'usr_other' }, {}).expect(422);
  await resolve({ ...builder, actorId: 'usr_other' }).expect(403);
  await expect(
    s.sql(
      `UPDATE reconciliation_item SET status = 'resolved', resolution = 'x', resolved_by = opened_by, resolved_at = now() WHERE id = $1`,
      [itemId],
    ),
  ).rejects.toThrow('reconciliation_item_four_eyes');
  await expect(s.sql(`UPDATE reconciliation_item SET status = 'resolved' WHERE id = $1`, [itemId])).rejects.toThrow('resolved_with_reason');
  await expect(s.sql('UPDATE bank_report SET lines = 0')).rejects.toThrow('append-only');
  await expect(s.sql('DELETE FROM bank_booking')).rejects.toThrow('append-only');
  const { body } = await resolve({ ...approver, actorId: 'usr_other' }).expect(200);
  expect(body).toMatchObject({ status: 'resolved', resolvedBy: 'usr_other', resolution: 'rent, paid from the wrong account' });
  expect((await resolve({ ...approver, actorId: 'usr_third' }).expect(409)).body.code).toBe('item-resolved');
  const resolved = (await s.published('payouts.reconciliation.resolved.v1')).filter(({ subject }) => subject === itemId);
  expect(resolved).toHaveLength(1);
  // Handed in again, the difference stays explained.
  const again = await taken(brandId, camt053([{ id: 'rent', amount: 5000 }], { opening: 1 }));
  expect(again.itemIds).toEqual([itemId]);
  expect((await s.request().get(`/api/v1/reconciliation-items/${itemId}`).expect(200)).body.status).toBe('resolved');
});

test('files that cannot be trusted are refused whole: entities, another account, sums that do not hold, no roles, other brands', async () => {
  const { brandId, payouts } = await atTheBank(100);
  const good = camt053([{ id: payouts[0]?.id ?? '', amount: 100 }]);
  const bomb = good.replace('<Document', '<!DOCTYPE d [<!ENTITY a "aa">]><Document');
  const nested = `<Document>${'<a b="/>">'.repeat(100_000)}${'</a>'.repeat(100_000)}</Document>`;
  const unreadable = [
    bomb,
    nested,
    '<Document>',
    '<Document/>',
    good.replace('1.00', '1.005'),
    good.replace('1.00', '-1.00'),
    good.replace('>DBIT<', '>BOTH<'),
    good.replace('2026-03-02<', '2026-02-30<'),
    camt053([{ id: payouts[0]?.id ?? '', amount: 100 }], { opening: 1000, closing: 901 }),
    'no xml',
  ];
  for (const text of unreadable)
    expect([text.slice(0, 60), (await upload(brandId, text)).body.code]).toEqual([text.slice(0, 60), 'bank-report-unreadable']);
  expect((await upload(brandId, camt053([], { of: 'SE4550000000058398257466' }))).body.code).toBe('bank-report-other-account');
  expect((await upload(brandId, good, { type: 'application/json' })).status).toBe(415);
  expect((await upload(brandId, `<a>${' '.repeat(17 * 1024 * 1024)}</a>`)).status).toBe(413);
  expect((await upload(brandId, pain002([]), { as: '?as=statement' })).status).toBe(422);
  expect(await s.sql('SELECT 1 FROM bank_report WHERE brand_id = $1', [brandId])).toEqual([]);

  await s.request(builder).post(`/api/v1/brands/${brandId}/bank-reports`).set('content-type', 'application/xml').send(good).expect(403);
  const report = await taken(brandId, good);
  const stranger = { ...approver, brandIds: [newId('brand')] };
  for (const address of [`/api/v1/bank-reports/${report.id}`, `/api/v1/reconciliation-items/${newId('reconciliationItem')}`])
    await s.request(stranger).get(address).expect(404);
  expect((await s.request(stranger).get('/api/v1/bank-reports').expect(200)).body.data).toEqual([]);
  await s.request(stranger).post(`/api/v1/brands/${brandId}/bank-reports`).set('content-type', 'application/xml').send(good).expect(404);
});

test('a caller of one brand moves on a run that spans brands; files lie encrypted', async () => {
  const { brandId, payouts, runId } = await atTheBank(100);
  await s.sql('UPDATE payout_run SET brand_ids = brand_ids || $2::text WHERE id = $1', [runId, newId('brand')]);
  const own = { ...approver, brandIds: [brandId] };
  const file = camt053([{ id: payouts[0]?.id ?? '', amount: 100 }]);
  await s.request(own).post(`/api/v1/brands/${brandId}/bank-reports`).set('content-type', 'application/xml').send(file).expect(201);
  expect(await s.sql('SELECT status FROM payout_run WHERE id = $1', [runId])).toEqual([{ status: 'completed' }]);
  expect(await s.sql(`SELECT 1 FROM bank_report WHERE content LIKE '%Document%' OR content LIKE '%${iban}%'`)).toEqual([]);
});
