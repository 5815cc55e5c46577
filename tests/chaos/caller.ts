import { setTimeout as pause } from 'node:timers/promises';
import type { History } from './history.js';

// biome-ignore lint/suspicious/noExplicitAny: answers are read as an outside program reads them
export type Json = any;
export interface Answer {
  status: number;
  json: Json;
  headers: Headers;
}
export interface Order {
  op: string;
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  key?: string;
  body?: unknown;
  idempotencyKey?: string;
  /** What the history keeps of it, beside the answer. */
  note?: Record<string, unknown>;
  /** What the history keeps of the answer. */
  keep?: (json: Json) => unknown;
  /** Answers that are final; by default everything below 500 but 409 `reference-not-yet-known` and 429. */
  isFinal?: (answer: Answer) => boolean;
}
export interface Caller {
  /** Calls until a final answer has come, with the same ids and keys each time. @throws after the deadline. */
  insist(order: Order, deadlineMs?: number): Promise<Answer>;
}

const callTimeoutMs = 30_000;
/** The connection was refused: certainly not done. */
const notReached = new Set(['ECONNREFUSED', 'ENOTFOUND']);

export function caller(url: () => string, history: History): Caller {
  return {
    async insist(order, deadlineMs = 300_000) {
      const call = history.nextCall();
      const deadline = Date.now() + deadlineMs;
      for (let attempt = 1; ; attempt += 1) {
        const { op } = order;
        history.write({ type: 'invoke', call, op, attempt, ...(attempt === 1 ? order.note : {}) });
        let said: string;
        try {
          const answer = await once(url(), order);
          if (isFinal(order, answer)) {
            const kept = answer.status < 300 ? (order.keep?.(answer.json) ?? null) : answer.json;
            history.write({ type: answer.status < 300 ? 'ok' : 'fail', call, op, attempt, status: answer.status, answer: kept });
            return answer;
          }
          said = `${answer.status} ${answer.json?.code ?? ''}`;
          // Who answers 503 may have handed the call on before.
          history.write({
            type: answer.status === 409 || answer.status === 429 ? 'fail' : 'info',
            call,
            op,
            attempt,
            status: answer.status,
          });
        } catch (error) {
          const { code, name } = causeOf(error);
          said = code ?? name;
          history.write({ type: notReached.has(code ?? '') ? 'fail' : 'info', call, op, attempt, error: said });
        }
        if (Date.now() > deadline)
          throw new Error(`${op} ${order.method} ${order.path}: no final answer after ${attempt} calls; last ${said}`);
        await pause(Math.min(1_000, 100 * attempt));
      }
    },
  };
}

const isFinal = (order: Order, answer: Answer) =>
  order.isFinal?.(answer) ??
  (answer.status < 500 && answer.status !== 429 && !(answer.status === 409 && answer.json?.code === 'reference-not-yet-known'));

function causeOf(error: unknown): { code: string | undefined; name: string } {
  const { cause, name } = error as { cause?: { code?: string }; name: string };
  return { code: cause?.code, name };
}

async function once(url: string, { method, path, body, key, idempotencyKey }: Order): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(callTimeoutMs),
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}
