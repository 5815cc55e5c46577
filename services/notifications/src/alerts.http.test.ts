import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { freezePurpose, readFreezeToken } from '@tributary/contracts';
import type { KeyRing } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { aDirectory, aPartner } from '../test/facts.js';
import { memoryMailer } from '../test/memory-mailer.js';
import { compose } from './composition.js';
import type { PrismaClient } from './generated/client.js';

const directory = aDirectory();
const mailer = memoryMailer();
let s: TestService<PrismaClient>;
let keys: KeyRing;
beforeAll(async () => {
  s = await startTestService(
    (environment) => {
      keys = environment.keys;
      return compose(environment, { directory: { kind: 'handler', handler: directory.handler }, mailer });
    },
    { now: new Date('2026-03-01T12:00:00.000Z') },
  );
});
afterAll(() => s.stop());
beforeEach(() => {
  mailer.taken.length = 0;
  mailer.mood = 'well';
});
const own = { name: 'Ada', email: 'ada@example.com' };
const to = (email: string) => mailer.taken.filter((mail) => mail.to.email === email);

test('SEC19 an address and then an account are taken over: the former address gets two alerts, and in the second the link that freezes', async () => {
  const { partner, method, payout, brand } = aPartner();
  Object.assign(directory, { email: 'mallory@example.com', former: [own] });
  await s.deliver(brand, partner(), partner('active', 2, '2026-03-01T10:00:00.000Z'));
  await s.service.runDueJobs();
  await s.deliver(method(1), partner('active', 3, '2026-03-01T10:00:00.000Z'));
  await s.service.runDueJobs();
  expect(to(own.email).map(({ subject }) => subject)).toEqual(['Your address was changed', 'Your payout method was changed']);
  expect(to('mallory@example.com')).toHaveLength(2);
  expect(new Set(mailer.taken.map(({ id }) => id)).size).toBe(4);
  // None learns of the other's address.
  for (const mail of mailer.taken) expect(Object.keys(mail.to).sort()).toEqual(['email', 'name']);

  const link = /http:\/\/localhost:8080\/freeze#(\S+)/.exec(to(own.email)[1]?.text ?? '')?.[1] ?? '';
  const word = readFreezeToken(link);
  expect(word?.payoutMethodId).toBe(method(1).data.payoutMethodId);
  expect(word?.until).toEqual(new Date('2026-03-31T00:00:00.000Z'));
  expect(keys.hmac(freezePurpose, word?.said ?? '')).toBe(word?.signature);

  // What is no alert goes to the present address only.
  mailer.taken.length = 0;
  await s.deliver(payout('settled'));
  await s.service.runDueJobs();
  expect(mailer.taken.map((mail) => mail.to.email)).toEqual(['mallory@example.com']);
});

test('SEC19 a partner whose address never changed gets one notice, at his own', async () => {
  const { partner, method, brand } = aPartner();
  Object.assign(directory, { email: own.email, former: [] });
  await s.deliver(brand, partner(), method(1));
  await s.service.runDueJobs();
  expect(mailer.taken.map((mail) => [mail.to.email, mail.subject])).toEqual([[own.email, 'Your payout method was changed']]);
});
