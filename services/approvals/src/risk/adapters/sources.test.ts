import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DisposableDomains, NetworkVerdicts } from '../signals/ports.js';
import { bundledDomains, httpDomains } from './disposable-domains.js';
import { httpVerdicts, noVerdicts } from './network-verdicts.js';

let server: Server;
let url = '';
beforeAll(async () => {
  const answers: Record<string, [number, string]> = {
    '/d/mailinator.com': [200, '{"disposable":true}'],
    '/d/firm.example': [200, '{"disposable":false}'],
    '/d/odd.example': [200, '{"disposable":"maybe"}'],
    '/n/192.0.2.7': [200, '{"network":"vpn","country":"NL"}'],
    '/n/2001%3Adb8%3A%3A1': [200, '{"network":"residential"}'],
    '/n/192.0.2.9': [200, '{"network":"moon","country":"NL"}'],
    '/n/192.0.2.10': [200, 'not json'],
  };
  server = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? [503, ''];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** In memory, as the port asks for it. */
const fakeVerdicts: NetworkVerdicts = {
  verdictOf(ip) {
    const known = new Map([
      ['192.0.2.7', { network: 'vpn', country: 'NL' }],
      ['2001:db8::1', { network: 'residential', country: null }],
    ]).get(ip);
    return known ? Promise.resolve(known) : Promise.reject(new Error('away'));
  },
};

describe.each<[string, () => DisposableDomains]>([
  ['bundled', () => bundledDomains()],
  ['HTTP', () => httpDomains(`${url}/d/`)],
])('F-02 throw-away domains: %s', (_, make) => {
  test('says yes and no', async () => {
    expect([await make().isDisposable('mailinator.com'), await make().isDisposable('firm.example')]).toEqual([true, false]);
  });
});
describe.each<[string, () => NetworkVerdicts]>([
  ['in memory', () => fakeVerdicts],
  ['HTTP', () => httpVerdicts(`${url}/n`)],
])('F-10 network verdicts: %s', (_, make) => {
  test('says what a network is and where, and refuses to guess', async () => {
    expect(await make().verdictOf('192.0.2.7')).toEqual({ network: 'vpn', country: 'NL' });
    expect(await make().verdictOf('2001:db8::1')).toEqual({ network: 'residential', country: null });
    await expect(make().verdictOf('192.0.2.8')).rejects.toThrow();
  });
});
test('F-02 F-10 what answers otherwise than agreed counts as away', async () => {
  await expect(httpDomains(`${url}/d`).isDisposable('odd.example')).rejects.toThrow();
  await expect(httpDomains('http://127.0.0.1:1').isDisposable('firm.example')).rejects.toThrow();
  for (const ip of ['192.0.2.9', '192.0.2.10']) await expect(httpVerdicts(`${url}/n`).verdictOf(ip)).rejects.toThrow();
  await expect(noVerdicts.verdictOf('192.0.2.7')).rejects.toThrow();
});
test('hosts below a listed domain are of it, others that end alike are not', async () => {
  expect([await bundledDomains().isDisposable('a.b.yopmail.com'), await bundledDomains().isDisposable('notyopmail.com')]).toEqual([
    true,
    false,
  ]);
});
