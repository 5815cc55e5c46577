import type { RequestListener } from 'node:http';
import type { Role, ServiceName } from '@tributary/contracts';
import type { Bus, EventContext, Messaging, Outbox, Subscriptions, Tx } from '@tributary/messaging';
import type { Express, Request, Response } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { BaseConfig } from './platform/config.js';
import type { KeyRing } from './platform/keys.js';
import type { Vault } from './platform/vault.js';

export type { Logger };

/** What a caller may see: every brand or a list of them, and one partner when the caller is a partner. */
export interface Scope {
  brandIds: 'all' | readonly string[];
  partnerId?: string;
}

/** Who calls. Travels between services as a short-lived signed token. */
export interface Principal {
  actorId: string;
  actorKind: 'user' | 'key' | 'system' | 'partner';
  roles: readonly Role[];
  /** Empty means all brands. */
  brandIds: readonly string[];
  partnerId?: string;
}

export interface TxOptions {
  /** Default `read committed`. */
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

/** One service's database, seen through a scope. Everything that is written goes through `tx`. */
export interface Database<P = unknown> {
  /** The application role with `app.brands='*'`: for set-based hot paths and reports that scope themselves. */
  readonly pool: pg.Pool;
  /**
   * Runs `fn` in one transaction that sees what `scope` may see. Serialisation failures and deadlocks are tried again (at most
   * 5 times, with jitter), so `fn` must do nothing outside of the transaction.
   */
  tx<T>(scope: Scope, fn: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** Typed reads through Prisma, seen through the scope. */
  read<T>(scope: Scope, fn: (prisma: P) => Promise<T>): Promise<T>;
}

/** Now, as the business sees it: the system's time, or a simulated one that a sandbox moves. */
export interface Clock {
  now(): Date;
}

export interface SimulatableClock extends Clock {
  readonly mode: 'system' | 'simulated';
  /** Moves to `instant` and ticks on from there. Throws on a system clock. */
  set(instant: Date): void;
}

/** The answer of a handler: made by `ok`, `created`, `accepted`, `reply` or `reject`. */
export interface Reply {
  status: number;
  body?: unknown;
  /** JSON unless told; otherwise `body` is text and sent as it stands. */
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
  /** Without quotes. */
  etag?: string;
  /** Set by `reject`: the transaction is rolled back and problem details are answered. */
  rejection?: {
    code: string;
    detail?: string;
    errors?: readonly ProblemError[];
  };
}

export interface ProblemError {
  /** JSON pointer into the body, or `?name` for a query and `{name}` for a path parameter. */
  pointer: string;
  rule: string;
}

type OutputOf<S> = S extends z.ZodType ? z.output<S> : unknown;
export type ParamsOf<C> = C extends { params?: infer S } ? OutputOf<Exclude<S, undefined>> : unknown;
export type QueryOf<C> = C extends { query?: infer S } ? OutputOf<Exclude<S, undefined>> : unknown;
export type BodyOf<C> = C extends { body?: infer S } ? OutputOf<Exclude<S, undefined>> : unknown;

/** What a query's handler gets: validated input, the caller, and what the caller may see. */
export interface QueryRequest<C = unknown> {
  params: ParamsOf<C>;
  query: QueryOf<C>;
  principal: Principal;
  scope: Scope;
  now: Date;
}

/** What a command's handler gets besides: the open transaction and the context for its events. */
export interface CommandRequest<C = unknown> extends QueryRequest<C> {
  body: BodyOf<C>;
  /** The one transaction of this command: idempotency answer, effect and events commit together. */
  tx: Tx;
  context: EventContext;
  /** The version in If-Match, without quotes. */
  ifMatch?: string;
  /** The answer will be given and everything rolled back. */
  dryRun: boolean;
}

/** One row of a service's routes: built by `command`, `query` or `rawRoute`. */
export interface Route {
  contract: RouteShape;
  kind: 'command' | 'query' | 'raw';
  run: RouteRunner;
}
/** What the kit reads of a contract of any types. */
export interface RouteShape {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  permission: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  idempotent?: boolean;
  ifMatch?: boolean;
  dryRun?: boolean;
  bodyLimitBytes?: number;
  consumes?: readonly string[];
}
export type RouteRunner = (host: RouteHost, request: Request, response: Response) => Promise<void>;
/** What routes need of their service. */
export interface RouteHost {
  name: ServiceName;
  db: Database<unknown>;
  clock: Clock;
  log: Logger;
  /** How long a command waits for something it names that has not arrived yet. */
  notYetKnownWaitMs: number;
}

/** Background work of a service. */
export interface Job {
  name: string;
  /** Cron expression, UTC, by the wall clock. */
  schedule?: string;
  /** Repeats this long after the last start; over all instances only one runs. */
  everySeconds?: number;
  /** Also runs, awaited, when the simulated clock is moved. */
  onClock?: boolean;
  run: (data: Record<string, unknown>, context: { now: Date; log: Logger }) => Promise<void>;
}

export interface EnqueueOptions {
  /** While a job with this key waits or runs, no second one is enqueued. */
  singletonKey?: string;
  startAfterSeconds?: number;
  /** Default 10, with exponential backoff from 5 s. */
  retryLimit?: number;
}

export interface Jobs {
  /** Enqueues a job in the caller's transaction: it runs once that has committed. */
  enqueue(tx: Tx, job: string, data: object, options?: EnqueueOptions): Promise<void>;
}

/** What a service's database must be brought to. */
export interface DatabaseNeeds {
  name: ServiceName;
  prismaDirectory: URL;
  appendOnly: readonly string[];
}
export interface DatabaseUrls {
  databaseUrl: string;
  databaseAppUrl: string;
}

/** What is made once per process and handed to every service in it. */
export interface ServiceEnvironment {
  config: BaseConfig;
  bus: Bus;
  clock: SimulatableClock;
  keys: KeyRing;
  log: Logger;
  env: NodeJS.ProcessEnv;
  /** Brings a service's database up to date and says where it is; by default `migrate` on the configured URLs. */
  prepareDatabase?: (needs: DatabaseNeeds) => Promise<DatabaseUrls>;
}

/** What the parts of a service are built from. */
export interface Kit<P = unknown> {
  readonly name: ServiceName;
  readonly db: Database<P>;
  readonly outbox: Outbox;
  readonly clock: SimulatableClock;
  readonly keys: KeyRing;
  /** Personal data encrypted under one key per subject, which erasure destroys. */
  readonly vault: Vault;
  readonly log: Logger;
  readonly jobs: Jobs;
  readonly config: BaseConfig;
  readonly env: NodeJS.ProcessEnv;
  readonly messaging: Messaging;
}

export interface ServiceParts {
  routes: Route[];
  subscriptions: Subscriptions;
  jobs?: Job[];
  /** Routes outside of the contracts (static files, pixels); mounted before the contract's. */
  rawRoutes?: (app: Express) => void;
  /** Looked at before Express: true when it took the request. For redirect and event intake. */
  fastPath?: RequestFastPath;
  onStart?: () => Promise<void>;
  onStop?: () => Promise<void>;
}
export type RequestFastPath = (...parameters: Parameters<RequestListener>) => boolean;

export interface ServiceOptions<P> {
  name: ServiceName;
  environment: ServiceEnvironment;
  /** The service's `prisma` folder: `new URL('../prisma/', import.meta.url)`. */
  prismaDirectory: URL;
  /** Tables of schema public that the application role may only read and insert into. */
  appendOnly: readonly string[];
  /** Makes the generated client: `(adapter) => new PrismaClient({ adapter })`. Left out when the service has none. */
  prisma?: (adapter: PrismaAdapter) => P;
  parts: (kit: Kit<P>) => ServiceParts;
}
/** The driver adapter that a generated Prisma client takes. */
export type PrismaAdapter = import('@prisma/adapter-pg').PrismaPg;

export interface Readiness {
  status: 'ready' | 'degraded' | 'not-ready';
  reasons: string[];
}

/** A composed service. `start` and `stop` may each be called once. */
export interface Service<P = unknown> {
  readonly name: ServiceName;
  readonly handler: RequestListener;
  readonly routes: readonly Route[];
  readonly subscriptions: Subscriptions;
  readonly messaging: Messaging;
  readonly db: Database<P>;
  start(): Promise<void>;
  stop(): Promise<void>;
  readiness(): Promise<Readiness>;
  /** Runs every `onClock` job once and then whatever is enqueued and due, until nothing is. For tests and the clock route. */
  runDueJobs(): Promise<void>;
}
