/** A caller of the public API, as a program outside would be: HTTP and a key, nothing of ours. */
export interface Client {
  /** What says who calls, for requests made by hand. */
  headers: Record<string, string>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Calls and insists on the status; the error shows what was answered. */
  expect(status: number, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Json>;
}
// biome-ignore lint/suspicious/noExplicitAny: answers are read as an outside program reads them, and every field is asserted
export type Json = any;
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

export function client(url: string, key: string | undefined): Client {
  const authorization: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
      headers: {
        ...authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText(body, headers) ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    headers: authorization,
    call,
    async expect(status, method, path, body, headers) {
      const answer = await call(method, path, body, headers);
      if (answer.status !== status)
        throw new Error(`${method} ${path} answered ${answer.status}, not ${status}: ${answer.text.slice(0, 2000)}`);
      return answer.json;
    },
  };
}

/** A file is sent as it stands. */
const isText = (body: unknown, headers: Record<string, string>): body is string =>
  typeof body === 'string' && headers['content-type'] !== undefined;

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
