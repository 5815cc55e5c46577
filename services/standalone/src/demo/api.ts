// biome-ignore lint/suspicious/noExplicitAny: answers of the public API, read as any program reads them
type Json = any;

export interface Api {
  get(path: string): Promise<Json>;
  post(path: string, body?: unknown): Promise<Json>;
}

/** The public API with one key. @throws with what was answered when a call is refused. */
export function api(url: string, key: string): Api {
  const call = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 429) {
      await pause(Number(response.headers.get('retry-after') ?? 1) * 1000);
      return call(method, path, body);
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Runs the work over the items, so many at a time. */
export async function inParallel<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
