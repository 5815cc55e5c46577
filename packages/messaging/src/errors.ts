/** Thrown by a consumer for what no retry can mend: the event is parked at once with this reason. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** Thrown by a consumer when something that the event refers to has not arrived: retried soon, never parked before 24 hours. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  constructor(what: string) {
    super(`${what} has not arrived yet`);
  }
}

/** An event that must not be written: unknown type, another service's type, data against the schema, or too large. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

/** Not every event was confirmed and routed. Those in `confirmed` were; the outcome of the others is unknown or a failure. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  constructor(
    message: string,
    readonly confirmed: ReadonlySet<string> = new Set(),
    /** Whether the bus itself is away, so that trying other events now makes no sense either. */
    readonly busDown: boolean = false,
  ) {
    super(message);
  }
}

/** A handling that was given up because it took too long. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
};

/** What to do about a failure. */
export type FailureKind = 'permanent' | 'not-yet' | 'database-away' | 'conflict' | 'transient';

const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT']);
const serverAwayStates = new Set(['57P01', '57P02', '57P03', '53300', '25006']);
/** Not-null and check violations. Foreign and unique keys are left out: a retry may find the other row arrived. */
const permanentStates = new Set(['23502', '23514']);
const connectionLost =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|not queryable|Cannot use a pool/;

/** Sorts a failure by what helps against it. SQLSTATEs are PostgreSQL's. */
export function kindOf(error: unknown): FailureKind {
  if (error instanceof PermanentError) return 'permanent';
  if (error instanceof NotYet) return 'not-yet';
  const code = codeOf(error);
  if (code !== undefined) return kindOfCode(code);
  if (!(error instanceof Error)) return 'transient';
  if (error.name === 'ZodError') return 'permanent';
  return connectionLost.test(error.message) ? 'database-away' : 'transient';
}

function kindOfCode(code: string): FailureKind {
  if (connectionCodes.has(code) || serverAwayStates.has(code) || code.startsWith('08')) return 'database-away';
  if (code === '40001' || code === '40P01') return 'conflict';
  return /^22[0-9A-Z]{3}$/.test(code) || permanentStates.has(code) ? 'permanent' : 'transient';
}

/** A failure in one line, for a table and a log: no stack, no values. */
export function describe(error: unknown): string {
  const code = codeOf(error);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return (code === undefined ? text : `${text} (${code})`).slice(0, 2000);
}
