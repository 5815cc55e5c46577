import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTracing } from '@tributary/testkit';
import { aBrand, aLink, clickOn, report, startTracking, type Tracked } from './world.js';

let tracing: Awaited<ReturnType<typeof startTracing>>;
let service: Tracked;
beforeAll(async () => {
  tracing = await startTracing();
  service = await startTracking({ now: new Date('2026-03-10T12:00:00.000Z') });
});
afterAll(async () => {
  await service.stop();
  await tracing.stop();
});

test.each([
  ['is linked to the click by the context in the click row', false],
  ['is linked to nothing once that context is lost', true],
])('Q-10 a reported conversion %s', async (_, lost) => {
  const brand = await aBrand(service);
  const link = await aLink(service, brand.brandId, brand.partnerIds[0] ?? '');
  const clickId = await clickOn(service, link.code);
  if (lost) await service.sql("UPDATE clicks SET traceparent = '' WHERE id = $1", [clickId]);
  const sale = { type: 'sale', eventId: newId('event'), brandId: brand.brandId, occurredAt: '2026-03-10T12:00:00.000Z', clickId };
  await report(service, { ...sale, amount: 1000, currency: 'EUR' });
  const click = (await tracing.spans('/c/:code')).at(-1);
  const intake = (await tracing.spans('/api/v1/events')).at(-1);
  expect(intake?.links.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual(
    lost ? [] : [{ traceId: click?.traceId, spanId: click?.spanId }],
  );
});
