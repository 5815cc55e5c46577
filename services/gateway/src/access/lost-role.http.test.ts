import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, type ServiceName, serviceNames } from '@tributary/contracts';
import type { Upstream } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import supertest from 'supertest';
import { compose } from '../composition.js';

const adminKey = 'trib_test_administrator';
const heard: string[] = [];
/** Services behind the door: they only write down what reaches them. */
const behind: Server = createServer((request, response) => {
  heard.push(`${request.method} ${request.url}`);
  response.setHeader('content-type', 'application/json').end('{}');
});

let gateway: TestService;
beforeAll(async () => {
  await new Promise<void>((resolve) => void behind.listen(0, '127.0.0.1', resolve));
  const there: Upstream = { kind: 'http', baseUrl: `http://127.0.0.1:${(behind.address() as AddressInfo).port}` };
  const upstreams = Object.fromEntries(serviceNames.filter((name) => name !== 'gateway').map((name) => [name, there]));
  gateway = await startTestService((environment) => compose(environment, { upstreams: upstreams as Record<ServiceName, Upstream> }), {
    env: { TRIBUTARY_ADMIN_KEY: adminKey },
  });
});
afterAll(async () => {
  await gateway.stop();
  behind.closeAllConnections();
  behind.close();
});

const as = (key: string) => supertest.agent(gateway.url).set('Authorization', `Bearer ${key}`);

test('FG5 an approver whose key is revoked between the page and the click is refused at once, and nothing of the click goes on', async () => {
  const run = newId('run');
  const made = await as(adminKey)
    .post('/api/v1/api-keys')
    .send({ name: 'approver', roles: ['finance-approver'] })
    .expect(201);
  await as(made.body.key).get(`/api/v1/payout-runs/${run}`).expect(200);
  await as(adminKey).delete(`/api/v1/api-keys/${made.body.id}`).expect(200);
  await as(made.body.key).post(`/api/v1/payout-runs/${run}/approve`).send({}).expect(401);
  expect(heard).toEqual([`GET /api/v1/payout-runs/${run}`]);
});
