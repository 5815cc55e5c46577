import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freezePurpose, freezeToken } from '@tributary/contracts';
import type { KeyRing } from '@tributary/service-kit';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { addMethod, aPartner, approver, builder, buildRun, earned, later, type Owed, partnerChanged, sendOut, start } from './world.js';

let s: TestService<PrismaClient>;
let keys: KeyRing;
beforeAll(async () => {
  s = await startTestService(
    (environment) => {
      keys = environment.keys;
      return compose(environment);
    },
    { now: start },
  );
});
afterAll(() => s.stop());

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const account = (iban: string) => ({ kind: 'bank-account', account: { name: 'Ada', iban } });
const [own, attackers] = [account('SE45 5000 0000 0583 9825 7466'), account('PL61 1090 1014 0000 0712 1981 2874')];

async function live(): Promise<Owed> {
  const owed = await aPartner(s);
  const pot = { rail: 'bank-file', account: { name: 'Pot', iban: 'DE89 3704 0044 0532 0130 00' } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  return owed;
}
/** Directory tells of a partner whose address was changed just now. */
const addressChanged = async ({ partnerId }: Owed): Promise<number> => {
  const sequence = 2;
  const at = s.clock.now();
  const event = partnerChanged(partnerId, 'active', sequence);
  await s.deliver(anEvent('directory.partner.changed.v1', { ...event.data, contactChangedAt: at.toISOString() }, { sequence }));
  return at.getTime();
};
const usableFrom = async ({ partnerId }: Owed, methodId: string) => {
  const { data } = (await s.request(approver).get(`/api/v1/partners/${partnerId}/payout-methods`).expect(200)).body;
  return Date.parse(data.find(({ id }: { id: string }) => id === methodId).usableFrom);
};
const freeze = (token: string) => s.request({ roles: [] }).post('/api/v1/payout-method-freezes').send({ token });
const wordFor = (methodId: string, until = new Date(s.clock.now().getTime() + dayMs)) =>
  freezeToken(methodId, until, (text) => keys.hmac(freezePurpose, text));
const paidTo = async (methodId: string) =>
  (await s.sql<{ n: number }>('SELECT count(*)::int AS n FROM payout WHERE method_id = $1', [methodId]))[0]?.n;

test('SEC19 address changed, account changed, payout: nothing is paid to it inside the week, and the link in the notice freezes it for good', async () => {
  const owed = await live();
  const old = await addMethod(s, owed.partnerId, own);
  await later(s, 30 * dayMs);
  const changedAt = await addressChanged(owed);
  await later(s, hourMs);
  const stolen = await addMethod(s, owed.partnerId, attackers);
  expect(await usableFrom(owed, stolen.id)).toBe(changedAt + 7 * dayMs);
  // 71:59 and 72:01 after the account was entered: the cooling of an account alone is over, that of the address is not.
  for (const afterEntry of [72 * hourMs - 60_000, 72 * hourMs + 60_000, 7 * dayMs - hourMs - 60_000]) {
    await s.moveClock(new Date(changedAt + hourMs + afterEntry));
    await earned(s, owed, 500);
    const run = await buildRun(s, { brandIds: [owed.brandId] });
    await sendOut(s, run);
    expect([afterEntry, await paidTo(stolen.id)]).toEqual([afterEntry, 0]);
  }
  const word = wordFor(stolen.id);
  expect((await freeze(word).expect(200)).body).toEqual({ payoutMethodId: stolen.id, status: 'disabled' });
  await freeze(word).expect(200);
  const told = (await s.published('payouts.payout-method.changed.v1')).filter(({ data }) => data.payoutMethodId === stolen.id);
  expect(told.map(({ data }) => [data.change, data.changedBy])).toEqual([
    ['entered', expect.any(String)],
    ['verified', approver.actorId],
    ['disabled', 'link:freeze'],
  ]);
  await later(s, 30 * dayMs);
  await earned(s, owed, 500);
  await sendOut(s, await buildRun(s, { brandIds: [owed.brandId] }));
  expect(await paidTo(stolen.id)).toBe(0);
  expect(await paidTo(old.id)).toBe(4);
});

test('SEC19 an address changed while an account cools down makes it cool longer, to the minute; one that has cooled is not touched', async () => {
  const owed = await live();
  const old = await addMethod(s, owed.partnerId, own);
  await later(s, dayMs);
  const changed = await addMethod(s, owed.partnerId, attackers);
  await later(s, hourMs);
  const at = await addressChanged(owed);
  expect(await usableFrom(owed, changed.id)).toBe(at + 7 * dayMs);
  expect(await usableFrom(owed, old.id)).toBeLessThan(at);
  await s.moveClock(new Date(at + 7 * dayMs - 60_000));
  await earned(s, owed, 500);
  await buildRun(s, { brandIds: [owed.brandId] });
  expect(await paidTo(changed.id)).toBe(0);
  await s.moveClock(new Date(at + 7 * dayMs + 60_000));
  await earned(s, owed, 500);
  await buildRun(s, { brandIds: [owed.brandId] });
  expect(await paidTo(changed.id)).toBe(1);
  // The first account of a partner waits for his address too.
  const fresh = await live();
  const freshAt = await addressChanged(fresh);
  const first = await addMethod(s, fresh.partnerId, own);
  expect(await usableFrom(fresh, first.id)).toBe(freshAt + 7 * dayMs);
});

test('SEC19 the link is signed for one account and runs out', async () => {
  const owed = await live();
  const method = await addMethod(s, owed.partnerId, own);
  const other = await addMethod(s, owed.partnerId, attackers);
  const word = wordFor(method.id);
  const forged = [
    word.replace(method.id, other.id),
    word.replace(/\.(\d+)\./, (_, until) => `.${Number(until) + 1}.`),
    `${word.slice(0, -1)}x`,
    wordFor(method.id, s.clock.now()),
    'nothing',
    `${word}.x`,
  ];
  for (const token of forged) expect((await freeze(token).expect(401)).body.code).toBe('signature-invalid');
  await earned(s, owed, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
  await freeze(word).expect(200);
  await s.request(builder).get(`/api/v1/payout-runs/${run.id}`).expect(200);
  expect(await paidTo(other.id)).toBe(0);
});
