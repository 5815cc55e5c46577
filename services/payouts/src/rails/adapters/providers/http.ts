import { NotReached } from './provider.js';

/** Most of an answer that is read. */
const largestAnswer = 4 * 1024 * 1024;

export interface ProviderCall {
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}
export interface ProviderAnswer {
  status: number;
  /** Undefined when the answer is no JSON. */
  json: unknown;
}
export type CallProvider = (call: ProviderCall) => Promise<ProviderAnswer>;

/** Calls a provider: within a time, following no redirect, reading no endless answer. Throws when there is no whole answer. */
export function providerHttp(baseUrl: string, timeoutMs: number): CallProvider {
  return async ({ method, path, headers, body }) => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      throw neverConnected(error) ? new NotReached(error) : error;
    });
    return { status: response.status, json: parsed(await readAll(response)) };
  };
}

/** Errors of making a connection, before a byte of the request is sent. */
const connecting = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function neverConnected(error: unknown): boolean {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown } };
  return connecting.has(String(cause?.code));
}

async function readAll(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
