import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventOf } from '@tributary/contracts';
import { everything } from '@tributary/service-kit';
import { shuffled } from '@tributary/testkit';
import { aConversion, aRefund, createDeal, partnerOf, recorded, startWorld, type World } from '../../test/builders.js';
import { refoldStatements } from '../statements/refold-statements.js';
import { onConversionRecorded } from './on-conversion.consumer.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-15T00:00:00Z' });
});
afterAll(() => world.service.stop());

/** What an instance of the service does with a batch, in a transaction of its own beside the others. */
async function consume(events: readonly EventOf<'tracking.conversion.recorded.v1'>[]): Promise<void> {
  const { db, service, clock } = world.service;
  await db.tx(everything, (tx) => onConversionRecorded({ outbox: service.messaging.outbox, clock, refold: refoldStatements })(tx, events));
}

test('instances that hold sales, their refunds and repetitions of both at the same time post each difference once', async () => {
  const components = [
    { on: 'sale', model: 'percentage', rate: '0.10' },
    { on: 'trade', model: 'flat', amount: '0.3', subCent: 'accumulate' },
  ];
  const deal = await createDeal(world, { terms: { components } });
  const sales = Array.from({ length: 300 }, () => aConversion(world, { amount: 1000 }));
  const refunds = sales.flatMap((sale) => [aRefund(world, sale, 300), aRefund(world, sale, 200)]);
  const trades = Array.from({ length: 100 }, () => aConversion(world, { kind: 'trade', amount: null, currency: null }));
  const events = shuffled(
    11,
    [...sales, ...refunds, ...trades].flatMap((conversion) => [recorded(conversion), recorded(conversion)]),
  );

  const batches = Array.from({ length: 25 }, (_, index) => events.filter((_event, at) => at % 25 === index));
  const amend = world.service
    .request()
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('If-Match', '"1"')
    .send({
      effectiveFrom: '2026-05-01T00:00:00Z',
      terms: { components: [{ ...components[0], rate: '0.20' }, components[1]] },
      reason: 'in the middle',
    });
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) await consume(batch);
  };
  const [amended] = await Promise.all([amend.then((response) => response), worker(), worker(), worker()]);
  expect(amended.status).toBe(201);
  await world.service.service.runDueJobs();

  const [books] = await world.service.sql<{ sales: number; trades: number; postings: number; apart: number }>(
    `SELECT (sum(amount) FILTER (WHERE component = 'sale'))::int AS sales, (sum(amount) FILTER (WHERE component = 'trade'))::int AS trades,
            count(*)::int AS postings, count(DISTINCT (scope, posting))::int AS apart FROM commission_entry WHERE partner_id = $1`,
    [partnerOf(world)],
  );
  expect(books).toMatchObject({ sales: 300 * 100, trades: 30 });
  expect(books?.apart).toBe(books?.postings);
});
