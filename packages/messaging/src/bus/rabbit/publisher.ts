import type { ConfirmChannel } from 'amqplib';
import { describe, PublishFailed } from '../../errors.js';
import { textOf } from '../../outbox/text.js';
import type { Envelope } from '../../ports.js';
import { type Link, within } from './link.js';
import { batchContentType, singleContentType } from './message.js';
import type { RabbitSettings } from './options.js';

interface Message {
  exchange: string;
  routingKey: string;
  events: Envelope[];
}
/** A message grows to about this many bytes at most. */
const maxMessageBytes = 1024 * 1024;

export interface Publisher {
  use(channel: ConfirmChannel): void;
  send(exchange: string, routingKeyOf: (event: Envelope) => string, events: readonly Envelope[]): Promise<void>;
}

/** Publishes with confirm, `mandatory` and a deadline. A message that came back unrouted counts as failed, whatever the confirm says. */
export function createPublisher(settings: RabbitSettings, link: () => Link): Publisher {
  let channel: ConfirmChannel | undefined;
  let number = 0;
  const returned = new Set<string>();

  const sendOne = (open: ConfirmChannel, message: Message): Promise<void> =>
    new Promise((resolve, reject) => {
      const messageId = String(++number);
      const events = message.events;
      const texts = events.map(textOf).join(',');
      const content = Buffer.from(events.length === 1 ? texts : `[${texts}]`);
      const properties = {
        mandatory: true,
        persistent: true,
        messageId,
        contentType: events.length === 1 ? singleContentType : batchContentType,
      };
      const gone = (): void => reject(new Lost('the channel closed before the confirm'));
      open.once('close', gone);
      open.publish(message.exchange, message.routingKey, content, properties, (error: unknown) => {
        open.off('close', gone);
        if (error) reject(new Lost(`not confirmed: ${describe(error)}`));
        else if (returned.delete(messageId)) reject(new Error(`${message.routingKey} could not be routed to any queue`));
        else resolve();
      });
    });

  return {
    use(opened) {
      channel = opened;
      opened.setMaxListeners(0);
      opened.on('return', (message: { properties: { messageId?: string } }) => {
        if (message.properties.messageId !== undefined) returned.add(message.properties.messageId);
      });
      const lose = (): void => {
        if (channel === opened) channel = undefined;
      };
      opened.on('error', lose);
      opened.on('close', lose);
    },

    async send(exchange, routingKeyOf, events) {
      const open = channel;
      if (open === undefined) throw new PublishFailed('not connected to the broker', new Set(), true);
      const messages = packed(events, routingKeyOf, settings.messageBatch).map((some) => ({ exchange, ...some }));
      const outcomes = await Promise.allSettled(
        messages.map((message) => within(sendOne(open, message), settings.confirmTimeoutMs, 'the confirm')),
      );
      const confirmed = new Set<string>();
      const reasons = new Set<string>();
      let lost = false;
      outcomes.forEach((outcome, index) => {
        if (outcome.status === 'fulfilled') for (const event of messages[index]?.events ?? []) confirmed.add(event.id);
        else {
          reasons.add(describe(outcome.reason));
          lost ||= !(outcome.reason instanceof Error && / could not be routed /.test(outcome.reason.message));
        }
      });
      if (reasons.size === 0) return;
      // When nothing at all was confirmed it is the broker; otherwise it is one queue, which must not hold up the others.
      const down = lost && confirmed.size === 0;
      // A broker that neither confirms nor says that it is blocked is not worth waiting for on this connection.
      if (down && channel === open && !link().isBlocked()) link().reset('no confirm in time');
      throw new PublishFailed([...reasons].join('; '), confirmed, down);
    },
  };
}

class Lost extends Error {
  override readonly name = 'Lost';
}

/** Packs events of the same routing key together, keeping their order within it. */
function packed(events: readonly Envelope[], routingKeyOf: (event: Envelope) => string, most: number): Omit<Message, 'exchange'>[] {
  const packs: (Omit<Message, 'exchange'> & { bytes: number })[] = [];
  const open = new Map<string, (typeof packs)[number]>();
  for (const event of events) {
    const routingKey = routingKeyOf(event);
    const bytes = textOf(event).length;
    const pack = open.get(routingKey);
    if (pack !== undefined && pack.events.length < most && pack.bytes + bytes <= maxMessageBytes) {
      pack.events.push(event);
      pack.bytes += bytes;
    } else {
      const fresh = { routingKey, events: [event], bytes };
      packs.push(fresh);
      open.set(routingKey, fresh);
    }
  }
  return packs.map(({ routingKey, events: some }) => ({ routingKey, events: some }));
}
