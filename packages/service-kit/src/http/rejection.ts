import { type RejectionCode, rejections } from '@tributary/contracts';
import type { ProblemError, Reply } from '../types.js';

export interface RejectionDetails {
  detail?: string;
  errors?: readonly ProblemError[];
  headers?: Readonly<Record<string, string>>;
}

/** A named "no", thrown from deep inside: the same as returning `reject(code)` from the handler. */
export class Rejected extends Error {
  constructor(
    readonly code: RejectionCode,
    readonly details: RejectionDetails = {},
  ) {
    super(details.detail ?? code);
    this.name = 'Rejected';
  }
}

/** Thrown by a command that names something which this service has not heard of yet: it is tried again for at most 3 s. */
export class NotYetKnown extends Error {
  constructor(
    readonly kind: string,
    readonly id: string,
  ) {
    super(`${kind} ${id} is not known here yet`);
    this.name = 'NotYetKnown';
  }
}

/** The answer "no": rolls the command back. Status and title come from the one table of rejections. */
export function reject(code: RejectionCode, details: RejectionDetails = {}): Reply {
  const { headers, ...rest } = details;
  return {
    status: rejections[code].status,
    rejection: { code, ...rest },
    ...(headers ? { headers } : {}),
  };
}

export interface ReplyOptions {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** Without quotes. */
  etag?: string;
}

/** An answer with any status, 200 unless told. */
export function reply(body: unknown, options: ReplyOptions = {}): Reply {
  return { status: 200, body, ...options };
}
export const ok = (body: unknown, options: Omit<ReplyOptions, 'status'> = {}): Reply => reply(body, { ...options, status: 200 });
export const created = (body: unknown, options: Omit<ReplyOptions, 'status'> = {}): Reply => reply(body, { ...options, status: 201 });
export const accepted = (body: unknown, options: Omit<ReplyOptions, 'status'> = {}): Reply => reply(body, { ...options, status: 202 });
/** An answer that is text of another media type, such as NDJSON. */
export const text = (body: string, contentType: string, options: ReplyOptions = {}): Reply => ({
  status: 200,
  body,
  contentType,
  ...options,
});

/** Compares If-Match with the current version. @throws Rejected `version-stale` */
export function requireVersion(ifMatch: string | undefined, current: string | number): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== String(current)) {
    throw new Rejected('version-stale', {
      detail: `The current version is ${current}`,
    });
  }
}
