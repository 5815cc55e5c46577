import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ephemeralKeys } from '../platform/keys.js';
import { closeServer, listen } from '../service/run.js';
import { type InternalClient, internalClient, type Upstream, UpstreamFailed } from './internal-client.js';
import { createServer } from './prepared.js';
import { principalHeader, principalSigner, principalVerifier, systemPrincipal } from './principal.js';

const keys = ephemeralKeys();
const sign = principalSigner(keys);
const verify = principalVerifier(keys);
const me = systemPrincipal('notifications');

/** Says what it was asked, or misbehaves as the path tells it to. */
const server = createServer(async (request, response) => {
  if (request.url === '/never') return;
  if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setImmediate(() => response.destroy());
    return;
  }
  if (request.url === '/no') return void response.writeHead(404).end();
  if (request.url === '/large') return void response.end(Buffer.alloc(5_000_000, 'x'));
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const token = request.headers[principalHeader];
  const principal = typeof token === 'string' ? await verify(token) : null;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url, body, type: request.headers['content-type'], principal }));
});
const handler = server.listeners('request')[0] as (Upstream & { kind: 'handler' })['handler'];
let baseUrl = '';
beforeAll(async () => {
  baseUrl = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await closeServer(server);
});

describe.each<[string, () => Upstream]>([
  ['over HTTP', () => ({ kind: 'http', baseUrl })],
  ['in process', () => ({ kind: 'handler', handler })],
])('%s', (_name, upstream) => {
  let client: InternalClient;
  beforeAll(() => {
    client = internalClient(upstream(), sign, { as: me });
  });
  afterAll(() => client.close());
  const asked = async (call: Parameters<InternalClient['send']>[0]) => JSON.parse((await client.send(call)).body.toString());

  test('calls are signed with the system principal, another one, or none', async () => {
    expect(await asked({ path: '/a?b=c' })).toEqual({ method: 'GET', url: '/a?b=c', body: '', principal: me });
    const key = { actorId: 'key_a', actorKind: 'key', roles: [], brandIds: ['brd_a'] } as const;
    expect((await asked({ path: '/', principal: key })).principal).toEqual(key);
    expect((await asked({ path: '/', principal: null, headers: { 'X-Tributary-Principal': 'forged' } })).principal).toBeNull();
  });

  test('bodies go as JSON or as they are, many at once', async () => {
    expect(await asked({ method: 'POST', path: '/', body: { a: 1 } })).toMatchObject({ body: '{"a":1}', type: 'application/json' });
    expect(await asked({ method: 'POST', path: '/', body: Buffer.from('x'), headers: { 'content-type': 'text/plain' } })).toMatchObject({
      body: 'x',
      type: 'text/plain',
    });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => asked({ method: 'POST', path: '/', body: { index } })));
    expect(answers.map(({ body }) => JSON.parse(body).index)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test('large answers arrive whole, and stream when opened', async () => {
    expect((await client.send({ path: '/large' })).body).toHaveLength(5_000_000);
    let bytes = 0;
    for await (const chunk of await client.open({ path: '/large' })) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(5_000_000);
  });

  test('json reads by a schema and refuses other statuses and shapes', async () => {
    expect(await client.json({ path: '/' }, z.object({ method: z.literal('GET') }))).toEqual({ method: 'GET' });
    await expect(client.json({ path: '/no' }, z.unknown())).rejects.toMatchObject({ reason: 'unexpected-answer', status: 404 });
    await expect(client.json({ path: '/' }, z.object({ other: z.string() }))).rejects.toBeInstanceOf(UpstreamFailed);
  });

  test('no answer within the deadline, half an answer, and life goes on', async () => {
    await expect(client.send({ path: '/never', deadlineMs: 30 })).rejects.toMatchObject({ reason: 'deadline-exceeded' });
    await expect(client.send({ path: '/cut' })).rejects.toMatchObject({ reason: 'unreachable' });
    expect((await client.send({ path: '/' })).status).toBe(200);
  });
});

test('nobody listens', async () => {
  const client = internalClient({ kind: 'http', baseUrl: 'http://127.0.0.1:1' }, sign);
  await expect(client.send({ path: '/' })).rejects.toMatchObject({ reason: 'unreachable' });
});
