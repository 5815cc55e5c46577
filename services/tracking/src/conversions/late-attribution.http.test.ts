import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EventOf, newId } from '@tributary/contracts';
import { shuffled } from '@tributary/testkit';
import {
  aBrand,
  aLink,
  brandEvent,
  clickOn,
  enrollmentEvent,
  partnerEvent,
  report,
  startTracking,
  type Tracked,
} from '../../test/world.js';

let service: Tracked;
beforeAll(async () => {
  service = await startTracking({ now: new Date('2026-03-10T12:00:00.000Z') });
});
afterAll(() => service.stop());

const attributedOf = async (eventId: string) =>
  (await service.published('tracking.conversion.attributed.v1')).filter((event) => event.data.eventId === eventId);

test('X-13 a sale 10 minutes before its lead is attributed when the lead arrives, once, without anybody', async () => {
  const { brandId, partnerIds } = await aBrand(service);
  const link = await aLink(service, brandId, partnerIds[0] ?? '');
  const clickId = await clickOn(service, link.code);
  const common = { brandId, customerKey: 'deferred' };
  const sale = { ...common, type: 'sale', eventId: 'x13-sale', occurredAt: '2026-03-10T12:00:00.000Z', amount: 900, currency: 'EUR' };
  const refund = {
    brandId,
    type: 'refund',
    eventId: 'x13-refund',
    originalEventId: 'x13-sale',
    occurredAt: '2026-03-10T12:05:00.000Z',
    amount: 300,
    currency: 'EUR',
  };
  expect((await report(service, refund).expect(202)).body.partnerId).toBeNull();
  expect((await report(service, sale).expect(202)).body.partnerId).toBeNull();
  service.clock.set(new Date('2026-03-10T12:10:00.000Z'));
  await report(service, { ...common, type: 'lead', eventId: 'x13-lead', clickId, occurredAt: '2026-03-10T12:10:00.000Z' }).expect(202);

  const [sales, refunds] = [await attributedOf('x13-sale'), await attributedOf('x13-refund')];
  expect([sales.length, refunds.length]).toEqual([1, 1]);
  const recorded = (await service.published('tracking.conversion.recorded.v1')).find((event) => event.data.eventId === 'x13-sale');
  expect(recorded?.data.unattributedReason).toBe('customer-unknown');
  expect(sales[0]?.data).toMatchObject({
    conversionId: recorded?.data.conversionId,
    partnerId: partnerIds[0],
    unattributedReason: null,
    attribution: { method: 'customer', clickId },
  });
  expect(sales[0]?.traceparent).toBe(recorded?.traceparent);
  expect(sales[0]?.correlationid).toBe(recorded?.data.conversionId);
  expect(refunds[0]?.data).toMatchObject({
    originalConversionId: recorded?.data.conversionId,
    partnerId: partnerIds[0],
    attribution: { method: 'original' },
  });
  await service.service.runDueJobs();
  expect(await attributedOf('x13-sale')).toHaveLength(1);
});

test('a partner who is not enrolled yet gets his conversions with the enrolment', async () => {
  const { brandId, programId } = await aBrand(service);
  const late = newId('partner');
  await service.deliver(partnerEvent(late));
  await report(service, { type: 'lead', eventId: 'early', brandId, partnerId: late, occurredAt: '2026-03-10T12:00:00.000Z' }).expect(202);
  const recorded = (await service.published('tracking.conversion.recorded.v1')).find((event) => event.data.eventId === 'early');
  expect(recorded?.data.unattributedReason).toBe('partner-not-enrolled');
  await service.deliver(enrollmentEvent(late, brandId, programId));
  expect((await attributedOf('early')).map((event) => event.data.partnerId)).toEqual([late]);
});

test('an arrival that crossed its conversion is found by the safety net', async () => {
  const { brandId, programId } = await aBrand(service);
  const late = newId('partner');
  await report(service, { type: 'lead', eventId: 'crossed', brandId, partnerId: late, occurredAt: '2026-03-10T12:00:00.000Z' }).expect(202);
  // As if the consumer had committed without seeing the conversion.
  await service.sql("INSERT INTO enrollments VALUES ('enr_x', $1, $2, $3, 'active', now(), 1)", [late, brandId, programId]);
  await service.sql("UPDATE awaited SET due_at = now() - interval '1 second'");
  await service.service.runDueJobs();
  expect((await attributedOf('crossed')).map((event) => event.data.partnerId)).toEqual([late]);
  expect(await service.sql('SELECT 1 FROM awaited WHERE key LIKE $1', [`${late}/%`])).toEqual([]);
});

test('an event stops waiting for a click that never came and takes what else it has', async () => {
  const { brandId, partnerIds } = await aBrand(service);
  const clickId = newId('click');
  const event = { type: 'lead', eventId: 'lost-click', brandId, clickId, partnerId: partnerIds[0], occurredAt: '2026-03-10T12:00:00.000Z' };
  expect((await report(service, event).expect(202)).body.partnerId).toBeNull();
  const old = `clk_01${'a'.repeat(24)}`;
  await service.sql("UPDATE conversions SET click_ref = $1 WHERE event_id = 'lost-click'", [old]);
  await service.sql("UPDATE awaited SET due_at = now() - interval '1 second'");
  await service.service.runDueJobs();
  expect((await attributedOf('lost-click')).map((each) => each.data.attribution?.method)).toEqual(['partner']);
});

test('snapshots in any order: the highest sequence stays', async () => {
  const [brandId, programId] = [newId('brand'), newId('program')];
  const events = [1, 2, 3, 4, 5].map((sequence) => brandEvent(brandId, programId, sequence * 10, sequence));
  for (const event of shuffled(7, events)) await service.deliver(event);
  expect(await service.sql('SELECT window_days AS days FROM brands WHERE brand_id = $1', [brandId])).toEqual([{ days: 50 }]);
});

test('D-05 a story of seven events in any order ends in the same conversions and the same attribution', async () => {
  const endings = new Set<string>();
  for (let seed = 1; seed <= 30; seed++) endings.add(JSON.stringify(await tell(seed)));
  expect(endings.size).toBe(1);
  expect(JSON.parse([...endings][0] ?? '[]')).toEqual([
    ['chargeback', 'first', 'original', 'deposit', null],
    ['deposit', 'first', 'customer', null, null],
    ['lead', 'first', 'click', null, null],
    ['other', 'second', 'partner', null, null],
    ['refund', 'first', 'original', 'sale', null],
    ['sale', 'first', 'customer', null, null],
  ]);
}, 60_000);

/** Lead with click, sale and deposit of the customer, refund, chargeback, another partner's sale, his enrolment: shuffled, some of it in one batch. */
async function tell(seed: number): Promise<unknown[][]> {
  const { brandId, programId, partnerIds } = await aBrand(service);
  const second = newId('partner');
  const link = await aLink(service, brandId, partnerIds[0] ?? '');
  const clickId = await clickOn(service, link.code);
  const money = { amount: 1000, currency: 'EUR' };
  const event = (type: string, minute: number, more: object) => ({
    type,
    brandId,
    occurredAt: `2026-03-10T12:0${minute}:00.000Z`,
    ...more,
  });
  const events: (object | EventOf<'directory.enrollment.changed.v1'>)[] = [
    event('lead', 0, { eventId: 'lead', clickId, customerKey: 'c' }),
    event('sale', 1, { eventId: 'sale', customerKey: 'c', ...money }),
    event('deposit', 2, { eventId: 'deposit', customerKey: 'c', ...money }),
    event('refund', 3, { eventId: 'refund', originalEventId: 'sale', ...money }),
    event('chargeback', 4, { eventId: 'chargeback', originalEventId: 'deposit', ...money }),
    event('sale', 5, { eventId: 'other', partnerId: second, ...money }),
    enrollmentEvent(second, brandId, programId),
  ];
  const story = shuffled(seed, events);
  for (let next = 0; next < story.length; ) {
    const size = seed % 3 === 0 ? 3 : 1;
    const step = story.slice(next, next + size);
    next += size;
    const [enrollments, reports] = [step.filter(isEnrollment), step.filter((each) => !isEnrollment(each))];
    await service.deliver(...enrollments);
    if (reports.length === 1) await report(service, reports[0] ?? {}).expect(202);
    else if (reports.length > 1) await report(service, { events: reports }).expect(202);
  }
  return endingOf(
    brandId,
    new Map([
      [partnerIds[0], 'first'],
      [second, 'second'],
    ]),
  );
}

const isEnrollment = (step: object): step is EventOf<'directory.enrollment.changed.v1'> => 'specversion' in step;

/** What listeners know: the recorded conversions, superseded by the attributed ones, which come once each. */
async function endingOf(brandId: string, names: ReadonlyMap<string | undefined, string>): Promise<unknown[][]> {
  const recorded = await publishedOf('tracking.conversion.recorded.v1', brandId);
  const attributed = await publishedOf('tracking.conversion.attributed.v1', brandId);
  expect(recorded).toHaveLength(6);
  const told = new Map(recorded.map(({ data }) => [data.conversionId, data]));
  for (const { data } of attributed) {
    expect(told.get(data.conversionId)?.partnerId).toBeNull();
    told.set(data.conversionId, data);
  }
  const listed = (await service.request().get(`/api/v1/conversions?brandId=${brandId}`)).body.data;
  expect(new Map(listed.map((each: { conversionId: string }) => [each.conversionId, each]))).toEqual(told);
  const eventIdOf = (id: string | null) => (id === null ? null : (told.get(id)?.eventId ?? 'unknown'));
  return [...told.values()]
    .map((each) => [
      each.eventId,
      names.get(each.partnerId ?? '') ?? null,
      each.attribution?.method,
      eventIdOf(each.originalConversionId),
      each.unattributedReason,
    ])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

async function publishedOf<T extends 'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>(type: T, brandId: string) {
  const text = "SELECT envelope FROM messaging.outbox WHERE type = $1 AND envelope->>'brandid' = $2 ORDER BY created_at, id";
  return (await service.sql<{ envelope: EventOf<T> }>(text, [type, brandId])).map((row) => row.envelope);
}
