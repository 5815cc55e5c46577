import { goingBackTo, handedOn, type Outbox } from '@tributary/messaging';
import { type Clock, type Database, everything, type Logger, UpstreamFailed } from '@tributary/service-kit';
import type { ProfileStore } from '../profiles/profile-store.js';
import type { Contact, Contacts } from './contacts.js';
import { afterFailure, type DeliveryFailure } from './domain/delivery.js';
import { alerts } from './domain/wish.js';
import { type Mailer, MailNotSent } from './mailer.js';
import type { ClaimedMessage, MessageStore } from './message-store.js';
import { type MessageContent, renderMessage } from './render-message.js';

export interface SendParts {
  messages: MessageStore;
  profiles: ProfileStore;
  contacts: Contacts;
  mailer: Mailer;
  outbox: Outbox;
  clock: Clock;
  db: Pick<Database, 'tx'>;
  log: Logger;
  /** The link by which an account can be frozen. */
  freezeLink: (payoutMethodId: string, until: Date) => string;
}

/**
 * One attempt at one message: claim it, look up whom to tell, send, and note that it was sent together with the event that says so.
 * A process that dies after the mail server has said yes and before that commit leaves the message claimed: when the lease is over it
 * is sent again, with the same Message-ID. SMTP knows no better.
 */
export async function sendMessage(parts: SendParts, messageId: string): Promise<void> {
  const message = await parts.messages.claim(messageId, parts.clock.now());
  if (!message) return;
  const attributes = { 'tributary.correlation_id': message.correlationId, 'tributary.template': message.template };
  await goingBackTo('notifications mail', [message.traceparent], attributes, () => attempt(parts, message));
}

async function attempt(parts: SendParts, message: ClaimedMessage): Promise<void> {
  const failure = await deliver(parts, message);
  if (failure) await noteFailure(parts, message, failure);
  else await noteSent(parts, message);
}

/** Everything whose time has come: retries, and what a dead process left behind. */
export async function sendDueMessages(parts: SendParts): Promise<void> {
  for (const messageId of await parts.messages.due(parts.clock.now(), 500)) await sendMessage(parts, messageId);
}

async function deliver(parts: SendParts, message: ClaimedMessage): Promise<DeliveryFailure | undefined> {
  const brandName = message.brandId === null ? '' : await parts.profiles.brandName(message.brandId);
  if (brandName === undefined) return { reason: 'brand-not-known-yet', permanent: false };
  if ((await parts.profiles.partnerStatus(message.partnerId)) === 'archived') return { reason: 'partner-archived', permanent: true };
  try {
    const contact = await parts.contacts.contactOf(message.partnerId);
    if (!contact) return { reason: 'contact-unknown', permanent: true };
    const { freezeUntil } = message.facts;
    const freeze = freezeUntil === undefined ? '' : parts.freezeLink(message.about, new Date(freezeUntil));
    await sendToAll(parts.mailer, { ...message, brandName, freeze }, contact);
    return undefined;
  } catch (error) {
    if (error instanceof MailNotSent) return error;
    if (error instanceof UpstreamFailed) return { reason: `directory-${error.reason}`, permanent: false };
    // Whatever it says may hold a name or an address: its kind is all that is told.
    return { reason: `unexpected-${error instanceof Error ? error.name : 'failure'}`, permanent: false };
  }
}

/**
 * Each address has a mail of its own: none learns of the others. A former address that is refused for good keeps nothing from the
 * present one; whatever may still come right is tried again, and then some get it twice.
 */
async function sendToAll(mailer: Mailer, content: MessageContent, contact: Contact): Promise<void> {
  const former = alerts.includes(content.template) ? (contact.former ?? []) : [];
  for (const [index, { name, email }] of former.entries()) {
    const mail = await renderMessage({ ...content, id: `${content.id}.${index + 1}` }, { name, email });
    await mailer.send(mail).catch((error: unknown) => {
      if (!(error instanceof MailNotSent && error.permanent)) throw error;
    });
  }
  await mailer.send(await renderMessage(content, { name: contact.name, email: contact.email }));
}

async function noteFailure({ messages, clock, log }: SendParts, message: ClaimedMessage, failure: DeliveryFailure): Promise<void> {
  const next = afterFailure(failure, message.attempts, clock.now());
  const details = { messageId: message.id, reason: failure.reason, attempts: message.attempts };
  if (next.status === 'failed') {
    await messages.fail(message, failure.reason);
    log.error(details, 'a message was given up');
  } else {
    await messages.postpone(message, failure.reason, next.nextAttemptAt);
    log.warn(details, 'a message could not be sent and is tried again later');
  }
}

async function noteSent({ messages, outbox, clock, db }: SendParts, message: ClaimedMessage): Promise<void> {
  const { id, partnerId, brandId, template, about, correlationId, causationId, traceparent } = message;
  const sentAt = clock.now();
  await db.tx(everything, async (tx) => {
    if (!(await messages.markSent(tx, message, sentAt))) return;
    await outbox.append(tx, { correlationId, causationId, actorId: 'system:notifications', actorKind: 'system' }, [
      {
        type: 'notifications.message.sent.v1',
        subject: id,
        partnerId,
        ...(brandId === null ? {} : { brandId }),
        ...handedOn(traceparent),
        time: sentAt,
        data: { messageId: id, partnerId, template, about, sentAt: sentAt.toISOString() },
      },
    ]);
  });
}
