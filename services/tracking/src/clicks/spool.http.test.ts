import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { eventually } from '@tributary/testkit';
import { aBrand, aLink, type BrandWorld, clickOn, report, startTracking, type Tracked } from '../../test/world.js';
import type { NewClick } from './domain/click.js';

let service: Tracked;
let brand: BrandWorld;
let partnerId: string;

beforeAll(async () => {
  service = await startTracking({ now: new Date('2026-03-10T12:00:00.000Z') });
  brand = await aBrand(service);
  partnerId = brand.partnerIds[0] ?? '';
});
afterAll(() => service.stop());

/** The database is there, but whoever asks for clicks waits or is refused. */
const takeAway = () => service.sql('ALTER TABLE clicks RENAME TO clicks_away');
const giveBack = () => service.sql('ALTER TABLE clicks_away RENAME TO clicks');
const stored = async (id: string) => (await service.request().get(`/api/v1/clicks?clickId=${id}`).expect(200)).body.data[0];
const fastest = async <T>(times: number, work: () => Promise<T>): Promise<{ results: T[]; medianMs: number }> => {
  const [results, took]: [T[], number[]] = [[], []];
  for (let n = 0; n < times; n++) {
    const start = performance.now();
    results.push(await work());
    took.push(performance.now() - start);
  }
  return { results, medianMs: took.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0 };
};

test('X-02 with the click store away for 60 s a redirect answers within 50 ms and the click is recorded later with its original time', async () => {
  const link = await aLink(service, brand.brandId, partnerId);
  await takeAway();
  const clickedAt = service.clock.now();
  const { results: ids, medianMs } = await fastest(9, () => clickOn(service, link.code));
  expect(medianMs).toBeLessThan(50);
  expect((await readdir(service.spoolFolder)).length).toBeGreaterThan(0);

  service.clock.set(new Date(clickedAt.getTime() + 60_000));
  await giveBack();
  await eventually('the spooled clicks are in the database', async () => (await stored(ids[8] ?? '')) !== undefined);
  for (const id of ids) expect(Math.abs(Date.parse((await stored(id)).clickedAt) - clickedAt.getTime())).toBeLessThan(30_000);
  await eventually('the spool is empty', async () => (await readdir(service.spoolFolder)).length === 0);
});

test('X-02 a store that hangs instead of failing is not waited for either, and the click counts once', async () => {
  const link = await aLink(service, brand.brandId, partnerId);
  await service.sql('BEGIN');
  await service.sql('LOCK TABLE clicks IN ACCESS EXCLUSIVE MODE');
  const { results: ids, medianMs } = await fastest(5, () => clickOn(service, link.code));
  await service.sql('COMMIT');
  expect(medianMs).toBeLessThan(50);
  await eventually('all clicks are stored', async () => (await Promise.all(ids.map(stored))).every((click) => click !== undefined));
  await eventually('the spool is empty', async () => (await readdir(service.spoolFolder)).length === 0);
  await service.service.runDueJobs();
  const counts = (await service.published('tracking.clicks.counted.v1')).filter((event) => event.data.linkId === link.id);
  expect(counts.reduce((sum, event) => sum + event.data.clicks, 0)).toBe(5);
});

test('X-13 a conversion whose click is still spooled is attributed when the click arrives', async () => {
  const link = await aLink(service, brand.brandId, partnerId);
  await takeAway();
  const clickId = await clickOn(service, link.code);
  await giveBack();
  await service.sql('DELETE FROM click_tallies');
  const sale = {
    type: 'sale',
    eventId: 'spooled',
    brandId: brand.brandId,
    clickId,
    occurredAt: service.clock.now().toISOString(),
    amount: 100,
    currency: 'EUR',
  };
  await report(service, sale).expect(202);
  await eventually('the sale is attributed', async () => {
    const { body } = await service.request().get('/api/v1/conversions?eventId=spooled');
    return body.data[0].partnerId === partnerId;
  });
  expect(
    (await service.published('tracking.conversion.attributed.v1')).filter((event) => event.data.eventId === 'spooled').length,
  ).toBeLessThanOrEqual(1);
});

test('what a dead process left in the spool is taken at the next start, but for the line that it was writing', async () => {
  const link = await aLink(service, brand.brandId, partnerId);
  const click: NewClick = {
    id: newId('click'),
    linkId: link.id,
    partnerId,
    brandId: brand.brandId,
    programId: brand.programId,
    clickedAt: '2026-03-10T11:00:00.000Z',
    visitor: randomBytes(12).toString('hex'),
    isBot: false,
    device: 'desktop',
    referrerHost: null,
    subIds: null,
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`,
    mayBeEvent: false,
  };
  const { openSpool } = await import('./spool.js');
  const folder = path.join(service.spoolFolder, 'left');
  const first = await openSpool(folder);
  await first.append([click]);
  await first.close();
  const [file = ''] = await readdir(folder);
  await writeFile(path.join(folder, file), `${JSON.stringify(click)}\n{"id":"clk_half`, { flag: 'w' });
  const second = await openSpool(folder);
  const taken: NewClick[] = [];
  expect(await second.drain(async (clicks) => void taken.push(...clicks))).toBe(1);
  expect(taken).toEqual([click]);
  expect(await readdir(folder)).toEqual([]);
  await second.close();
});
