import { readEnvironment } from '@tributary/service-kit';
import { z } from 'zod';

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  TRIBUTARY_DATA_DIR: z.string().min(1).default('.data'),
  TRIBUTARY_ADMIN_KEY: z.string().min(16).optional(),
  TRIBUTARY_CLOCK: z.enum(['system', 'simulated']).default('system'),
  /** A PostgreSQL superuser's URL, to use that server instead of our own. */
  TRIBUTARY_POSTGRES_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL')
    .optional(),
  AMQP_URL: z
    .string()
    .regex(/^amqps?:\/\//, 'must be an amqp:// URL')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
});

export interface Settings {
  port: number;
  dataDir: string;
  clock: 'system' | 'simulated';
  /** Where a simulated clock starts that was never moved; the present when left out. */
  clockStart?: Date;
  postgresUrl: string | undefined;
  amqpUrl: string | undefined;
  otlpEndpoint: string | undefined;
  logLevel: string;
  env: NodeJS.ProcessEnv;
}

/** What standalone is told by its environment. @throws ConfigInvalid with every problem at once. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const read = readEnvironment(environment, env);
  return {
    port: read.PORT,
    dataDir: read.TRIBUTARY_DATA_DIR,
    clock: read.TRIBUTARY_CLOCK,
    postgresUrl: read.TRIBUTARY_POSTGRES_URL,
    amqpUrl: read.AMQP_URL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: read.LOG_LEVEL,
    env,
  };
}
