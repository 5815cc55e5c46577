import type { Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import express, { type Express } from 'express';
import supertest from 'supertest';
import { closeServer, listen } from '../service/run.js';
import { createServer, preparedExpress } from './prepared.js';

let server: Server | undefined;
afterEach(async () => {
  if (server) await closeServer(server);
});
async function serve(app: Express) {
  server = createServer(app);
  const port = await listen(server, 0, '127.0.0.1');
  return supertest(`http://127.0.0.1:${port}`);
}

test("requests and responses keep the prototype they were born with, which is Express's", async () => {
  const app = preparedExpress();
  const born: object[] = [];
  const seen: object[] = [];
  app.get('/', (request, response) => {
    seen.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    response.send('ok');
  });
  server = createServer((request, response) => {
    born.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    app(request, response);
  });
  const port = await listen(server, 0, '127.0.0.1');
  await supertest(`http://127.0.0.1:${port}`).get('/').expect(200);
  expect(seen[0]).toBe(born[0]);
  expect(seen[1]).toBe(born[1]);
  expect(Object.getPrototypeOf(seen[0])).toBe(express.request);
});

test('Express behaves as ever: routing, parameters, query, helpers, errors', async () => {
  const app = preparedExpress();
  app.use(express.json());
  app.get('/things/:id', (request, response) => {
    response
      .status(201)
      .location('/there')
      .cookie('a', 'b')
      .json({
        id: request.params['id'],
        q: request.query['q'],
        host: request.hostname,
        secure: request.secure,
        ip: request.ip !== undefined,
        type: request.get('accept'),
      });
  });
  app.post('/echo', (request, response) => void response.json(request.body));
  app.get('/redirect', (_request, response) => response.redirect(302, 'https://example.com/x'));
  app.get('/late', async () => {
    throw new Error('late');
  });
  app.use(
    ((error, _request, response, _next) => void response.status(500).send((error as Error).message)) satisfies express.ErrorRequestHandler,
  );
  const client = await serve(app);
  const answer = await client.get('/things/7?q=a%20b').set('accept', 'x/y').expect(201);
  expect(answer.body).toEqual({ id: '7', q: 'a b', host: '127.0.0.1', secure: false, ip: true, type: 'x/y' });
  expect(answer.headers).toMatchObject({ location: '/there', 'set-cookie': ['a=b; Path=/'] });
  expect(answer.headers['x-powered-by']).toBeUndefined();
  expect((await client.post('/echo').send({ deep: [1, 2] })).body).toEqual({ deep: [1, 2] });
  expect((await client.get('/redirect')).headers['location']).toBe('https://example.com/x');
  expect((await client.get('/late').expect(500)).text).toBe('late');
  await client.get('/nowhere').expect(404);
});

test('two apps share one server, and a prepared app works on a plain one', async () => {
  const [first, second] = [preparedExpress(), preparedExpress()];
  first.get('/', (request, response) => void response.json({ app: 1, q: request.query }));
  second.get('/', (request, response) => void response.json({ app: 2, q: request.query }));
  server = createServer((request, response) => (request.headers['x-app'] === '2' ? second : first)(request, response));
  const port = await listen(server, 0, '127.0.0.1');
  const client = supertest(`http://127.0.0.1:${port}`);
  expect((await client.get('/?a=1')).body).toEqual({ app: 1, q: { a: '1' } });
  expect((await client.get('/?a=1').set('x-app', '2')).body).toEqual({ app: 2, q: { a: '1' } });
  expect((await supertest(second).get('/?b=2')).body).toEqual({ app: 2, q: { b: '2' } });
});
