import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventOf } from '@tributary/contracts';
import { startTracing } from '@tributary/testkit';
import { aConversion, createDeal, recorded, startWorld, type World } from './builders.js';

let tracing: Awaited<ReturnType<typeof startTracing>>;
let world: World;
const writer = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
beforeAll(async () => {
  tracing = await startTracing();
  world = await startWorld();
  await createDeal(world);
});
afterAll(async () => {
  await world.service.stop();
  await tracing.stop();
});

test.each([
  ['goes on in the trace of its conversion', true],
  ['stands alone when the envelope has lost its context', false],
])('Q-10 an accrual %s', async (_, carried) => {
  const traceparent = `00-${writer.traceId}-${writer.spanId}-01`;
  const { traceparent: _given, ...bare } = recorded(aConversion(world));
  await world.service.deliver((carried ? { ...bare, traceparent } : bare) as EventOf<'tracking.conversion.recorded.v1'>);
  const consumed = (await tracing.spans('commission consume tracking.conversion.recorded.v1')).at(-1);
  const accrual = (await tracing.spans('commission accrue')).at(-1);
  for (const span of [consumed, accrual])
    expect(span?.links.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual(carried ? [writer] : []);
  expect(consumed?.traceId === writer.traceId).toBe(carried);
  expect(accrual?.parentSpanId).toBe(consumed?.spanId);
  const [entry] = (await world.service.published('commission.entry.accrued.v1')).slice(-1);
  expect(entry?.traceparent).toBe(`00-${accrual?.traceId}-${accrual?.spanId}-01`);
  expect(entry?.data.traceparent).toBe(carried ? traceparent : null);
});
