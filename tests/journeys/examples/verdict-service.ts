import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Addresses of which the service says something else than that somebody lives in Germany. */
export const addresses = { vpn: '192.0.2.7', away: '192.0.2.13', home: '192.0.2.1' } as const;

/** Stands in for whoever tells what a network address is. */
export async function startVerdictService(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const of = (address: string): boolean => request.url === `/${address}`;
    response.writeHead(of(addresses.away) ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(of(addresses.vpn) ? { network: 'vpn', country: 'NL' } : { network: 'residential', country: 'DE' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
