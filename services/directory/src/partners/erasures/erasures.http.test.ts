import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DataOf, newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../../composition.js';

let s: TestService;
beforeAll(async () => {
  s = await startTestService(compose, { now: new Date('2026-03-01T12:00:00.000Z') });
});
afterAll(() => s.stop());

const first = { actorId: 'usr_first' };
const second = { actorId: 'usr_second' };
const canary = { name: 'Canary Lovelace', email: 'canary@example.com', externalId: 'canary-7', attributes: { phone: 'canary 0123' } };
const someone = { name: 'Ada', email: 'ada@example.com' };

const make = async (body: object = someone, key: string = newId('event')) =>
  (await s.request().post('/api/v1/partners').set('idempotency-key', key).send(body).expect(201)).body.id as string;
const ask = (partnerId: string, body: object = {}, as: object = first) =>
  s.request(as).post(`/api/v1/partners/${partnerId}/erasures`).send(body);
const act = (id: string, action: 'confirm' | 'withdraw', as: object) => s.request(as).post(`/api/v1/erasures/${id}/${action}`).send({});
const read = async (id: string) => (await s.request().get(`/api/v1/erasures/${id}`).expect(200)).body;
const confirmed = async (partnerId: string, body: object = {}) => {
  const { id } = (await ask(partnerId, body).expect(201)).body;
  await act(id, 'confirm', second).expect(200);
  return id as string;
};
const answer = (erasureId: string, partnerId: string, sequence: number, data: Partial<DataOf<'payouts.erasure.answered.v1'>>) =>
  anEvent(
    'payouts.erasure.answered.v1',
    { erasureId, partnerId, answer: 'waiting', waitingFor: [], retained: [], answeredAt: '2026-03-01T13:00:00.000Z', ...data },
    { subject: erasureId, sequence },
  );
const erasedEvents = async (partnerId: string) =>
  (await s.published('directory.subject.erased.v1')).filter(({ subject }) => subject === partnerId);

/** The tables in which anything of the canary stands. */
async function canaries(): Promise<string[]> {
  const tables = await s.sql<{ name: string }>(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found = await Promise.all(tables.map(({ name }) => s.sql(`SELECT 1 FROM ${name} t WHERE t::text ILIKE '%canary%'`)));
  return tables.map(({ name }) => name).filter((_, index) => found[index]?.length !== 0);
}

test('FG10 C-09 INV-A4 an erasure waits for what is open, then nothing personal is left in any table, and the others are told once', async () => {
  const partnerId = await make(canary, 'one-command');
  await s.request().post(`/api/v1/partners/${partnerId}/contact`).send({ email: 'canary-2@example.com' }).expect(201);
  const other = await make();
  const id = await confirmed(partnerId);
  const [told] = (await s.published('directory.erasure.confirmed.v1')).filter(({ subject }) => subject === id);
  expect(told).toMatchObject({ partnerid: partnerId, actorid: second.actorId, data: { partnerId, balance: 'pay-first' } });

  const waitingFor = [{ kind: 'payout' as const, payoutId: newId('payout') }];
  await s.deliver(answer(id, partnerId, 1, { waitingFor }));
  expect(await read(id)).toMatchObject({ status: 'confirmed', waitingFor, erasedAt: null });
  expect(await canaries()).not.toEqual([]);
  expect((await s.request().get(`/api/v1/partners/${partnerId}`).expect(200)).body.name).toBe(canary.name);

  const clear = answer(id, partnerId, 2, { answer: 'clear' });
  await s.deliver(clear);
  await s.deliver(clear, answer(id, partnerId, 1, { waitingFor }));
  expect(await read(id)).toMatchObject({ status: 'erased', waitingFor: [], erasedAt: '2026-03-01T13:00:00.000Z' });
  expect(await canaries()).toEqual([]);
  expect(await erasedEvents(partnerId)).toMatchObject([{ data: { erasureId: id, subjectKind: 'partner', subjectId: partnerId } }]);
  const told2 = (await s.published('directory.partner.changed.v1')).filter(({ subject }) => subject === partnerId).at(-1);
  expect(told2).toMatchObject({ sequence: 3, data: { status: 'archived' } });

  const shown = (await s.request().get(`/api/v1/partners/${partnerId}`).expect(200)).body;
  expect(shown).toMatchObject({
    name: 'Erased partner',
    email: null,
    externalId: null,
    attributes: {},
    erasedAt: '2026-03-01T13:00:00.000Z',
  });
  expect((await s.request().get(`/api/v1/partners/${other}`).expect(200)).body).toMatchObject({ ...someone, erasedAt: null });

  const retained = [{ kind: 'tax-records' as const, until: '2036-12-31T23:00:00.000Z' }];
  await s.deliver(answer(id, partnerId, 3, { answer: 'erased', retained }));
  expect(await read(id)).toMatchObject({ status: 'erased', retained });

  // Nothing personal comes back.
  const refused = async (path: string, body: object) => (await s.request().post(path).send(body).expect(410)).body.code;
  expect(await refused(`/api/v1/partners/${partnerId}/contact`, { email: 'canary@example.com' })).toBe('partner-erased');
  const brand = (
    await s.request().post('/api/v1/brands').send({ name: 'Acme', slug: 'acme', currency: 'EUR', timeZone: 'UTC' }).expect(201)
  ).body;
  expect(await refused(`/api/v1/partners/${partnerId}/enrollments`, { brandId: brand.id })).toBe('partner-erased');
  await s.request({ actorId: 'system:notifications', actorKind: 'system' }).get(`/internal/partners/${partnerId}/contact`).expect(410);
  expect((await ask(partnerId).expect(409)).body.code).toBe('erasure-exists');
  // Whoever sends the first command again makes no second partner.
  const again = s.request().post('/api/v1/partners').set('idempotency-key', 'one-command').send(canary);
  expect((await again.expect(409)).body.code).toBe('idempotency-key-reused');
});

test('SEC20 two people erase, who see every brand; what nobody confirmed can be taken back', async () => {
  const partnerId = await make();
  await ask(partnerId, {}, { roles: ['programme-manager'] }).expect(403);
  await ask(newId('partner')).expect(404);
  const brand = (await s.request().post('/api/v1/brands').send({ name: 'B', slug: 'b', currency: 'EUR', timeZone: 'UTC' }).expect(201))
    .body;
  await s.request().post(`/api/v1/partners/${partnerId}/enrollments`).send({ brandId: brand.id }).expect(201);
  expect((await ask(partnerId, {}, { brandIds: [brand.id] }).expect(403)).body.code).toBe('erasure-needs-every-brand');

  const { id, status, balance } = (await ask(partnerId, { balance: 'waived' }).expect(201)).body;
  expect([status, balance]).toEqual(['requested', 'waived']);
  expect((await act(id, 'confirm', first).expect(403)).body.code).toBe('four-eyes');
  await act(id, 'confirm', { ...second, brandIds: [brand.id] }).expect(404);
  expect((await act(id, 'withdraw', first).expect(200)).body).toMatchObject({ status: 'withdrawn', withdrawnBy: first.actorId });
  expect((await act(id, 'confirm', second).expect(409)).body).toMatchObject({
    code: 'erasure-state-forbids',
    detail: 'It is withdrawn already',
  });
  const next = await confirmed(partnerId);
  await act(next, 'withdraw', first).expect(409);
  const list = (await s.request().get(`/api/v1/erasures?partnerId=${partnerId}`).expect(200)).body.data;
  expect(list.map((one: { id: string; status: string }) => [one.id, one.status])).toEqual([
    [next, 'confirmed'],
    [id, 'withdrawn'],
  ]);
  expect(
    (
      await s
        .request({ brandIds: [brand.id] })
        .get('/api/v1/erasures')
        .expect(200)
    ).body.data,
  ).toEqual([]);
});

test('SEC20 FG10 the database refuses one person alone, an erasure of nobody, and anything personal of the erased', async () => {
  const partnerId = await make({ ...someone, externalId: 'ada-1' });
  const { id } = (await ask(partnerId).expect(201)).body;
  const fails = async (sql: string, message: RegExp) => {
    const client = await s.db.pool.connect();
    try {
      await client.query("BEGIN; SET LOCAL app.brands = '*'");
      await expect(client.query(sql)).rejects.toThrow(message);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  };
  const set = (assignments: string) => `UPDATE erasure SET ${assignments} WHERE id = '${id}'`;
  await fails(set(`status = 'confirmed', confirmed_by = '${first.actorId}', confirmed_at = now()`), /erasure_four_eyes/);
  await fails(
    set("status = 'erased', confirmed_by = 'x', confirmed_at = now(), erased_at = now()"),
    /does not go from requested to erased/,
  );
  await fails(set("requested_by = 'somebody'"), /is not rewritten/);
  await fails(
    `UPDATE partner SET name = 'Erased partner', email = NULL, external_id = NULL, erased_at = now() WHERE id = '${partnerId}'`,
    /nobody confirmed/,
  );
  await fails(`UPDATE partner SET email = NULL WHERE id = '${partnerId}'`, /has an address/);
  await fails(`SELECT forget_former_contacts('${partnerId}')`, /only of an erased partner/);
  await act(id, 'confirm', second).expect(200);
  await s.deliver(answer(id, partnerId, 1, { answer: 'clear' }));
  await fails(set("status = 'confirmed', erased_at = NULL"), /does not go from erased/);
  await fails(`UPDATE partner SET name = 'Ada' WHERE id = '${partnerId}'`, /has been erased/);
  await fails(`UPDATE partner SET erased_at = NULL WHERE id = '${partnerId}'`, /does not come back/);
});

test('FC11 a directory that was restored to a moment before an erasure erases again when payouts tell of it', async () => {
  const partnerId = await make(canary);
  const lost = newId('erasure');
  const done = answer(lost, partnerId, 3, { answer: 'erased', retained: [{ kind: 'payment-records', until: '2036-12-31T00:00:00.000Z' }] });
  await s.deliver(done);
  expect(await read(lost)).toMatchObject({
    status: 'erased',
    requestedBy: 'system:directory',
    confirmedBy: 'system:payouts',
    retained: done.data.retained,
  });
  expect((await s.request().get(`/api/v1/partners/${partnerId}`).expect(200)).body.email).toBeNull();
  // Or one that had not been confirmed by then.
  const other = await make({ ...canary, externalId: 'canary-8' });
  const { id } = (await ask(other).expect(201)).body;
  await s.deliver(answer(id, other, 2, { answer: 'clear' }));
  expect(await read(id)).toMatchObject({ status: 'erased', requestedBy: first.actorId, confirmedBy: 'system:payouts' });
  expect(await canaries()).toEqual([]);
  // Of a partner who is not known here yet, it is kept until he is.
  await s.deliver(answer(newId('erasure'), newId('partner'), 1, { answer: 'erased' }));
});

test('FC11 FG10 payouts that were restored while an erasure waited count anew, and their word that it is clear holds all the same', async () => {
  const partnerId = await make({ ...canary, externalId: 'canary-9' });
  const id = await confirmed(partnerId);
  const waitingFor = [{ kind: 'payout' as const, payoutId: newId('payout') }];
  await s.deliver(answer(id, partnerId, 5, { waitingFor }));
  await s.deliver(answer(id, partnerId, 2, { answer: 'clear' }));
  expect(await read(id)).toMatchObject({ status: 'erased', waitingFor: [] });
  await s.deliver(answer(id, partnerId, 3, { waitingFor }), answer(id, partnerId, 4, { answer: 'clear' }));
  expect(await read(id)).toMatchObject({ status: 'erased', waitingFor: [] });
  expect(await erasedEvents(partnerId)).toHaveLength(1);
});
