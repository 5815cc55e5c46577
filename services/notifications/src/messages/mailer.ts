import type { Contact } from './contacts.js';

/** A mail ready to go. `id` makes its Message-ID, so that every attempt of one message carries the same. */
export interface Mail {
  id: string;
  to: Contact;
  subject: string;
  text: string;
  html: string;
}

export interface Mailer {
  /** Resolves when the mail server has taken the mail. @throws MailNotSent */
  send(mail: Mail): Promise<void>;
  /** Destroys what is kept here of messages that were sent. What a mail server took is no longer ours. */
  forget(messageIds: readonly string[]): Promise<void>;
  close(): void;
}

/** The mail was not taken. Carries no text of the server: it may hold an address. */
export class MailNotSent extends Error {
  constructor(
    readonly reason:
      | 'recipient-refused'
      | 'message-refused'
      | 'mail-server-busy'
      | 'mail-server-unreachable'
      | 'sign-in-refused'
      | 'mail-not-sent',
    readonly permanent: boolean,
  ) {
    super(reason);
    this.name = 'MailNotSent';
  }
}
