import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTelemetry, type Telemetry } from '@tributary/service-kit';
import { startTestService, type TestService, type TraceCollector, traceCollector } from '@tributary/testkit';
import { brandEvent } from './brands.js';
import { composeNotes } from './notes/notes.js';

let collector: TraceCollector;
let telemetry: Telemetry;
let notes: TestService<undefined>;
const brandId = newId('brand');

beforeAll(async () => {
  collector = await traceCollector();
  telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: collector.url });
  notes = await startTestService(composeNotes);
  await notes.deliver(brandEvent(brandId));
});
afterAll(async () => {
  await notes.stop();
  await telemetry.shutdown();
  await collector.close();
});

test('a request continues the trace that it came with; its event and its problem details carry it on', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const post = (body: object) => notes.request().post('/api/v1/notes').set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`).send(body);
  await post({ brandId, body: 'traced' }).expect(201);
  expect((await post({}).expect(422)).body.traceId).toBe(traceId);
  await telemetry.flush();
  const span = collector.spans().find((each) => each.name === 'POST /api/v1/notes' && each.attributes['http.response.status_code'] === 201);
  expect(span).toMatchObject({
    traceId,
    parentSpanId: '00f067aa0ba902b7',
    attributes: { 'service.name': 'notifications', 'http.route': '/api/v1/notes' },
  });
  const [event] = await notes.published('notifications.message.sent.v1');
  expect(event?.traceparent).toMatch(new RegExp(`^00-${traceId}-${span?.spanId}-01$`));
});

test('metrics are there for Prometheus', async () => {
  const { text } = await notes.anonymous().get('/metrics').expect(200);
  expect(text).toMatch(/http_server_request_duration_count\{[^}]*service_name="notifications"[^}]*\} \d/);
});

test('set up twice is set up once', async () => {
  expect(await startTelemetry({ serviceName: 'other' })).toBe(telemetry);
});
