import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { createPool } from '@tributary/service-kit';
import { eventually, startTestService, type TestService } from '@tributary/testkit';
import { brandEvent } from './brands.js';
import { composeNotes } from './notes/notes.js';

let notes: TestService<undefined>;
const brandId = newId('brand');
const otherBrandId = newId('brand');

const count = async (table: string) => Number((await notes.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n);

beforeAll(async () => {
  notes = await startTestService(composeNotes, { now: new Date('2026-03-01T00:00:00Z') });
  await notes.deliver(brandEvent(brandId), brandEvent(otherBrandId));
});
afterAll(() => notes.stop());

test('X-04 the same key gives the stored answer, and one effect', async () => {
  const send = () => notes.request({ actorId: 'key_a' }).post('/api/v1/notes').set('idempotency-key', 'k1').send({ brandId, body: 'once' });
  const [first, again] = [await send().expect(201), await send().expect(201)];
  expect(again.body).toEqual(first.body);
  expect(again.headers['etag']).toBe('"1"');
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await count("note WHERE body = 'once'")).toBe(1);
});

test('what a command asks of others is asked once, before its transaction, though it waits for what it needs', async () => {
  const send = (id: string) => notes.request().post('/api/v1/notes').send({ brandId: id, body: 'asks' });
  const asked = async () => Number((await send(brandId).expect(201)).headers['x-asked-before']);
  const before = await asked();
  const late = newId('brand');
  const [answer] = await Promise.all([
    send(late),
    new Promise((resolve) => setTimeout(resolve, 100)).then(() => notes.deliver(brandEvent(late))),
  ]);
  expect(answer.status).toBe(201);
  expect([Number(answer.headers['x-asked-before']), await asked()]).toEqual([before + 1, before + 2]);
});

test('X-04 two requests with one key at the same time have one effect', async () => {
  const send = () => notes.request({ actorId: 'key_b' }).post('/api/v1/notes').set('idempotency-key', 'k1').send({ brandId, body: 'race' });
  const answers = await Promise.all([send(), send(), send()]);
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(await count("note WHERE body = 'race'")).toBe(1);
});

test('X-04 the same key with another body is a conflict; of another caller it is another key', async () => {
  const send = (actorId: string, body: string) =>
    notes.request({ actorId }).post('/api/v1/notes').set('idempotency-key', 'k2').send({ brandId, body });
  await send('key_a', 'first').expect(201);
  const conflict = await send('key_a', 'second').expect(409);
  expect(conflict.body).toMatchObject({
    code: 'idempotency-key-reused',
    status: 409,
    type: '/problems/idempotency-key-reused',
    requestId: expect.any(String),
  });
  expect(conflict.headers['content-type']).toMatch('application/problem+json');
  await send('key_b', 'second').expect(201);
});

test('a failure after the effect leaves nothing: no row, no event, no job, no answer', async () => {
  const before = [await count('note'), await count('messaging.outbox'), await count('pgboss.job'), await count('kit.idempotency')];
  const failed = await notes.request().post('/api/v1/notes').set('idempotency-key', 'k3').send({ brandId, body: 'crash' }).expect(500);
  expect(failed.body.code).toBe('internal-error');
  expect(JSON.stringify(failed.body)).not.toMatch('crash after');
  expect([await count('note'), await count('messaging.outbox'), await count('pgboss.job'), await count('kit.idempotency')]).toEqual(before);
});

test('O-12 a dry run answers the same and leaves nothing', async () => {
  const before = [await count('note'), await count('messaging.outbox'), await count('kit.idempotency')];
  const dry = await notes
    .request()
    .post('/api/v1/notes?dryRun=true')
    .set('idempotency-key', 'k4')
    .send({ brandId, body: 'dry' })
    .expect(200);
  expect(dry.body).toMatchObject({ brandId, body: 'dry', version: 1 });
  expect([await count('note'), await count('messaging.outbox'), await count('kit.idempotency')]).toEqual(before);
});

test('a command waits for what has not arrived yet', async () => {
  const late = newId('brand');
  const patient = await startTestService(composeNotes, { notYetKnownWaitMs: 5000 });
  try {
    const answer = patient
      .request()
      .post('/api/v1/notes')
      .send({ brandId: late, body: 'waits' })
      .then((response) => response);
    await patient.deliver(brandEvent(late));
    expect((await answer).status).toBe(201);
  } finally {
    await patient.stop();
  }
});

test('what never arrives is a conflict that says when to come back', async () => {
  const unknown = newId('brand');
  const answer = await notes.request().post('/api/v1/notes').send({ brandId: unknown, body: 'x' }).expect(409);
  expect(answer.body).toMatchObject({ code: 'reference-not-yet-known', detail: expect.stringContaining(unknown) });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test('a rejection names its reason and rolls back', async () => {
  const answer = await notes.request().post('/api/v1/notes').send({ brandId, body: 'forbidden' }).expect(422);
  expect(answer.body).toMatchObject({ code: 'reason-required', errors: [{ pointer: '/body', rule: 'must not be forbidden' }] });
});

test('unknown fields are named, in body and query', async () => {
  const body = await notes.request().post('/api/v1/notes').send({ brandId, body: 'x', colour: 'red', size: 1 }).expect(422);
  expect(body.body.errors).toEqual([
    { pointer: '/colour', rule: 'unknown-field' },
    { pointer: '/size', rule: 'unknown-field' },
  ]);
  const search = await notes.request().get('/api/v1/notes?colour=red').expect(422);
  expect(search.body.errors).toEqual([{ pointer: '?colour', rule: 'unknown-field' }]);
});

test.each([
  ['{"brandId":"a","brandId":"b"}', 400, 'json-not-strict'],
  ['{"body": 12345678901234567890}', 400, 'json-not-strict'],
  ['{"body":', 400, 'json-not-parseable'],
  ['', 422, 'request-invalid'],
])('a body that is not strict JSON is refused: %s', async (body, status, code) => {
  const answer = await notes.request().post('/api/v1/notes').set('content-type', 'application/json').send(body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test('another media type and a body too large are refused', async () => {
  expect((await notes.request().post('/api/v1/notes').type('form').send('a=b')).status).toBe(415);
  expect(
    (
      await notes
        .request()
        .post('/api/v1/notes')
        .send({ brandId, body: 'x'.repeat(2_000_000) })
    ).status,
  ).toBe(413);
});

test('a change needs the current version: 428 without, 412 stale, 200 with a new one', async () => {
  const { body: note } = await notes.request().post('/api/v1/notes').send({ brandId, body: 'versioned' }).expect(201);
  const change = () => notes.request().put(`/api/v1/notes/${note.id}`);
  expect((await change().send({ body: 'two' })).body.code).toBe('if-match-required');
  const done = await change().set('if-match', '"1"').send({ body: 'two' }).expect(200);
  expect(done.headers['etag']).toBe('"2"');
  const stale = await change().set('if-match', '"1"').send({ body: 'three' }).expect(412);
  expect(stale.body.code).toBe('version-stale');
});

test('401 without a principal, 403 for a role that may see but not do, 404 outside of the brand', async () => {
  expect((await notes.anonymous().get('/api/v1/notes')).body.code).toBe('not-signed-in');
  expect((await notes.anonymous().get('/api/v1/notes').set('x-tributary-principal', 'forged')).status).toBe(401);
  expect(
    (
      await notes
        .request({ roles: ['analytics-viewer'] })
        .post('/api/v1/notes')
        .send({ brandId, body: 'x' })
    ).status,
  ).toBe(403);
  expect(
    (
      await notes
        .request({ brandIds: [otherBrandId] })
        .post('/api/v1/notes')
        .send({ brandId, body: 'x' })
    ).status,
  ).toBe(404);
  expect((await notes.request({ brandIds: [otherBrandId] }).get(`/api/v1/notes?brandId=${brandId}`)).status).toBe(404);
  const { body: note } = await notes.request().post('/api/v1/notes').send({ brandId, body: 'hidden' }).expect(201);
  expect(
    (
      await notes
        .request({ brandIds: [otherBrandId] })
        .put(`/api/v1/notes/${note.id}`)
        .set('if-match', '1')
        .send({ body: 'y' })
    ).status,
  ).toBe(404);
  expect((await notes.request().get('/internal/quiet')).status).toBe(403);
  expect((await notes.request().get('/api/v1/nowhere')).body.code).toBe('not-found');
});

test('a caller of one brand sees nothing of another, and SQL without a scope sees nothing at all', async () => {
  await notes.request().post('/api/v1/notes').send({ brandId, body: 'a' }).expect(201);
  await notes.request().post('/api/v1/notes').send({ brandId: otherBrandId, body: 'b' }).expect(201);
  const seen = await notes
    .request({ brandIds: [otherBrandId] })
    .get('/api/v1/notes')
    .expect(200);
  expect(new Set(seen.body.data.map((row: { brandId: string }) => row.brandId))).toEqual(new Set([otherBrandId]));
  const bare = createPool(notes.database.databaseAppUrl, { max: 1, applicationName: 'test', onError: () => undefined });
  try {
    expect((await bare.query('SELECT * FROM note')).rows).toEqual([]);
    await expect(bare.query("INSERT INTO note (id, brand_id, body) VALUES ('x', $1, 'x')", [brandId])).rejects.toThrow(
      'row-level security',
    );
    await expect(bare.query('CREATE TABLE public.mine (id int)')).rejects.toThrow('permission denied');
  } finally {
    await bare.end();
  }
});

test('the application role cannot change what is append-only', async () => {
  const { body: note } = await notes.request().post('/api/v1/notes').send({ brandId, body: 'historic' }).expect(201);
  expect((await notes.request().delete(`/api/v1/notes/${note.id}/history`)).status).toBe(500);
  await expect(notes.db.pool.query("UPDATE note_history SET what = 'x'")).rejects.toThrow('permission denied');
  await expect(notes.db.pool.query('TRUNCATE note_history')).rejects.toThrow('permission denied');
});

test('lists come in pages with an opaque cursor', async () => {
  const first = await notes.request().get('/api/v1/notes?limit=2').expect(200);
  expect(first.body.data).toHaveLength(2);
  const second = await notes.request().get('/api/v1/notes').query({ limit: 2, cursor: first.body.nextCursor }).expect(200);
  expect(second.body.data[0].id > first.body.data[1].id).toBe(true);
  expect((await notes.request().get('/api/v1/notes?cursor=nonsense')).body.code).toBe('cursor-invalid');
});

test('an event published carries the business clock and its context; the relay has sent it', async () => {
  await notes
    .request({ actorId: 'key_c' })
    .post('/api/v1/notes')
    .set('x-correlation-id', 'conv-1')
    .send({ brandId, body: 'event' })
    .expect(201);
  const events = await notes.published('notifications.message.sent.v1');
  const event = events.at(-1);
  expect(event).toMatchObject({ correlationid: 'conv-1', actorid: 'key_c', brandid: brandId });
  expect(event?.time.slice(0, 4)).toBe('2026');
  await eventually('the relay has published it', () => notes.bus.sent.some((sent) => sent.id === event?.id));
});

test('moving the clock runs the jobs of the clock and those enqueued, and only goes forward', async () => {
  await notes.request().post('/api/v1/notes').send({ brandId, body: 'to remind' }).expect(201);
  await notes.moveClock('2026-06-01T00:00:00Z');
  expect(notes.clock.now().toISOString()).toMatch('2026-06-01');
  const swept = await notes.sql<{ at: Date }>("SELECT at FROM note_history WHERE what = 'swept'");
  expect(swept[0]?.at.toISOString()).toMatch('2026-06-01');
  expect(await count('note WHERE reminded_at IS NULL')).toBe(0);
  await expect(notes.moveClock('2026-05-01T00:00:00Z')).rejects.toThrow('422');
});

test('readiness says degraded while the bus is away, and intake goes on', async () => {
  expect((await notes.anonymous().get('/readyz')).body.status).toBe('ready');
  notes.bus.become('down');
  try {
    const ready = await notes.anonymous().get('/readyz').expect(200);
    expect(ready.body).toEqual({ status: 'degraded', reasons: ['bus is down'] });
    await notes.request().post('/api/v1/notes').send({ brandId, body: 'accepted' }).expect(201);
  } finally {
    notes.bus.become('up');
  }
  await notes.anonymous().get('/healthz').expect(200);
});
