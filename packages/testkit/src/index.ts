export { anEvent, type EventOverrides } from './events.js';
export { eventually } from './eventually.js';
export { repeated, seededRandom, shuffled } from './order.js';
export { reuseVariable, startTestPostgres, type TestPostgres } from './postgres.js';
export { type RecordingBus, recordingBus } from './recording-bus.js';
export { createTestDatabase, type TestDatabase } from './templates.js';
export { type Agent, startTestService, type TestService, type TestServiceOptions } from './test-service.js';
export { type CollectedSpan, type TraceCollector, traceCollector } from './trace-collector.js';
export { startTracing } from './traced.js';
