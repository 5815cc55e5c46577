import { fork } from 'node:child_process';
import path from 'node:path';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  /** Each `@` in it becomes a fresh event id when `eventIds` are given. */
  body?: string;
}
export interface LoadOrder {
  url: string;
  connections: number;
  /** Requests in all: each is waited for, so that what was answered can be counted afterwards. */
  amount: number;
  requests: readonly Request[];
  eventIds?: { prefix: string; from: number };
}
export interface Load {
  answered: number;
  statuses: Record<string, number>;
  failures: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  cpuSeconds: number;
  /** Where the next event ids begin. */
  nextEvent: number;
}

/** Loads a server from a process of its own. @throws when a request was not answered, or not as wanted. */
export async function load(order: LoadOrder, wanted: number): Promise<Load> {
  const worker = fork(path.join(import.meta.dirname, 'load-worker.mjs'), { execArgv: [] });
  const done = new Promise<Load>((resolve, reject) => {
    worker.once('message', (result) => resolve(result as Load));
    worker.once('exit', (code) => reject(new Error(`the load worker ended with ${code}`)));
  });
  worker.send(order);
  const result = await done;
  if (result.failures > 0 || result.statuses[wanted] !== order.amount)
    throw new Error(
      `of ${order.amount} requests: ${JSON.stringify(result.statuses)}, ${result.failures} failures; all were to be ${wanted}`,
    );
  return result;
}
