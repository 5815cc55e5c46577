import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, type RequestListener } from 'node:http';
import { context, propagation } from '@opentelemetry/api';
import type { z } from 'zod';
import type { Principal } from '../types.js';
import { inProcessAgent } from './in-process-agent.js';
import { principalHeader } from './principal.js';

/** Where a service answers: over the network, or in this process. */
export type Upstream = { kind: 'http'; baseUrl: string } | { kind: 'handler'; handler: RequestListener };

/** Signs a principal into the internal token: `principalSigner(keys)`. */
export type PrincipalSigner = (principal: Principal) => Promise<string>;

export interface InternalCall {
  /** Default `GET`. */
  method?: string;
  /** Path and query, from `/` on. */
  path: string;
  /** Trace context and principal are added; a principal header given here is dropped. */
  headers?: OutgoingHttpHeaders;
  /** Bytes or text are sent as they are; anything else as JSON. */
  body?: unknown;
  /** Who calls, instead of the client's own principal; `null` sends none. */
  principal?: Principal | null;
  /** Instead of the client's: until the whole answer (`send`, `json`), or its head (`open`), has come. */
  deadlineMs?: number;
}

export interface InternalAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface InternalClient {
  /** Calls and reads the whole answer, whatever its status. @throws UpstreamFailed */
  send(call: InternalCall): Promise<InternalAnswer>;
  /** Calls and hands over the answer as it streams in; the caller reads or destroys it. @throws UpstreamFailed */
  open(call: InternalCall): Promise<IncomingMessage>;
  /** Calls and reads a 2xx JSON answer by a schema. @throws UpstreamFailed, also for other statuses and shapes */
  json<S extends z.ZodType>(call: InternalCall, schema: S): Promise<z.output<S>>;
  /** Closes idle connections. */
  close(): void;
}

/** The other service gave no answer, or not the one agreed on. */
export class UpstreamFailed extends Error {
  constructor(
    readonly reason: 'deadline-exceeded' | 'unreachable' | 'unexpected-answer',
    detail: string,
    readonly status?: number,
    cause?: unknown,
  ) {
    super(`${reason}: ${detail}`, { cause });
    this.name = 'UpstreamFailed';
  }
}

export interface InternalClientOptions {
  /** Who calls when the call does not say: `systemPrincipal(kit.name)`. */
  as?: Principal;
  /** Default 5,000. */
  deadlineMs?: number;
}

/** A client for our own services that keeps its connections and signs every call. */
export function internalClient(upstream: Upstream, sign: PrincipalSigner, options: InternalClientOptions = {}): InternalClient {
  const transport = upstream.kind === 'http' ? new http.Agent({ keepAlive: true }) : inProcessAgent(upstream.handler);
  const base = upstream.kind === 'http' ? upstream.baseUrl.replace(/\/+$/, '') : 'http://in-process';

  async function headersOf(given: InternalCall, contentType: OutgoingHttpHeaders): Promise<OutgoingHttpHeaders> {
    const principal = given.principal === undefined ? options.as : given.principal;
    const headers: OutgoingHttpHeaders = { ...contentType, ...lowerCased(given.headers) };
    delete headers[principalHeader];
    propagation.inject(context.active(), headers);
    if (principal) headers[principalHeader] = await sign(principal);
    return headers;
  }

  async function call<T>(given: InternalCall, read: (response: IncomingMessage) => T | Promise<T>): Promise<T> {
    const { bytes, contentType } = bodyOf(given.body);
    const headers = await headersOf(given, contentType);
    if (bytes) headers['content-length'] = bytes.length;
    const method = given.method ?? 'GET';
    const deadline = AbortSignal.timeout(given.deadlineMs ?? options.deadlineMs ?? 5_000);
    const once = () => exchange(`${base}${given.path}`, { method, headers, agent: transport }, bytes, deadline, read);
    try {
      return await once().catch((error: unknown) => {
        // An idle connection may be closed by the other side while the request is on its way.
        if (error instanceof StaleConnection && (method === 'GET' || method === 'HEAD')) return once();
        throw error;
      });
    } catch (error) {
      const where = `${method} ${given.path.split('?')[0]}`;
      throw new UpstreamFailed(deadline.aborted ? 'deadline-exceeded' : 'unreachable', where, undefined, error);
    }
  }

  const send = (given: InternalCall) => call(given, readWhole);
  return {
    send,
    open: (given) => call(given, (response) => response),
    async json(given, schema) {
      const { status, body } = await send(given);
      const where = `${given.method ?? 'GET'} ${given.path.split('?')[0]}`;
      if (status < 200 || status > 299) throw new UpstreamFailed('unexpected-answer', `${where} answered ${status}`, status);
      const parsed = schema.safeParse(parsedOrUndefined(body));
      if (!parsed.success) throw new UpstreamFailed('unexpected-answer', `${where} answered in another shape`, status);
      return parsed.data;
    },
    close: () => transport.destroy(),
  };
}

class StaleConnection extends Error {}

/** One request and its answer. The deadline ends with `read`: a stream that was handed over is the caller's to limit. */
function exchange<T>(
  url: string,
  options: http.RequestOptions,
  bytes: Buffer | undefined,
  deadline: AbortSignal,
  read: (response: IncomingMessage) => T | Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const request = http.request(url, options);
    const abort = () => request.destroy(new Error('the deadline has passed'));
    const settled = () => deadline.removeEventListener('abort', abort);
    if (deadline.aborted) abort();
    else deadline.addEventListener('abort', abort, { once: true });
    request.once('response', (response) => {
      Promise.resolve(read(response)).then(resolve, reject).finally(settled);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      settled();
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE') && !deadline.aborted;
      reject(stale ? new StaleConnection(error.message) : error);
    });
    request.end(bytes);
  });
}

async function readWhole(response: IncomingMessage): Promise<InternalAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

function bodyOf(body: unknown): { bytes: Buffer | undefined; contentType: OutgoingHttpHeaders } {
  if (body === undefined) return { bytes: undefined, contentType: {} };
  if (Buffer.isBuffer(body)) return { bytes: body, contentType: {} };
  if (typeof body === 'string') return { bytes: Buffer.from(body), contentType: {} };
  return { bytes: Buffer.from(JSON.stringify(body)), contentType: { 'content-type': 'application/json' } };
}

const lowerCased = (headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function parsedOrUndefined(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
