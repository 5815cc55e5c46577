import type { EventOf, EventType } from '@tributary/contracts';
import { activeTraceparent, type Tx } from '@tributary/messaging';
import type { Clock, Jobs } from '@tributary/service-kit';
import type { Wish } from './domain/wish.js';
import type { MessageStore } from './message-store.js';

export interface QueueParts {
  messages: MessageStore;
  jobs: Jobs;
  clock: Clock;
}

/** Queues the message that each fact asks for, with the job that sends it, in the transaction that handles the fact. */
export const telling =
  <T extends EventType>({ messages, jobs, clock }: QueueParts, wishOf: (event: EventOf<T>) => Wish | undefined) =>
  async (tx: Tx, events: readonly EventOf<T>[]): Promise<void> => {
    const wishes = events.flatMap((event) => {
      const wish = wishOf(event);
      const traceparent = activeTraceparent() ?? event.traceparent ?? null;
      return wish ? [{ ...wish, correlationId: event.correlationid, causationId: event.id, traceparent }] : [];
    });
    for (const messageId of await messages.queue(tx, wishes, clock.now())) {
      await jobs.enqueue(tx, 'send-message', { messageId }, { singletonKey: messageId });
    }
  };
