import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { definitionOf, type Envelope, type EventOf, type EventType, type Lane, newId } from '@tributary/contracts';
import {
  baseConfig,
  closeServer,
  createLogger,
  createServer,
  type Database,
  ephemeralKeys,
  listen,
  type Principal,
  principalHeader,
  principalSigner,
  type Service,
  type ServiceEnvironment,
  type SimulatableClock,
  simulatedClock,
  systemPrincipal,
} from '@tributary/service-kit';
import pg from 'pg';
import supertest from 'supertest';
import { reuseVariable } from './postgres.js';
import { type RecordingBus, recordingBus } from './recording-bus.js';
import { createTestDatabase, type TestDatabase } from './templates.js';

export interface TestServiceOptions {
  /** Where the simulated clock starts; the present unless told. */
  now?: Date;
  env?: NodeJS.ProcessEnv;
  /** Changes to the environment that is handed to the composition. */
  environment?: Partial<ServiceEnvironment>;
  /** An existing database instead of a new one: for tests of a restart. Whoever made it drops it. */
  database?: TestDatabase;
  /** How long commands wait for what they do not know yet; 3 s in production, 300 ms here. */
  notYetKnownWaitMs?: number;
  /** `workers` lets jobs run by themselves; by default only `runDueJobs` and a move of the clock run them. */
  jobs?: 'workers' | 'manual';
}

export type Agent = ReturnType<typeof supertest.agent>;

/** One service on a database of its own, with its real HTTP, inbox, outbox and jobs. */
export interface TestService<P = unknown> {
  readonly service: Service<P>;
  readonly db: Database<P>;
  readonly clock: SimulatableClock;
  readonly bus: RecordingBus;
  readonly environment: ServiceEnvironment;
  readonly database: TestDatabase;
  /** Base address of its HTTP server. */
  readonly url: string;
  /** An agent that calls as somebody: an administrator of all brands, unless told otherwise. */
  request(as?: Partial<Principal>): Agent;
  /** An agent that sends no principal at all. */
  anonymous(): Agent;
  /** Hands events to the service's real inbox and returns when each is handled or stored as pending. */
  deliver(...events: readonly EventOf[]): Promise<void>;
  /** What the service has written to its outbox, oldest first. */
  published(): Promise<EventOf[]>;
  published<T extends EventType>(type: T): Promise<EventOf<T>[]>;
  /** Moves the simulated clock through the API: its jobs have run when this returns. */
  moveClock(to: Date | string): Promise<void>;
  /** Rows as the database's owner, past row-level security: for assertions. */
  sql<R extends pg.QueryResultRow = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  stop(): Promise<void>;
}

const testHeader = 'x-test-principal';

/** Composes a service for tests: database from a template, recording bus, simulated clock, keys in memory. */
export async function startTestService<P = unknown>(
  compose: (environment: ServiceEnvironment) => Promise<Service<P>>,
  options: TestServiceOptions = {},
): Promise<TestService<P>> {
  const server = process.env[reuseVariable];
  if (!server) throw new Error(`${reuseVariable} is not set: run tests by npm run jest, whose global set-up starts PostgreSQL`);
  let database = options.database;
  const bus = recordingBus();
  // What a service writes besides its database is nobody's but this test's.
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-service-'));
  const environment: ServiceEnvironment = {
    config: baseConfig({
      databaseUrl: server,
      databaseAppUrl: server,
      dataDir,
      clock: 'simulated',
      requireDurableDatabase: false,
      jobs: options.jobs ?? 'manual',
      stopDeadlineMs: 10_000,
      notYetKnownWaitMs: options.notYetKnownWaitMs ?? 300,
    }),
    bus,
    clock: simulatedClock(options.now),
    keys: ephemeralKeys(),
    log: createLogger({ level: process.env['TRIBUTARY_TEST_LOG'] ?? 'error' }),
    env: options.env ?? {},
    async prepareDatabase(needs) {
      database ??= await createTestDatabase(server, needs);
      return database;
    },
    ...options.environment,
  };
  const service = await compose(environment);
  if (!database) throw new Error('the composition did not build its service with buildService');
  await service.start();
  const http = await listening(service, environment);
  const tested = testService(service, environment, options.database ? { ...database, drop: async () => undefined } : database, bus, http);
  return {
    ...tested,
    async stop() {
      await tested.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Serves the service; the test's principal is signed here, at the moment of the call. */
async function listening(service: Pick<Service, 'handler'>, environment: ServiceEnvironment): Promise<{ server: Server; url: string }> {
  const sign = principalSigner(environment.keys);
  const server = createServer(async (request, response) => {
    const principal = request.headers[testHeader];
    if (typeof principal === 'string') request.headers[principalHeader] = await sign(JSON.parse(principal) as Principal);
    service.handler(request, response);
  });
  const port = await listen(server, 0, '127.0.0.1');
  return { server, url: `http://127.0.0.1:${port}` };
}

function testService<P>(
  service: Service<P>,
  environment: ServiceEnvironment,
  database: TestDatabase,
  bus: RecordingBus,
  http: { server: Server; url: string },
): TestService<P> {
  const somebody: Principal = { actorId: newId('apiKey'), actorKind: 'key', roles: ['administrator'], brandIds: [] };
  const owner = new pg.Pool({ connectionString: database.databaseUrl, max: 1 });
  // Dropping the database may cut a connection that has not quite ended.
  owner.on('error', () => undefined);
  const request = (as: Partial<Principal> = {}) => supertest.agent(http.url).set(testHeader, JSON.stringify({ ...somebody, ...as }));

  async function published(type?: string): Promise<EventOf[]> {
    const { rows } = await owner.query<{ envelope: EventOf }>('SELECT envelope FROM messaging.outbox ORDER BY created_at, id');
    return rows.map((row) => row.envelope).filter((event) => type === undefined || event.type === type);
  }
  return {
    service,
    db: service.db,
    clock: environment.clock,
    bus,
    environment,
    database,
    url: http.url,
    request,
    anonymous: () => supertest.agent(http.url),
    async deliver(...events) {
      for (const { lane, run } of runsByLane(events))
        await service.messaging.receive(
          lane,
          run.map((content) => ({ content })),
        );
    },
    published: published as TestService<P>['published'],
    async moveClock(to) {
      const now = (typeof to === 'string' ? new Date(to) : to).toISOString();
      await request(systemPrincipal('test')).post('/internal/clock').send({ now }).expect(200);
    },
    async sql<R extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await owner.query<R>(text, values)).rows;
    },
    async stop() {
      await closeServer(http.server);
      await service.stop();
      await owner.end();
      await database.drop();
    },
  };
}

/** Neighbours of one lane go as one batch; the given order is kept. */
function runsByLane(events: readonly Envelope[]): { lane: Lane; run: Envelope[] }[] {
  const runs: { lane: Lane; run: Envelope[] }[] = [];
  for (const event of events) {
    const lane = definitionOf(event.type)?.lane ?? 'facts';
    const last = runs.at(-1);
    if (last?.lane === lane) last.run.push(event);
    else runs.push({ lane, run: [event] });
  }
  return runs;
}
