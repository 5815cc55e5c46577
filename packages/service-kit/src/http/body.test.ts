import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readBytes } from './body.js';

type Handle = (request: IncomingMessage) => Promise<void>;
let handle: Handle = async () => undefined;
const server = createServer((request, response) => void handle(request).finally(() => response.end()));
const open = () => connect((server.address() as AddressInfo).port, '127.0.0.1');
const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n';

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

/** Settles as `readBytes` does for the next request. */
const reading = (before: (request: IncomingMessage) => Promise<void>) =>
  new Promise<string>((resolve) => {
    handle = async (request) => {
      await before(request);
      resolve(
        await readBytes(request, 100).then(
          (bytes) => bytes.toString(),
          (error: Error) => error.message,
        ),
      );
    };
  });

test('a body is read', async () => {
  const read = reading(async () => undefined);
  open().write(`${head}0123456789`);
  expect(await read).toBe('0123456789');
});

test('a sender who goes while his body is read, or has gone before, is told from one who is slow', async () => {
  const during = reading(async () => undefined);
  const first = open();
  first.write(`${head}01234`, () => setTimeout(() => first.destroy(), 50));
  expect(await during).toMatch(/aborted|broken off/);

  const before = reading((request) => new Promise((resolve) => void request.once('close', () => setImmediate(resolve))));
  const second = open();
  second.write(`${head}01234`, () => setTimeout(() => second.destroy(), 50));
  expect(await before).toBe('the request was broken off');
});
