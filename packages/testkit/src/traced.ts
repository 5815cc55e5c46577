import { startTelemetry } from '@tributary/service-kit';
import { type CollectedSpan, traceCollector } from './trace-collector.js';

/** Tracing for a test of one service: spans go to a collector in memory. */
export async function startTracing(): Promise<{ spans(name: string): Promise<CollectedSpan[]>; stop(): Promise<void> }> {
  const collector = await traceCollector();
  const telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: collector.url });
  return {
    /** What has ended by now under this name, oldest first. */
    async spans(name) {
      await telemetry.flush();
      return collector.spans().filter((span) => span.name === name);
    },
    async stop() {
      await telemetry.shutdown();
      await collector.close();
    },
  };
}
