import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EventOf, newId } from '@tributary/contracts';
import { repeated, shuffled } from '@tributary/testkit';
import { aBrand, brandEvent, enrollmentEvent, partnerEvent, report, startTracking, type Tracked } from '../../test/world.js';

let service: Tracked;
beforeAll(async () => {
  service = await startTracking({ now: new Date('2026-03-10T12:00:00.000Z') });
});
afterAll(() => service.stop());

const day = (date: string): string => `2026-${date}T12:00:00.000Z`;
interface Ids {
  brandId: string;
  programId: string;
  partnerId: string;
  enrollmentId: string;
}
const someIds = (more: Partial<Ids> = {}): Ids => ({
  brandId: newId('brand'),
  programId: newId('program'),
  partnerId: newId('partner'),
  enrollmentId: newId('enrollment'),
  ...more,
});

/** A snapshot of the brand from a day on, with or without the policy. */
function brandOf({ brandId, programId }: Ids, sequence: number, date: string, enrollmentsAreEvents: boolean) {
  const event = brandEvent(brandId, programId, 30, sequence, { enrollmentsAreEvents });
  return { ...event, data: { ...event.data, changedAt: day(date) } };
}

/** A snapshot of an enrolment that was approved on a day. */
function enrolled(
  { partnerId, brandId, programId, enrollmentId }: Ids,
  approved: string,
  { sequence = 1, changed = approved, status = 'active' as 'active' | 'suspended' } = {},
): EventOf<'directory.enrollment.changed.v1'> {
  const event = enrollmentEvent(partnerId, brandId, programId, 'active', sequence, enrollmentId);
  return { ...event, data: { ...event.data, status, enrolledAt: day(approved), changedAt: day(changed) } };
}

/** Everything that was told of a brand's conversions, after the jobs have run. */
async function told({ brandId }: { brandId: string }) {
  await service.service.runDueJobs();
  const events = [
    ...(await service.published('tracking.conversion.recorded.v1')),
    ...(await service.published('tracking.conversion.attributed.v1')),
  ];
  return events.map(({ data }) => data).filter((data) => data.brandId === brandId);
}

test('M-22 an approved enrolment is one conversion of the partner who was enrolled, at the instant of its approval', async () => {
  const ids = someIds();
  const { brandId, programId, partnerId, enrollmentId } = ids;
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await service.deliver(brandOf(ids, 1, '01-01', true), partnerEvent(partnerId), { ...enrolled(ids, '03-01'), traceparent });
  const [event, ...others] = await told(ids);
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    eventId: `enrollment:${enrollmentId}`,
    kind: 'enrollment',
    brandId,
    programId,
    partnerId,
    occurredAt: day('03-01'),
    amount: null,
    currency: null,
    customerId: null,
    details: null,
    source: 'enrollment',
    attribution: { method: 'partner', partnerId, touches: [] },
  });
  const [recorded] = (await service.published('tracking.conversion.recorded.v1')).filter((one) => one.brandid === brandId);
  expect(recorded?.traceparent).toBe(traceparent);
  expect(await told(ids)).toHaveLength(1);
  const { body } = await service.request().get(`/api/v1/conversions?eventId=enrollment:${enrollmentId}`).expect(200);
  expect(body.data).toMatchObject([{ kind: 'enrollment', source: 'enrollment', partnerId }]);
});

test('M-22 without the policy enrolments are no events', async () => {
  expect(await told(await aBrand(service))).toEqual([]);
});

test('M-22 suspended and approved again, repeated, replayed: it stays one', async () => {
  const ids = someIds();
  const all = () => [
    brandOf(ids, 1, '01-01', true),
    enrolled(ids, '02-01'),
    enrolled(ids, '02-01', { sequence: 2, changed: '02-05', status: 'suspended' }),
    enrolled(ids, '02-01', { sequence: 3, changed: '02-09' }),
  ];
  for (const event of all()) {
    await service.deliver(event, event);
    await told(ids);
  }
  // Replayed under new ids, and by a service that has forgotten what it made.
  await service.deliver(...all());
  await service.sql('UPDATE enrollments SET event_made = false WHERE enrollment_id = $1', [ids.enrollmentId]);
  expect(await told(ids)).toMatchObject([{ eventId: `enrollment:${ids.enrollmentId}`, occurredAt: day('02-01') }]);
});

test('M-22 switched on later it counts what is approved from that instant on, in whatever order that is heard of', async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const ids = someIds();
    const [before, at, after] = [someIds(ids), someIds(ids), someIds(ids)].map((one) => ({ ...one, ...newPartner() })) as [Ids, Ids, Ids];
    const events = [
      brandOf(ids, 1, '01-01', false),
      brandOf(ids, 2, '02-01', true),
      brandOf(ids, 3, '02-20', true),
      partnerEvent(after.partnerId),
      enrolled(before, '01-31'),
      enrolled(before, '01-31', { sequence: 2, changed: '02-10', status: 'suspended' }),
      enrolled(before, '01-31', { sequence: 3, changed: '02-15' }),
      enrolled(at, '02-01'),
      enrolled(after, '02-02'),
      enrolled(after, '02-02', { sequence: 2, changed: '02-10', status: 'suspended' }),
    ];
    for (const event of repeated(seed, events)) {
      await service.deliver(event);
      await service.service.runDueJobs();
    }
    const counted = (await told(ids)).map(({ eventId, partnerId, occurredAt }) => [eventId, partnerId, occurredAt]);
    expect(new Set(counted)).toEqual(
      new Set([
        [`enrollment:${at.enrollmentId}`, at.partnerId, day('02-01')],
        [`enrollment:${after.enrollmentId}`, after.partnerId, day('02-02')],
      ]),
    );
    expect(counted).toHaveLength(2);
  }
});

test('M-22 switched off it counts no more, and what was approved meanwhile never', async () => {
  const ids = someIds();
  const enrolments = ['02-02', '03-02', '04-02'].map((date) => ({ date, of: { ...ids, ...newPartner() } }));
  const events = [
    brandOf(ids, 1, '02-01', true),
    brandOf(ids, 2, '03-01', false),
    brandOf(ids, 3, '04-01', true),
    ...enrolments.map(({ of, date }) => enrolled(of, date)),
  ];
  await service.deliver(...shuffled(3, events));
  expect((await told(ids)).map(({ occurredAt }) => occurredAt).sort()).toEqual([day('02-02'), day('04-02')]);
});

test('M-22 an enrolment in a programme that the brand is not known to have yet waits for it', async () => {
  const ids = someIds();
  const added = newId('program');
  await service.deliver(brandOf(ids, 1, '01-01', true), enrolled({ ...ids, programId: added }, '03-01'));
  expect(await told(ids)).toEqual([]);
  const brand = brandOf(ids, 2, '02-01', true);
  await service.deliver({ ...brand, data: { ...brand.data, programIds: [ids.programId, added] } });
  expect(await told(ids)).toMatchObject([{ programId: added, partnerId: ids.partnerId }]);
});

test('M-22 no sender may take the id of an enrolment’s event', async () => {
  const { brandId, partnerIds } = await aBrand(service);
  const [partnerId, occurredAt] = [partnerIds[0], service.clock.now().toISOString()];
  const event = { type: 'enrollment', brandId, partnerId, occurredAt };
  const { body } = await report(service, { ...event, eventId: `enrollment:${newId('enrollment')}` }).expect(422);
  expect(body.code).toBe('event-id-reserved');
  await report(service, { ...event, eventId: 'enrollment:of-ours' }).expect(202);
});

const newPartner = (): Pick<Ids, 'partnerId' | 'enrollmentId'> => ({ partnerId: newId('partner'), enrollmentId: newId('enrollment') });
