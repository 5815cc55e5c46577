import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Names whose values never reach a log, at the top level and one and two levels down. */
const secretNames = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'key',
  'iban',
  'accountNumber',
  'email',
  'taxId',
  'x-tributary-principal',
  'DATABASE_URL',
  'DATABASE_APP_URL',
];
const paths = secretNames.flatMap((name) => {
  const step = /^[a-zA-Z]+$/.test(name) ? `.${name}` : `["${name}"]`;
  return [step.replace(/^\./, ''), `*${step}`, `*.*${step}`];
});

/** A structured JSON log: every line carries trace and span id when there is a span; secrets and personal data are redacted. */
export function createLogger(options: { name?: string; level?: string; destination?: DestinationStream } = {}): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: options.name ? { service: options.name } : {},
    redact: { paths, censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { traceId: span.traceId, spanId: span.spanId } : {};
    },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
