import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { eventually } from '@tributary/testkit';
import { aBrand, aLink, type BrandWorld, clickOn, dayMs, type MadeLink, report, startTracking, type Tracked } from '../../test/world.js';

let service: Tracked;
let brand: BrandWorld;
let link: MadeLink;

beforeAll(async () => {
  service = await startTracking({ now: new Date('2026-03-10T12:00:00.000Z') });
  brand = await aBrand(service, 1, 30, { clicksAreEvents: true });
});
afterAll(() => service.stop());

const newLink = async (of = brand): Promise<void> => {
  link = await aLink(service, of.brandId, of.partnerIds[0] ?? '');
};
const visit = (visitor: string, more: Record<string, string> = {}) => clickOn(service, link.code, { 'x-forwarded-for': visitor, ...more });
/** Conversions that were told of the link's clicks, in the order of telling. */
const told = async () => {
  await service.service.runDueJobs();
  const recorded = await service.published('tracking.conversion.recorded.v1');
  return recorded.map(({ data }) => data).filter(({ attribution }) => attribution?.linkId === link.id);
};
const clickIds = async () => (await told()).map(({ attribution }) => attribution?.clickId);

test('M-01 four clicks of one visitor in 24 hours are one event, told as a conversion of its click; the next day another', async () => {
  await newLink();
  const start = service.clock.now();
  const first = await visit('10.0.0.1');
  for (const hours of [1, 8, 23]) {
    service.clock.set(new Date(start.getTime() + hours * 3_600_000));
    await visit('10.0.0.1');
  }
  const [event, ...others] = await told();
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    eventId: `click:${first}`,
    kind: 'click',
    brandId: brand.brandId,
    programId: brand.programId,
    partnerId: brand.partnerIds[0],
    amount: null,
    currency: null,
    customerId: null,
    source: 'click',
    attribution: { method: 'click', clickId: first, linkId: link.id },
  });
  expect(event?.occurredAt).toBe(event?.attribution?.clickedAt);
  service.clock.set(new Date(service.clock.now().getTime() + dayMs));
  const next = await visit('10.0.0.1');
  expect(await clickIds()).toEqual([first, next]);
  expect(await clickIds()).toEqual([first, next]);
  const { body } = await service.request().get(`/api/v1/conversions?eventId=click:${next}`).expect(200);
  expect(body.data).toMatchObject([{ kind: 'click', source: 'click', partnerId: brand.partnerIds[0] }]);
});

test('M-01 every visitor counts for himself, bots do not count, and clicks of one moment are one', async () => {
  await newLink();
  await Promise.all([1, 2, 3, 4].map(() => visit('10.0.1.1')));
  const other = await visit('10.0.1.2');
  await visit('10.0.1.3', { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' });
  const ids = await clickIds();
  expect(ids).toHaveLength(2);
  expect(ids).toContain(other);
});

test('M-01 without the policy clicks are counted and nothing more', async () => {
  await newLink(await aBrand(service));
  await visit('10.0.2.1');
  expect(await told()).toEqual([]);
  expect(await service.sql('SELECT count(*)::int AS n FROM click_events_due')).toEqual([{ n: 0 }]);
  const counts = (await service.published('tracking.clicks.counted.v1')).filter(({ data }) => data.linkId === link.id);
  expect(counts).toHaveLength(1);
});

test('M-01 a click that lay in the spool makes its event when it comes, unless its visitor has been paid for that day', async () => {
  await newLink();
  const [{ visitor = '' } = {}] = await service.sql<{ visitor: string }>('SELECT visitor FROM clicks WHERE id = $1', [
    await visit('10.0.3.1'),
  ]);
  await newLink();
  const at = new Date(service.clock.now().getTime() + 60_000);
  await service.sql('ALTER TABLE clicks RENAME TO clicks_away');
  const paidFor = await visit('10.0.3.1');
  const late = await visit('10.0.3.2');
  // A minute later, by another process, stored as that visitor's first and made an event.
  const id = newId('click');
  await service.sql(
    `INSERT INTO clicks_away (id, link_id, partner_id, brand_id, program_id, clicked_at, visitor, is_unique, is_bot, device, traceparent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, true, false, 'desktop', '')`,
    [id, link.id, brand.partnerIds[0], brand.brandId, brand.programId, at, visitor],
  );
  await service.sql(`INSERT INTO conversion_keys VALUES ($1, $2, 'cnv_of_another', '')`, [brand.brandId, `click:${id}`]);
  await service.sql('ALTER TABLE clicks_away RENAME TO clicks');
  await eventually('the spool is empty', async () => (await readdir(service.spoolFolder)).length === 0);
  expect(await clickIds()).toEqual([late]);
  const stored = await service.sql<{ id: string }>('SELECT id FROM clicks WHERE link_id = $1 AND is_unique', [link.id]);
  expect(stored.map((row) => row.id)).toEqual(expect.arrayContaining([paidFor, late, id]));
});

test('M-01 no sender may take the id of a click’s event', async () => {
  await newLink();
  const clickId = await visit('10.0.4.1');
  const occurredAt = service.clock.now().toISOString();
  const event = { type: 'click', eventId: `click:${clickId}`, brandId: brand.brandId, clickId, occurredAt };
  const { body } = await report(service, event).expect(422);
  expect(body.code).toBe('event-id-reserved');
  expect(await clickIds()).toEqual([clickId]);
});
