import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, type ServiceName, serviceNames } from '@tributary/contracts';
import { principalHeader, principalVerifier, type Upstream } from '@tributary/service-kit';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import supertest from 'supertest';
import { compose } from './composition.js';

const adminKey = 'trib_test_administrator';
const outside = new URL('http://127.0.0.1:1').origin;

/** A service behind the door that says what it was sent. */
const echo: Server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/readyz') return response.end('{"status":"ready"}');
    if (request.url?.startsWith('/internal/clock')) return response.end('{"now":"x"}');
    if (request.url?.startsWith('/internal/quiet')) return response.end('{"quiet":true,"unpublished":0,"pending":0,"parked":0}');
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }),
    );
  });
});

let gateway: TestService;
beforeAll(async () => {
  await new Promise<void>((resolve) => void echo.listen(0, '127.0.0.1', resolve));
  const there: Upstream = { kind: 'http', baseUrl: `http://127.0.0.1:${(echo.address() as AddressInfo).port}` };
  const away: Upstream = { kind: 'http', baseUrl: outside };
  const upstreams = Object.fromEntries(
    serviceNames.filter((name) => name !== 'gateway').map((name) => [name, name === 'insights' ? away : there]),
  ) as Record<ServiceName, Upstream>;
  gateway = await startTestService((environment) => compose(environment, { upstreams }), {
    env: { TRIBUTARY_ADMIN_KEY: adminKey, TRIBUTARY_RATE_LIMIT: '50' },
    now: new Date('2026-03-01T00:00:00Z'),
  });
});
afterAll(async () => {
  await gateway.stop();
  echo.closeAllConnections();
  echo.close();
});

const as = (key: string) => supertest.agent(gateway.url).set('Authorization', `Bearer ${key}`);
const admin = () => as(adminKey);
const makeKey = async (body: object) =>
  (
    await admin()
      .post('/api/v1/api-keys')
      .send({ name: 'test', ...body })
      .expect(201)
  ).body;

test('a request with a key reaches its service with a signed principal, and nothing of ours from outside', async () => {
  const answer = await admin()
    .get('/api/v1/partners?limit=3')
    .set('x-tributary-principal', 'forged')
    .set('x-tributary-other', 'x')
    .expect(200);
  expect(answer.body).toMatchObject({ method: 'GET', url: '/api/v1/partners?limit=3' });
  expect(answer.body.headers).not.toHaveProperty('x-tributary-other');
  expect(answer.body.headers).not.toHaveProperty('authorization');
  const principal = await principalVerifier(gateway.environment.keys)(answer.body.headers[principalHeader]);
  expect(principal).toMatchObject({ actorKind: 'key', roles: ['administrator'], brandIds: [] });
});

test('bodies stream through unchanged', async () => {
  const events = JSON.stringify({ events: Array.from({ length: 1000 }, (_, index) => ({ index })) });
  const answer = await admin().post('/api/v1/events').set('content-type', 'application/json').send(events).expect(200);
  expect(answer.body.body).toBe(events);
});

test('no key, a wrong key and an unknown path', async () => {
  const nobody = supertest(gateway.url);
  expect((await nobody.get('/api/v1/partners').expect(401)).body.code).toBe('not-signed-in');
  expect((await as('trib_wrong').get('/api/v1/partners').expect(401)).body.code).toBe('not-signed-in');
  expect((await nobody.get('/api/v1/me').expect(401)).body.code).toBe('not-signed-in');
  expect((await admin().get('/api/v1/nonsense').expect(404)).body).toMatchObject({ code: 'not-found', status: 404 });
});

test('a role that lacks the permission is stopped at the door', async () => {
  const { key } = await makeKey({ roles: ['analytics-viewer'] });
  const answer = await as(key).post('/api/v1/deals').send({}).expect(403);
  expect(answer.body).toMatchObject({ code: 'not-permitted', detail: 'This needs the permission deal:write.' });
});

test('tracking is public and needs no key', async () => {
  const answer = await supertest(gateway.url).get('/c/abc?sub1=x').set('x-tributary-principal', 'forged').expect(200);
  expect(answer.body.url).toBe('/c/abc?sub1=x');
  expect(answer.body.headers).not.toHaveProperty(principalHeader);
});

test('a service that is away is named', async () => {
  const answer = await admin().get('/api/v1/insights/activity').expect(503);
  expect(answer.body).toMatchObject({ code: 'temporarily-unavailable', detail: 'The service insights does not answer.' });
  expect(answer.headers['retry-after']).toBe('1');
});

test('a key is shown once, its secret is never kept, and a revoked one is refused at once', async () => {
  const made = await makeKey({ roles: ['auditor'] });
  const me = await as(made.key).get('/api/v1/me').expect(200);
  expect(me.body).toMatchObject({ actorId: made.id, roles: ['auditor'] });
  const listed = await admin().get('/api/v1/api-keys').expect(200);
  expect(JSON.stringify(listed.body)).not.toContain(made.key);
  expect(JSON.stringify(await gateway.sql('SELECT * FROM api_key'))).not.toContain(made.key);
  await admin().delete(`/api/v1/api-keys/${made.id}`).expect(200);
  await as(made.key).get('/api/v1/me').expect(401);
});

test('a key for a brand that has not been heard of waits, and then answers reference-not-yet-known', async () => {
  const brandId = newId('brand');
  const refused = await admin()
    .post('/api/v1/api-keys')
    .send({ name: 'early', roles: ['auditor'], brandIds: [brandId] })
    .expect(409);
  expect(refused.body.code).toBe('reference-not-yet-known');
  const policy = { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 0, financeThreshold: 0, minimumPayout: 0 };
  const programId = newId('program');
  await gateway.deliver(
    anEvent('directory.brand.changed.v1', {
      brandId,
      name: 'Acme',
      slug: 'acme',
      currency: 'EUR',
      timeZone: 'UTC',
      status: 'active',
      defaultProgramId: programId,
      programIds: [programId],
      policy,
      changedAt: '2026-03-01T00:00:00.000Z',
    }),
  );
  const scoped = await makeKey({ roles: ['administrator'], brandIds: [brandId] });
  const answer = await as(scoped.key)
    .post('/api/v1/api-keys')
    .send({ name: 'more', roles: ['auditor'], brandIds: [] })
    .expect(403);
  expect(answer.body.code).toBe('cannot-grant-more-than-own');
  const listed = await as(scoped.key).get('/api/v1/api-keys').expect(200);
  expect(listed.body.data.map((key: { id: string }) => key.id)).toEqual([scoped.id]);
});

test('the clock moves forward only, and the fact is told', async () => {
  // insights is away: nothing is half done, and the answer says which service is missing.
  const missing = await admin().post('/api/v1/clock').send({ now: '2026-04-01T00:00:00.000Z' }).expect(503);
  expect(missing.body.detail).toContain('insights');
  const backwards = await admin().post('/api/v1/clock').send({ now: '2020-01-01T00:00:00.000Z' }).expect(422);
  expect(backwards.body.code).toBe('clock-backwards');
  expect((await admin().get('/api/v1/clock').expect(200)).body).toMatchObject({ simulated: true });
});

test('readiness and quiet name who is away', async () => {
  const ready = await supertest(gateway.url).get('/readyz').expect(503);
  expect(ready.body.services).toContainEqual({ service: 'insights', status: 'away' });
  const quiet = await admin().get('/api/v1/operations/quiet').expect(200);
  expect(quiet.body.quiet).toBe(false);
});

test('parked messages of all services are listed, and an unknown one is a 404', async () => {
  expect((await admin().get('/api/v1/operations/parked?service=gateway').expect(200)).body).toEqual({
    data: [],
    nextCursor: null,
    unavailable: [],
  });
  const nowhere = await admin().post(`/api/v1/operations/parked/gateway/${crypto.randomUUID()}/replay`).expect(404);
  expect(nowhere.body.code).toBe('parked-not-found');
});

test('too many requests of one key are told when to come back', async () => {
  const { key } = await makeKey({ roles: ['auditor'] });
  const answers = await Promise.all(Array.from({ length: 520 }, () => as(key).get('/api/v1/brands')));
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
});

test('the pages and the document are served, and let nothing in from elsewhere', async () => {
  for (const path of ['/', '/api', '/api/scalar.js', '/landing.js', '/icon.svg']) await supertest(gateway.url).get(path).expect(200);
  const page = await supertest(gateway.url).get('/api').expect(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  const document = await supertest(gateway.url).get('/api/openapi.json').expect(200);
  expect(document.body.openapi).toMatch(/^3\.1/);
});
