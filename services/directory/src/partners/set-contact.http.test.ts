import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../composition.js';

let s: TestService;
beforeAll(async () => {
  s = await startTestService(compose, { now: new Date('2026-03-01T12:00:00.000Z') });
});
afterAll(() => s.stop());

const dayMs = 86_400_000;
const internal = { actorId: 'system:notifications', actorKind: 'system' } as const;
const contactOf = async (id: string) => (await s.request(internal).get(`/internal/partners/${id}/contact`).expect(200)).body;

test('SEC19 a changed address is told as a fact without the address, and the former one is known for a month', async () => {
  const ada = { name: 'Ada', email: 'ada@example.com' };
  const { id } = (await s.request().post('/api/v1/partners').send(ada).expect(201)).body;
  expect(await contactOf(id)).toEqual({ partnerId: id, ...ada, former: [] });
  const change = (email: string) => s.request().post(`/api/v1/partners/${id}/contact`).send({ email });
  const { contactChangedAt } = (await change('mallory@example.com').expect(201)).body;
  expect(await contactOf(id)).toEqual({ partnerId: id, name: 'Ada', email: 'mallory@example.com', former: [ada] });
  const told = (await s.published('directory.partner.changed.v1')).filter(({ subject }) => subject === id);
  expect(told.map(({ sequence, data }) => [sequence, data.contactChangedAt])).toEqual([
    [1, undefined],
    [2, contactChangedAt],
  ]);
  expect(told[1]?.data.contactCommitment).not.toBe(told[0]?.data.contactCommitment);
  expect(JSON.stringify(told)).not.toContain('mallory');
  await s.moveClock(new Date(s.clock.now().getTime() + 30 * dayMs + 1));
  expect((await contactOf(id)).former).toEqual([]);
  await expect(s.db.pool.query('DELETE FROM former_contact')).rejects.toThrow(/permission denied/);
});

test('SEC19 only who sees a partner and may write it changes its address', async () => {
  const { id } = (await s.request().post('/api/v1/partners').send({ name: 'Bo', email: 'bo@example.com' }).expect(201)).body;
  const change = (as: object, email: string) => s.request(as).post(`/api/v1/partners/${id}/contact`).send({ email });
  await change({ roles: ['auditor'] }, 'x@example.com').expect(403);
  await change({ brandIds: [newId('brand')] }, 'x@example.com').expect(404);
  await change({}, 'no address').expect(422);
});
