import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { ServiceName } from '@tributary/contracts';
import { identify, sendProblem, type Upstream } from '@tributary/service-kit';

export type Upstreams = Partial<Record<ServiceName, Upstream>>;
export type Forward = (service: ServiceName, request: IncomingMessage, response: ServerResponse<IncomingMessage>) => void;

/** Longest silence of a service that we wait for: commands may wait 3 s for a reference, and big answers stream. */
const silenceMs = 60_000;
/** Headers that belong to one connection and not to the message (RFC 9110, 7.6.1). */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'authorization',
]);

/** Hands requests to the services: in this process as they are, else over HTTP, streaming both ways. */
export function createForward(upstreams: Upstreams): Forward {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  return (service, request, response) => {
    const upstream = upstreams[service];
    if (upstream === undefined) return unavailable(service, request, response);
    if (upstream.kind === 'handler') return upstream.handler(request, response);
    overHttp(service, new URL(request.url ?? '/', upstream.baseUrl), agent, request, response);
  };
}

function overHttp(
  service: ServiceName,
  url: URL,
  agent: http.Agent,
  request: IncomingMessage,
  response: ServerResponse<IncomingMessage>,
): void {
  const outgoing = http.request(url, { agent, method: request.method, headers: passedOn(request.headers), timeout: silenceMs });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('silent')));
  outgoing.on('error', () => unavailable(service, request, response));
  response.on('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
}

function passedOn(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !connectionHeaders.has(name)));
}

function unavailable(service: ServiceName, request: IncomingMessage, response: ServerResponse<IncomingMessage>): void {
  if (response.headersSent) return void response.destroy();
  identify(request, response, () => undefined);
  sendProblem(response, 'temporarily-unavailable', { detail: `The service ${service} does not answer.`, headers: { 'retry-after': '1' } });
}
