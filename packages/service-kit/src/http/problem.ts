import type { IncomingMessage, ServerResponse } from 'node:http';
import { trace } from '@opentelemetry/api';
import { type RejectionCode, rejections } from '@tributary/contracts';
import type { z } from 'zod';
import type { ProblemError } from '../types.js';
import { requestState } from './request-state.js';

export interface ProblemDetails {
  detail?: string;
  errors?: readonly ProblemError[];
  headers?: Readonly<Record<string, string>>;
}

/** The problem details (RFC 9457) of a named rejection. */
export function problemOf(code: RejectionCode, details: ProblemDetails, requestId: string) {
  const { status, title } = rejections[code];
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return {
    type: `/problems/${code}`,
    title,
    status,
    ...(details.detail === undefined ? {} : { detail: details.detail }),
    code,
    ...(details.errors?.length ? { errors: details.errors } : {}),
    requestId,
    ...(traceId ? { traceId } : {}),
  };
}

/** Answers with problem details. */
export function sendProblem(response: ServerResponse<IncomingMessage>, code: RejectionCode, details: ProblemDetails = {}): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = problemOf(code, details, requestState(response).requestId);
  const body = JSON.stringify(problem);
  response.statusCode = problem.status;
  for (const [name, value] of Object.entries(details.headers ?? {})) response.setHeader(name, value);
  response.setHeader('content-type', 'application/problem+json');
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}

const escaped = (step: PropertyKey) => String(step).replaceAll('~', '~0').replaceAll('/', '~1');

/** Zod's issues as `errors[]`: JSON pointers for the body; unknown fields are named one by one. */
export function problemErrors(error: z.ZodError, place: 'body' | 'query' | 'params'): ProblemError[] {
  const pointer = (path: readonly PropertyKey[]) => {
    if (place === 'query') return `?${path.map(String).join('.')}`;
    if (place === 'params') return `{${path.map(String).join('.')}}`;
    return path.map((step) => `/${escaped(step)}`).join('');
  };
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), rule: 'unknown-field' }));
    // What is wrong with a key of a record is said within.
    const said = issue.code === 'invalid_key' ? issue.issues : [issue];
    return said.map(({ message }) => ({ pointer: pointer(issue.path), rule: message }));
  });
}
