import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\/.+/, 'must be a postgres:// URL');

/** The environment variables that every service's process reads, with defaults; secrets have none. */
const environmentSchema = z.object({
  DATABASE_URL: postgresUrl,
  DATABASE_APP_URL: postgresUrl,
  AMQP_URL: z.string().regex(/^amqps?:\/\/.+/, 'must be an amqp:// URL'),
  /** Put before every exchange's and queue's name, so that several installations can share a broker. */
  TRIBUTARY_BUS_PREFIX: z.string().max(60).default(''),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  TRIBUTARY_DATA_DIR: z.string().min(1).default('.data'),
  TRIBUTARY_CLOCK: z.enum(['system', 'simulated']).default('system'),
  TRIBUTARY_REQUEST_POOL: z.coerce.number().int().min(1).max(100).default(3),
  TRIBUTARY_SYSTEM_POOL: z.coerce.number().int().min(2).max(100).default(6),
  TRIBUTARY_REQUIRE_DURABLE_DATABASE: flag.default(true),
  /** Events handled, relayed and sent together at most; the defaults of messaging when left out. 1 for measuring what batches gain. */
  TRIBUTARY_BATCH_SIZE: z.coerce.number().int().min(1).max(5000).optional(),
  TRIBUTARY_STOP_DEADLINE_MS: z.coerce.number().int().min(100).default(20_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** What each composed service is told, whatever it was read from. */
export interface BaseConfig {
  /** The migrator's database URL: owner of all tables. */
  databaseUrl: string;
  /** The application role's: may not alter anything, nor update append-only tables. */
  databaseAppUrl: string;
  dataDir: string;
  clock: 'system' | 'simulated';
  /** Connections for requests of brand-scoped callers, and for the system's own work. Nine services at 3 + 6 fit PostgreSQL's default 100. */
  pools: { request: number; system: number };
  /** Events in one transaction and in one message at most; messaging's own defaults when left out. */
  batchSize?: number;
  /** Refuse to start on a database that may forget what it has confirmed. */
  requireDurableDatabase: boolean;
  /** `workers`: jobs run by themselves. `manual`: only `runDueJobs` runs them (tests). */
  jobs: 'workers' | 'manual';
  stopDeadlineMs: number;
  /** How long a command waits for a reference that has not arrived yet; 3 s by the architecture. */
  notYetKnownWaitMs: number;
}

/** The configuration of a process of its own: what its services get, and its own listening, bus and telemetry. */
export interface ProcessConfig extends BaseConfig {
  port: number;
  amqpUrl: string;
  busPrefix: string;
  logLevel: string;
  otlpEndpoint?: string;
}

export class ConfigInvalid extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is incomplete or wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigInvalid';
  }
}

/**
 * Reads variables by a zod schema and reports every problem at once. An empty variable counts as unset.
 * @throws ConfigInvalid naming each variable and its rule, never its value.
 */
export function readEnvironment<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigInvalid(
    result.error.issues.map((issue) => {
      const name = issue.path.join('.');
      const missing = issue.code === 'invalid_type' && given[name] === undefined;
      return missing ? `${name} is not set` : `${name}: ${issue.message}`;
    }),
  );
}

/** The configuration of a service process from its environment. @throws ConfigInvalid with all problems at once. */
export function readProcessConfig(env: NodeJS.ProcessEnv): ProcessConfig {
  const read = readEnvironment(environmentSchema, env);
  return {
    ...baseConfig({
      databaseUrl: read.DATABASE_URL,
      databaseAppUrl: read.DATABASE_APP_URL,
      dataDir: read.TRIBUTARY_DATA_DIR,
    }),
    clock: read.TRIBUTARY_CLOCK,
    pools: {
      request: read.TRIBUTARY_REQUEST_POOL,
      system: read.TRIBUTARY_SYSTEM_POOL,
    },
    requireDurableDatabase: read.TRIBUTARY_REQUIRE_DURABLE_DATABASE,
    ...(read.TRIBUTARY_BATCH_SIZE === undefined ? {} : { batchSize: read.TRIBUTARY_BATCH_SIZE }),
    stopDeadlineMs: read.TRIBUTARY_STOP_DEADLINE_MS,
    port: read.PORT,
    amqpUrl: read.AMQP_URL,
    busPrefix: read.TRIBUTARY_BUS_PREFIX,
    logLevel: read.LOG_LEVEL,
    ...(read.OTEL_EXPORTER_OTLP_ENDPOINT ? { otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT } : {}),
  };
}

/** A service's configuration with every default, for composers that do not read it from the environment. */
export function baseConfig(given: Pick<BaseConfig, 'databaseUrl' | 'databaseAppUrl' | 'dataDir'> & Partial<BaseConfig>): BaseConfig {
  return {
    clock: 'system',
    pools: { request: 3, system: 6 },
    requireDurableDatabase: true,
    jobs: 'workers',
    stopDeadlineMs: 20_000,
    notYetKnownWaitMs: 3_000,
    ...given,
  };
}
