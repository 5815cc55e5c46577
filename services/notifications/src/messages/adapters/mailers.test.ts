import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import PostalMime, { type Email } from 'postal-mime';
import { type Mood, memoryMailer } from '../../../test/memory-mailer.js';
import { smtpInbox } from '../../../test/smtp-inbox.js';
import type { Mail, Mailer } from '../mailer.js';
import { folderMailer } from './folder-mailer.js';
import { smtpMailer } from './smtp-mailer.js';

const from = 'Tributary <mail@tributary.example>';
const mail = (change: Partial<Mail> = {}): Mail => ({
  id: 'msg_1',
  to: { name: 'Ada Lovelace', email: 'ada@example.com' },
  subject: '12.50 EUR from Café Größe has arrived',
  text: `Hello Ada,\n\n.a line that begins with a dot\n\n${'long '.repeat(300)}\n`,
  html: '<p>Hello Ada &amp; others – €</p>\n',
  ...change,
});

interface Bench {
  mailer: Mailer;
  /** What has arrived, as a mail program reads it. */
  arrived(): Promise<Pick<Email, 'subject' | 'text' | 'html' | 'messageId' | 'to' | 'from'>[]>;
  setMood?(mood: Mood): Promise<void> | void;
  close(): Promise<void> | void;
}

const benches: [string, () => Promise<Bench>][] = [
  [
    'the fake',
    async () => {
      const mailer = memoryMailer();
      const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');
      return {
        mailer,
        async arrived() {
          return mailer.taken.map(({ id, to, subject, text, html }) => ({
            subject: oneLine(subject),
            text,
            html,
            messageId: `<${id}@tributary.example>`,
            to: [{ name: oneLine(to.name), address: to.email }],
            from: { name: 'Tributary', address: 'mail@tributary.example' },
          }));
        },
        setMood(mood) {
          mailer.mood = mood;
        },
        close() {},
      };
    },
  ],
  [
    'nodemailer over SMTP',
    async () => {
      const inbox = await smtpInbox();
      const mailer = smtpMailer(inbox.url, from);
      return {
        mailer,
        arrived: () => Promise.all(inbox.raw.map((raw) => PostalMime.parse(raw))),
        async setMood(mood) {
          inbox.setMood(mood);
          if (mood === 'away') await inbox.close();
        },
        async close() {
          mailer.close();
          await inbox.close();
        },
      };
    },
  ],
  [
    'the folder',
    async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-mail-'));
      const mailer = folderMailer(path.join(folder, 'mail'), from);
      return {
        mailer,
        arrived: () =>
          Promise.all(
            readdirSync(path.join(folder, 'mail')).map((name) => PostalMime.parse(readFileSync(path.join(folder, 'mail', name)))),
          ),
        close: () => rmSync(folder, { recursive: true }),
      };
    },
  ],
];

describe.each(benches)('%s', (name, open) => {
  const opened: Bench[] = [];
  afterAll(() => Promise.all(opened.map((bench) => bench.close())));
  const bench = async () => {
    const one = await open();
    opened.push(one);
    return one;
  };

  test('hands a mail over whole, from and to whom it says, under its own Message-ID', async () => {
    const { mailer, arrived } = await bench();
    await mailer.send(mail());
    const [got, ...more] = await arrived();
    expect(more).toEqual([]);
    expect(got).toMatchObject({
      subject: mail().subject,
      messageId: '<msg_1@tributary.example>',
      to: [{ name: 'Ada Lovelace', address: 'ada@example.com' }],
      from: { name: 'Tributary', address: 'mail@tributary.example' },
    });
    expect(got?.text?.replaceAll('\r\n', '\n').trim()).toBe(mail().text.trim());
    expect(got?.html?.replaceAll('\r\n', '\n').trim()).toBe(mail().html.trim());
  });

  test('INV-A4 what is kept here of a message is destroyed, the copy to a former address too, and nothing else', async () => {
    const { mailer, arrived } = await bench();
    for (const id of ['msg_1', 'msg_1.1', 'msg_10']) await mailer.send(mail({ id }));
    await mailer.forget(['msg_1', 'msg_none']);
    const left = (await arrived()).map(({ messageId }) => messageId);
    // A server keeps what it took: it is another's.
    expect(left).toContain('<msg_10@tributary.example>');
    if (name !== 'nodemailer over SMTP') expect(left).toEqual(['<msg_10@tributary.example>']);
    await mailer.forget([]);
  });

  test('a line break in a name or a subject makes no header', async () => {
    const { mailer, arrived } = await bench();
    await mailer.send(
      mail({ subject: 'Hello\r\nBcc: eve@example.com', to: { name: 'Ada\r\nBcc: eve@example.com', email: 'ada@example.com' } }),
    );
    const [got] = await arrived();
    expect(got).toMatchObject({ subject: 'Hello Bcc: eve@example.com', to: [{ address: 'ada@example.com' }] });
    expect(got).not.toHaveProperty('bcc');
  });
});

const moods: [Mood, object][] = [
  ['refuses-recipients', { reason: 'recipient-refused', permanent: true }],
  ['busy', { reason: 'mail-server-busy', permanent: false }],
  ['away', { reason: 'mail-server-unreachable', permanent: false }],
];
describe.each(benches.filter(([name]) => name !== 'the folder'))('%s', (_name, open) => {
  test.each(moods)('a server that is %s is named without what it says', async (mood, expected) => {
    const { mailer, setMood, close } = await open();
    if (!setMood) throw new Error('a bench without moods');
    await setMood(mood);
    const failure = await mailer.send(mail()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'MailNotSent', ...expected });
    expect(JSON.stringify([String(failure), failure])).not.toContain('ada@');
    await close();
  });
});

test('the folder keeps one file of a mail that is sent twice, and says when it cannot write', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-mail-'));
  const mailer = folderMailer(folder, from);
  await mailer.send(mail());
  await mailer.send(mail());
  expect(readdirSync(folder)).toEqual(['msg_1.eml']);
  writeFileSync(path.join(folder, 'file'), '');
  await expect(folderMailer(path.join(folder, 'file'), from).send(mail())).rejects.toMatchObject({ reason: 'mail-not-sent' });
  rmSync(folder, { recursive: true });
});
