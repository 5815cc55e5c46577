import { setTimeout as wait } from 'node:timers/promises';

/** The platform did not answer as it should, or not at all for too long. */
export class PlatformError extends Error {
  override name = 'PlatformError';
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

export interface Answer {
  status: number;
  body: unknown;
  /** The stored answer to the same call made before. */
  replayed?: boolean;
}
export interface Platform {
  /** Calls until there is an answer that is not "later": network failures, 429, 502 to 504 and references not yet known are tried again. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, idempotencyKey?: string): Promise<Answer>;
  /** Calls and insists on a status, with the answer's body. @throws PlatformError */
  expect<T>(status: number, method: 'GET' | 'POST', path: string, body?: unknown, idempotencyKey?: string): Promise<T>;
  /** Every item of a list. */
  list<T>(path: string): Promise<T[]>;
}

export interface PlatformOptions {
  url: string;
  key: string;
  /** How long one call may be tried in vain. */
  patienceMs?: number;
  /** Told of every vain try. */
  onRetry?: (why: string, inMs: number) => void;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
const callTimeoutMs = 60_000;

/** The public API over HTTP. Every call that it repeats must be safe to repeat. */
export function platformAt({ url, key, patienceMs = 120_000, onRetry }: PlatformOptions): Platform {
  const once = async (method: string, path: string, body: unknown, idempotencyKey: string | undefined): Promise<Answer | Later> => {
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(callTimeoutMs),
      });
      const text = await response.text();
      const answer = { status: response.status, body: parsed(text), replayed: response.headers.get('idempotent-replayed') === 'true' };
      return isLater(answer) ? { why: `${response.status} ${codeOf(answer) ?? ''}`.trim(), retryAfterMs: retryAfterMs(response) } : answer;
    } catch (error) {
      return { why: reasonOf(error), retryAfterMs: 0 };
    }
  };
  const call: Platform['call'] = async (method, path, body, idempotencyKey) => {
    const until = Date.now() + patienceMs;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await once(method, path, body, idempotencyKey);
      if (!('why' in answer)) return answer;
      const pauseMs = Math.max(answer.retryAfterMs, pauseBefore(attempt));
      if (Date.now() + pauseMs > until) throw new PlatformError(`${method} ${path}: ${answer.why}, for ${Math.round(patienceMs / 1000)} s`);
      onRetry?.(`${method} ${path}: ${answer.why}`, pauseMs);
      await wait(pauseMs);
    }
  };
  const expect: Platform['expect'] = async <T>(status: number, ...request: Parameters<Platform['call']>) => {
    const answer = await call(...request);
    if (answer.status === status) return answer.body as T;
    throw new PlatformError(
      `${request[0]} ${request[1]} answered ${answer.status}: ${JSON.stringify(answer.body)?.slice(0, 1000)}`,
      codeOf(answer),
    );
  };
  return {
    call,
    expect,
    async list<T>(path: string) {
      const found: T[] = [];
      const join = path.includes('?') ? '&' : '?';
      for (let cursor: string | null = ''; cursor !== null; ) {
        const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { data: T[]; nextCursor: string | null } = await expect(200, 'GET', `${path}${join}limit=500${next}`);
        found.push(...page.data);
        cursor = page.nextCursor;
      }
      return found;
    },
  };
}

interface Later {
  why: string;
  retryAfterMs: number;
}

const isLater = (answer: Answer): boolean =>
  [429, 502, 503, 504].includes(answer.status) || (answer.status === 409 && codeOf(answer) === 'reference-not-yet-known');

export function codeOf({ body }: Answer): string | undefined {
  const code = (body as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Doubles from try to try, and is never the same for two that failed together. */
export const pauseBefore = (attempt: number): number => Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + Math.random() / 2);

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? '0');
  return Number.isFinite(seconds) ? Math.min(60, Math.max(0, seconds)) * 1000 : 0;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
