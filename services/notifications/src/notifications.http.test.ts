import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { catalogue, newId } from '@tributary/contracts';
import { baseConfig } from '@tributary/service-kit';
import { anEvent, repeated, startTestService, type TestService } from '@tributary/testkit';
import PostalMime from 'postal-mime';
import { aDirectory, aPartner } from '../test/facts.js';
import { memoryMailer } from '../test/memory-mailer.js';
import { smtpInbox } from '../test/smtp-inbox.js';
import { compose } from './composition.js';
import type { PrismaClient } from './generated/client.js';
import { maxAttempts } from './messages/domain/delivery.js';

const directory = aDirectory();
const mailer = memoryMailer();
let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService(
    (environment) => compose(environment, { directory: { kind: 'handler', handler: directory.handler }, mailer }),
    {
      now: new Date('2026-03-01T12:00:00.000Z'),
    },
  );
});
afterAll(() => s.stop());
beforeEach(() => {
  mailer.taken.length = 0;
  mailer.mood = 'well';
  directory.answers = 'well';
});

const messagesOf = (partnerId: string) =>
  s.sql<{ id: string; status: string; attempts: number; error: string | null }>(
    'SELECT id, status, attempts, error FROM message WHERE partner_id = $1 ORDER BY created_at, key',
    [partnerId],
  );
const sentTo = async (partnerId: string) =>
  (await s.published('notifications.message.sent.v1')).filter((event) => event.data.partnerId === partnerId);
const later = (minutes: number) => s.moveClock(new Date(s.clock.now().getTime() + minutes * 60_000));

test('subscribes to exactly what the catalogue says', () => {
  const named = [...catalogue.values()].filter(({ consumers }) => consumers.includes('notifications')).map(({ type }) => type);
  expect(Object.keys(s.service.subscriptions).sort()).toEqual(named.sort());
});

test('O-13 a partner is told that a month of his account is stated', async () => {
  const { partnerId, brandId, brand, partner } = aPartner('Acme');
  const data = { brandId, partnerId, currency: 'EUR', period: '2026-02', number: 7, opening: 0, closing: -1250, lineCount: 3 };
  const issued = { statementId: newId('accountStatement'), contentHash: 'a'.repeat(64), issuedAt: '2026-03-01T00:00:00.000Z' };
  await s.deliver(brand, partner(), anEvent('payouts.statement.issued.v1', { ...data, ...issued }));
  await s.service.runDueJobs();
  expect(mailer.taken).toMatchObject([
    { subject: 'Your statement of 2026-02 from Acme', text: expect.stringContaining('closes at -12.50 EUR.') },
  ]);
});

test('a partner is told that his money arrived, and the others that he was told', async () => {
  const { partnerId, brandId, brand, partner, payout } = aPartner('Café & Co');
  const settled = payout('settled', 123_456);
  await s.deliver(brand, partner(), settled);
  expect(mailer.taken).toEqual([]);
  await s.service.runDueJobs();
  const [mail] = mailer.taken;
  expect(mail).toMatchObject({ to: { name: directory.name, email: directory.email }, subject: '1234.56 EUR from Café & Co has arrived' });
  expect(mail?.text).toContain('Hello Ada <b>Lovelace</b>,\n\nyour payout of 1234.56 EUR from Café & Co has arrived.');
  expect(mail?.html).toContain('<p>Hello Ada &lt;b&gt;Lovelace&lt;/b&gt;,</p>');
  expect(directory.asked.at(-1)).toEqual({ url: `/internal/partners/${partnerId}/contact`, signed: true });
  const [message] = await messagesOf(partnerId);
  expect(message).toMatchObject({ id: mail?.id, status: 'sent', attempts: 1, error: null });
  const [told, ...more] = await sentTo(partnerId);
  expect(more).toEqual([]);
  expect(told).toMatchObject({
    correlationid: 'the-conversion',
    causationid: settled.id,
    actorid: 'system:notifications',
    brandid: brandId,
    traceparent: settled.traceparent,
    data: { messageId: mail?.id, template: 'payout-settled', about: settled.data.payoutId },
  });
});

test.each([
  ['failed', 1_000, 'JPY', 'A payout from Acme could not be made', '1000 JPY'],
  ['returned', 5, 'BHD', 'A payout from Acme came back', '0.005 BHD'],
] as const)('a payout that %s is told, the amount in its currency', async (word, amount, currency, subject, inWords) => {
  const { brand, partner, payout } = aPartner();
  await s.deliver(brand, partner(), payout(word, amount, currency));
  await s.service.runDueJobs();
  expect(mailer.taken).toEqual([expect.objectContaining({ subject, text: expect.stringContaining(inWords) })]);
});

test('each change of a payout method is told, once', async () => {
  const { partnerId, partner, method } = aPartner();
  await s.deliver(partner(), method(1), method(2), method(2));
  await s.service.runDueJobs();
  expect(mailer.taken.map(({ subject }) => subject)).toEqual(['Your payout method was changed', 'Your payout method was changed']);
  expect(mailer.taken[0]?.text).toContain('It is used from 2026-03-03 08:30 UTC on.');
  expect(await messagesOf(partnerId)).toHaveLength(2);
});

test('any order and repetition of the facts sends each mail once', async () => {
  const { partnerId, brand, partner, payout } = aPartner();
  const facts = [brand, partner(), payout('settled'), payout('failed'), payout('returned')];
  for (const event of repeated(3, facts)) {
    await s.deliver(event);
    await s.service.runDueJobs();
  }
  // The same fact under another event id, as a replay past the inbox's memory would bring it.
  await s.deliver({ ...payout('settled'), ...facts[2], id: '01990000-0000-7000-8000-00000000000a' } as never);
  await later(10);
  expect(mailer.taken).toHaveLength(3);
  expect((await messagesOf(partnerId)).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
  expect(await sentTo(partnerId)).toHaveLength(3);
});

test('what fails is tried again with growing pauses under the same id, and given up at last, visibly', async () => {
  const { partnerId, brand, partner, payout } = aPartner();
  mailer.mood = 'busy';
  await s.deliver(brand, partner(), payout('settled'));
  await s.service.runDueJobs();
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'queued', attempts: 1, error: 'mail-server-busy' }]);
  await s.service.runDueJobs();
  expect(await messagesOf(partnerId)).toMatchObject([{ attempts: 1 }]);
  await later(1);
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'queued', attempts: 2 }]);
  for (let attempt = 3; attempt <= maxAttempts + 1; attempt++) await later(400);
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'failed', attempts: maxAttempts, error: 'mail-server-busy' }]);
  expect(await sentTo(partnerId)).toEqual([]);
});

test('a mail that gets through at last is sent once', async () => {
  const { partnerId, brand, partner, payout } = aPartner();
  mailer.mood = 'away';
  await s.deliver(brand, partner(), payout('settled'));
  await s.service.runDueJobs();
  mailer.mood = 'well';
  directory.answers = 'trouble';
  await later(1);
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'queued', attempts: 2, error: 'directory-unexpected-answer' }]);
  directory.answers = 'well';
  await later(10);
  await later(10);
  expect(mailer.taken).toHaveLength(1);
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'sent', attempts: 3, error: null }]);
});

test('what trying again cannot mend fails at once', async () => {
  const refused = aPartner();
  mailer.mood = 'refuses-recipients';
  await s.deliver(refused.brand, refused.partner(), refused.payout('settled'));
  await s.service.runDueJobs();
  mailer.mood = 'well';
  const unknown = aPartner();
  directory.answers = 'not-found';
  await s.deliver(unknown.brand, unknown.partner(), unknown.payout('settled'));
  await s.service.runDueJobs();
  directory.answers = 'well';
  const archived = aPartner();
  await s.deliver(archived.brand, archived.partner('archived', 2), archived.partner('active', 1), archived.payout('settled'));
  await s.service.runDueJobs();
  const failures = await Promise.all([refused, unknown, archived].map(({ partnerId }) => messagesOf(partnerId)));
  expect(failures.flat()).toMatchObject([
    { status: 'failed', attempts: 1, error: 'recipient-refused' },
    { status: 'failed', attempts: 1, error: 'contact-unknown' },
    { status: 'failed', attempts: 1, error: 'partner-archived' },
  ]);
  expect(mailer.taken).toEqual([]);
});

test('a message whose brand has not arrived waits for it', async () => {
  const { partnerId, brand, partner, payout } = aPartner('Late Ltd');
  await s.deliver(payout('settled'), partner());
  await s.service.runDueJobs();
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'queued', error: 'brand-not-known-yet' }]);
  await s.deliver(brand);
  await later(1);
  expect(mailer.taken[0]?.subject).toBe('1234.56 EUR from Late Ltd has arrived');
});

test('a message whose sender died is taken over when the lease is over, with the same id; one that kills every sender is given up', async () => {
  const { partnerId, brand, partner, payout } = aPartner();
  await s.deliver(brand, partner(), payout('settled'));
  const [queued] = await messagesOf(partnerId);
  const dieWhileSending = (attempts: number, lease: string) =>
    s.sql(
      `UPDATE message SET status = 'sending', sent_at = NULL, attempts = $2, leased_until = clock_timestamp() + $3::interval WHERE id = $1`,
      [queued?.id, attempts, lease],
    );
  await dieWhileSending(1, '1 minute');
  await later(60);
  expect(mailer.taken).toEqual([]);
  await dieWhileSending(1, '-1 second');
  await s.service.runDueJobs();
  expect(mailer.taken).toEqual([expect.objectContaining({ id: queued?.id })]);
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'sent', attempts: 2 }]);
  await dieWhileSending(maxAttempts, '-1 second');
  await s.service.runDueJobs();
  expect(await messagesOf(partnerId)).toMatchObject([{ status: 'failed', error: 'its-sender-never-came-back' }]);
  expect(mailer.taken).toHaveLength(1);
});

test('neither name nor address stays in the database', async () => {
  const { partnerId, brand, partner, payout } = aPartner();
  await s.deliver(brand, partner(), payout('settled'));
  await s.service.runDueJobs();
  const everything = JSON.stringify([
    await s.sql('SELECT to_jsonb(m) AS row FROM message m'),
    await s.sql('SELECT envelope FROM messaging.outbox'),
    await s.sql('SELECT to_jsonb(j) AS row FROM pgboss.job j'),
  ]);
  expect(everything).toContain(partnerId);
  expect(everything).not.toMatch(/ada@example|Lovelace/);
});

test('over real SMTP, and into the folder where there is no server', async () => {
  const inbox = await smtpInbox();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-notifications-'));
  const sendOne = async (env: NodeJS.ProcessEnv) => {
    const one = await startTestService(
      (environment) =>
        compose(
          { ...environment, config: baseConfig({ ...environment.config, dataDir }) },
          { directory: { kind: 'handler', handler: directory.handler } },
        ),
      { env },
    );
    const { brand, partner, payout } = aPartner();
    await one.deliver(brand, partner(), payout('settled'));
    await one.service.runDueJobs();
    await one.stop();
  };
  await sendOne({ SMTP_URL: inbox.url, MAIL_FROM: 'Acme <pay@acme.example>' });
  expect(await PostalMime.parse(inbox.raw[0] ?? '')).toMatchObject({
    subject: '1234.56 EUR from Acme has arrived',
    from: { address: 'pay@acme.example' },
    messageId: expect.stringMatching(/^<msg_[0-9a-f]{32}@acme\.example>$/),
  });
  await inbox.close();
  await sendOne({});
  const [file] = readdirSync(path.join(dataDir, 'mail'));
  expect(await PostalMime.parse(readFileSync(path.join(dataDir, 'mail', file ?? '')))).toMatchObject({
    subject: '1234.56 EUR from Acme has arrived',
  });
  rmSync(dataDir, { recursive: true });
});

test('a process of its own is told where the directory is, or does not start', async () => {
  await expect(startTestService(compose)).rejects.toThrow(/TRIBUTARY_DIRECTORY_URL is not set/);
});

test('INV-A4 C-09 an erased partner is sent nothing more, and the mails that are kept of him are destroyed', async () => {
  const { partnerId, brand, partner, payout } = aPartner('Acme');
  const other = aPartner('Other');
  await s.deliver(brand, partner(), payout('settled', 1000), other.brand, other.partner(), other.payout('settled', 1));
  await s.service.runDueJobs();
  expect(mailer.taken).toHaveLength(2);
  mailer.mood = 'busy';
  await s.deliver(payout('settled', 2000));
  await s.service.runDueJobs();
  mailer.mood = 'well';
  const erased = {
    erasureId: newId('erasure'),
    subjectKind: 'partner' as const,
    subjectId: partnerId,
    erasedAt: '2026-03-02T00:00:00.000Z',
  };
  const event = anEvent('directory.subject.erased.v1', erased, { subject: partnerId });
  await s.deliver(event, event);
  await later(60);
  await s.service.runDueJobs();
  const [kept] = await messagesOf(other.partnerId);
  expect(mailer.taken.map(({ id }) => id)).toEqual([kept?.id]);
  expect((await messagesOf(partnerId)).map(({ status, error }) => [status, error])).toEqual([
    ['sent', null],
    ['failed', 'partner-erased'],
  ]);
  // A mail that was being written when the first look was taken is found by a second one.
  const looks = await s.sql("SELECT 1 FROM pgboss.job WHERE name = 'forget-mails' AND start_after > now() + interval '10 minutes'");
  expect(looks).toHaveLength(1);
});
