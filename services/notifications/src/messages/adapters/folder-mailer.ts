import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { type Mailer, MailNotSent } from '../mailer.js';
import { mailFields } from './mail-fields.js';

/** The built-in catcher for where there is no mail server: each mail becomes `<id>.eml` in a folder that only its owner reads. */
export function folderMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      try {
        const { message } = await transport.sendMail(mailFields(mail, from));
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = path.join(folder, `${mail.id}.eml`);
        await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
        await rename(`${file}.part`, file);
      } catch {
        throw new MailNotSent('mail-not-sent', false);
      }
    },
    async forget(messageIds) {
      const gone = new Set(messageIds);
      const names = await readdir(folder).catch(() => []);
      // `<id>.eml`, and `<id>.<n>.eml` to former addresses.
      const files = names.filter((name) => gone.has(name.split('.')[0] ?? ''));
      await Promise.all(files.map((name) => rm(path.join(folder, name), { force: true })));
    },
    close: () => transport.close(),
  };
}
