import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, startTracing, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { accrued, aPartner, approved, payRun, settle, start } from './world.js';

let tracing: Awaited<ReturnType<typeof startTracing>>;
let s: TestService<PrismaClient>;
beforeAll(async () => {
  tracing = await startTracing();
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(async () => {
  await s.stop();
  await tracing.stop();
});

const spanOf = ({ traceId, spanId }: { traceId: string; spanId: string }) => `${traceId} ${spanId}`;

test('Q-10 a run goes back to the traces of all its entries, 128 a span', async () => {
  const owed = await aPartner(s);
  const entries = Array.from({ length: 300 }, () => accrued(owed.partnerId, owed.brandId, 100));
  const made = entries.map((entry, index) => {
    const traceparent = `00-${'c'.repeat(32)}-${(index + 1).toString(16).padStart(16, '0')}-01`;
    return { ...entry, data: { ...entry.data, traceparent } };
  });
  await s.deliver(...made, ...made.map((entry) => approved(entry)));
  await s.service.runDueJobs();
  await payRun(s, owed.brandId);
  for (const name of ['payouts create run', 'payouts submit run']) {
    const own = (await tracing.spans(name)).slice(-1);
    const more = (await tracing.spans(`${name} (more links)`)).filter(({ parentSpanId }) => parentSpanId === own[0]?.spanId);
    const linked = [...own, ...more].flatMap(({ links }) => links);
    expect(more).toHaveLength(2);
    for (const { links } of [...own, ...more]) expect(links.length).toBeLessThanOrEqual(128);
    expect(linked.filter(({ traceId }) => traceId === 'c'.repeat(32))).toHaveLength(300);
  }
  // What one look at the rail reports is booked together: nothing of this run may be left for the next test's.
  await settle(s);
});

test.each([
  ['is linked to the call to the rail by the context in the payout', false],
  ['is linked to nothing once that context is lost', true],
])('Q-10 a settlement %s', async (_, lost) => {
  const owed = await aPartner(s);
  const entry = accrued(owed.partnerId, owed.brandId, 5_000);
  await s.deliver(entry, approved(entry));
  await s.service.runDueJobs();
  const run = await payRun(s, owed.brandId);
  if (lost) await s.sql('UPDATE payout SET traceparent = NULL WHERE run_id = $1', [run.id]);
  await settle(s);
  const rail = (await tracing.spans('rail submit simulated-api')).at(-1);
  const settled = (await tracing.spans('payouts settled')).at(-1);
  const [event] = (await s.published('payouts.payout.settled.v1')).slice(-1);
  expect(event?.data.runId).toBe(run.id);
  expect(event?.traceparent).toBe(`00-${settled?.traceId}-${settled?.spanId}-01`);
  expect(settled?.links.map(spanOf)).toEqual(lost || rail === undefined ? [] : [spanOf(rail)]);
  expect(settled?.attributes['tributary.correlation_id']).toBe(rail?.attributes['tributary.correlation_id']);
});
