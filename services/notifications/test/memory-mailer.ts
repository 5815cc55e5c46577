import { type Mail, type Mailer, MailNotSent } from '../src/messages/mailer.js';

export type Mood = 'well' | 'refuses-recipients' | 'busy' | 'away';

/** A mailer that keeps what it is given. The adapter suite holds it to what the real ones do. */
export function memoryMailer(): Mailer & { taken: Mail[]; mood: Mood } {
  const mailer = {
    taken: [] as Mail[],
    mood: 'well' as Mood,
    async send(mail: Mail) {
      if (mailer.mood === 'refuses-recipients') throw new MailNotSent('recipient-refused', true);
      if (mailer.mood === 'busy') throw new MailNotSent('mail-server-busy', false);
      if (mailer.mood === 'away') throw new MailNotSent('mail-server-unreachable', false);
      mailer.taken.push(mail);
    },
    async forget(messageIds: readonly string[]) {
      mailer.taken = mailer.taken.filter(({ id }) => !messageIds.includes(id.split('.')[0] ?? ''));
    },
    close() {},
  };
  return mailer;
}
