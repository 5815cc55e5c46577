import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rabbitBus } from '@tributary/messaging';
import type { Logger } from 'pino';
import { createServer } from '../http/prepared.js';
import { clockFor } from '../platform/clock.js';
import { ConfigInvalid, readProcessConfig } from '../platform/config.js';
import { loadKeys } from '../platform/keys.js';
import { createLogger } from '../platform/logger.js';
import { startTelemetry } from '../platform/telemetry.js';
import type { Service, ServiceEnvironment } from '../types.js';

/**
 * A service as a process of its own: configuration from the environment, bus, database, HTTP, and a graceful stop on SIGTERM or
 * SIGINT. Exits with 1 when it cannot start, naming every configuration problem at once.
 */
export async function runService<P>(compose: (environment: ServiceEnvironment) => Promise<Service<P>>): Promise<void> {
  const env = process.env;
  const config = orExit(() => readProcessConfig(env));
  // Heard from the beginning: a stop that is asked for while we start is carried out once we have.
  const asked = stopSignal();
  const log = createLogger({ level: config.logLevel });
  const telemetry = await startTelemetry({
    serviceName: env['OTEL_SERVICE_NAME'] ?? 'tributary',
    ...(config.otlpEndpoint === undefined ? {} : { otlpEndpoint: config.otlpEndpoint }),
  });
  const bus = rabbitBus({ url: config.amqpUrl, prefix: config.busPrefix, log, ...busBatches(config.batchSize) });
  try {
    const keys = loadKeys(config.dataDir, env);
    if (keys.fresh) log.warn({ folder: config.dataDir }, 'keys were made: back up keys.json, evidence and encrypted data depend on it');
    const service = await compose({ config, bus, clock: clockFor(config.clock), keys, log, env });
    const server = createServer(service.handler);
    const port = await listen(server, config.port);
    await service.start();
    log.info({ service: service.name, port }, 'ready');
    await asked;
    log.info({ service: service.name }, 'stopping');
    await withDeadline(config.stopDeadlineMs, log, async () => {
      await closeServer(server);
      await service.stop();
      await bus.close();
      await telemetry.shutdown();
    });
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'the service cannot run');
    process.exit(1);
  }
}

function busBatches(size: number | undefined): { messageBatch?: number; handleBatch?: number } {
  return size === undefined ? {} : { messageBatch: size, handleBatch: size };
}

function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}

/** Listens and returns the port, which matters when 0 was asked for. */
export function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Takes no new connection, lets requests in flight finish, and closes each connection as it falls idle. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}

/** SIGTERM or SIGINT, or the end of the supervisor that holds our channel: nobody is left to stop us then. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('disconnect', resolve);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** Runs `work`; when it takes longer than the deadline the process ends all the same, with 1: durable state needs no farewell. */
export async function withDeadline(deadlineMs: number, log: Logger, work: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => {
    log.error({ deadlineMs }, 'the stop took longer than its deadline');
    process.exit(1);
  }, deadlineMs);
  await work();
  clearTimeout(timer);
}
