import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');
const result = {
  identical: true,
  conversions: 3,
  scopes: 2,
  entries: 5,
  hash: 'a'.repeat(64),
  recomputedHash: 'a'.repeat(64),
  differences: [] as object[],
};
const different = {
  ...result,
  identical: false,
  recomputedHash: 'b'.repeat(64),
  differences: [{ scope: 'cnv_1/deal_1/sale/EUR', currency: 'EUR', journal: 1_000, recomputed: 1_100, causes: ['facts', 'terms'] }],
};
/** What the platform says of each partner once it is asked the second time. */
const endings: Record<string, object> = {
  same: { status: 'done', failure: null, result },
  other: { status: 'done', failure: null, result: different },
  broken: { status: 'failed', failure: 'took-too-long', result: null },
};

let platform: Server;
let url: string;
beforeAll(async () => {
  platform = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const asked = text === '' ? undefined : (JSON.parse(text) as { partnerId: string });
      const id = asked?.partnerId ?? request.url?.split('/').at(-1) ?? '';
      const known = id in endings && request.headers.authorization === 'Bearer key';
      const body = asked ? { id, status: 'queued', failure: null, progress: { done: 0, total: 3 }, result: null } : { id, ...endings[id] };
      response.writeHead(known ? 202 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? body : { title: 'There is no such thing' }));
    });
  });
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => platform.close(resolve)));

const recalculate = (partner: string, ...more: string[]) =>
  new Promise<{ status: number | null; out: string; error: string }>((resolve, reject) => {
    const asked = ['--brand', 'brand', '--partner', partner, '--period', '2026-03', '--url', url, '--key', 'key', ...more];
    const child = spawn(process.execPath, [path.join(root, 'scripts/run-tool.mjs'), 'recalculate', ...asked]);
    let [out, error] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      error += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, error }));
  });

test('D-02 npm run recalculate: 0 when the journal is what the facts say, 1 with the differences, 2 when it cannot be told', async () => {
  expect(await recalculate('same')).toMatchObject({ status: 0, out: expect.stringContaining('IDENTICAL'), error: '' });
  const found = await recalculate('other');
  expect(found).toMatchObject({ status: 1, out: '', error: expect.stringContaining('DIFFERENT') });
  expect(found.error).toContain('cnv_1/deal_1/sale/EUR: journal 1000, recomputed 1100 EUR (minor units), because of facts, terms');
  const whole = await recalculate('other', '--json');
  expect([whole.status, JSON.parse(whole.out).result]).toEqual([1, different]);
  expect(await recalculate('broken')).toMatchObject({ status: 2, error: expect.stringContaining('took-too-long') });
  expect(await recalculate('nobody')).toMatchObject({ status: 2, error: expect.stringContaining('404') });
}, 60_000);
