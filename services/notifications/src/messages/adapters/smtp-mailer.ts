import { createTransport } from 'nodemailer';
import { type Mailer, MailNotSent } from '../mailer.js';
import { mailFields } from './mail-fields.js';

/** Sends through the mail server of an `smtp://` or `smtps://` URL, over a few kept connections. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail(mailFields(mail, from));
      } catch (error) {
        throw notSent(error);
      }
    },
    // What the server took is no longer here.
    forget: () => Promise.resolve(),
    close: () => transport.close(),
  };
}

const unreachable = new Set(['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'ECONNREFUSED', 'ECONNRESET', 'ETLS', 'EPROTOCOL']);

/** Only what the server says of the recipient or of the mail itself is final; everything else may be mended meanwhile. */
function notSent(error: unknown): MailNotSent {
  const { code = '', responseCode = 0, command = '' } = (error ?? {}) as { code?: string; responseCode?: number; command?: string };
  if (code === 'EAUTH') return new MailNotSent('sign-in-refused', false);
  if (responseCode >= 400 && responseCode < 500) return new MailNotSent('mail-server-busy', false);
  if (responseCode >= 500 && command === 'RCPT TO') return new MailNotSent('recipient-refused', true);
  if (responseCode >= 500 && command === 'DATA') return new MailNotSent('message-refused', true);
  if (code === 'EENVELOPE' && responseCode === 0) return new MailNotSent('recipient-refused', true);
  if (unreachable.has(code)) return new MailNotSent('mail-server-unreachable', false);
  return new MailNotSent('mail-not-sent', false);
}
