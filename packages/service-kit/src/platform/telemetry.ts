import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Attributes, metrics, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

export interface TelemetryOptions {
  /** Resource name of the process; each span names its own service besides, since one process may hold many. */
  serviceName: string;
  /** OTLP over HTTP, without `/v1/traces`. Unset: traces have ids, and go nowhere but to `processors`. */
  otlpEndpoint?: string;
  /** Further span processors, such as a bounded store for a trace view. */
  processors?: readonly SpanProcessor[];
}

export interface Telemetry {
  /** Answers a Prometheus scrape. */
  metricsHandler(request: IncomingMessage, response: ServerResponse): void;
  /** Sends what is waiting. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

let running: Telemetry | undefined;

/** Sets OpenTelemetry up, once per process: a second call returns the first one's. No module is patched: all spans are made by hand. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  if (running) return running;
  const resource = resourceFromAttributes({ 'service.name': options.serviceName, 'service.namespace': 'tributary' });
  const processors = [...(options.processors ?? [])];
  if (options.otlpEndpoint !== undefined) processors.push(await otlpProcessor(options.otlpEndpoint));
  const tracing = new NodeTracerProvider({ resource, spanProcessors: processors });
  tracing.register();
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const metering = new MeterProvider({ resource, readers: [prometheus] });
  metrics.setGlobalMeterProvider(metering);
  running = {
    metricsHandler: (request, response) => prometheus.getMetricsRequestHandler(request, response),
    flush: () => tracing.forceFlush(),
    async shutdown() {
      running = undefined;
      await Promise.allSettled([tracing.shutdown(), metering.shutdown()]);
      trace.disable();
      metrics.disable();
    },
  };
  return running;
}

/** The telemetry of this process, when it has been started. */
export function currentTelemetry(): Telemetry | undefined {
  return running;
}

async function otlpProcessor(endpoint: string): Promise<SpanProcessor> {
  // Loaded on demand: the exporter costs start-up time that a process without a collector need not pay.
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }), { scheduledDelayMillis: 1000 });
}

/** Runs `work` in a span of that name; a failure is noted on it and thrown on. */
export function withSpan<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer('@tributary/service-kit').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
