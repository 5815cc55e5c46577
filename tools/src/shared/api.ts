import type { Command } from 'commander';

/** Where and as whom a tool calls the public API. */
export interface ApiOptions {
  url: string;
  key?: string;
}

export const withApiOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'address of the gateway', process.env['TRIBUTARY_URL'] ?? 'http://localhost:8080')
    .option('--key <key>', 'API key; the environment variable TRIBUTARY_API_KEY unless given');

/** Calls the API and returns the body. @throws Error with the problem's title and detail when it is refused. */
export async function callApi<T>(options: ApiOptions, method: string, path: string, body?: object): Promise<T> {
  const key = options.key ?? process.env['TRIBUTARY_API_KEY'] ?? process.env['TRIBUTARY_ADMIN_KEY'];
  if (!key) throw new Error('no API key: give --key or set TRIBUTARY_API_KEY');
  const response = await fetch(new URL(path, options.url), {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json().catch(() => ({}))) as T & {
    title?: string;
    detail?: string;
    errors?: { pointer: string; rule: string }[];
  };
  if (response.ok) return answer;
  const errors = (answer.errors ?? []).map(({ pointer, rule }) => `${pointer} ${rule}`);
  throw new Error([`${response.status} ${answer.title ?? response.statusText}`, answer.detail, ...errors].filter(Boolean).join('\n  '));
}

/** Runs a tool: a failure is one sentence and exit code 1. */
export async function runTool(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
