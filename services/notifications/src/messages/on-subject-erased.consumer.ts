import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { QueueParts } from './on-facts.consumer.js';

/** Messages hold ids and amounts only; the mails that a folder keeps hold names and addresses, and a job destroys them. */
export const onSubjectErased =
  ({ messages, jobs }: Pick<QueueParts, 'messages' | 'jobs'>) =>
  async (tx: Tx, events: readonly EventOf<'directory.subject.erased.v1'>[]): Promise<void> => {
    const messageIds = await messages.forgetPartners(
      tx,
      events.map(({ data }) => data.subjectId),
    );
    if (messageIds.length > 0) await jobs.enqueue(tx, 'forget-mails', { messageIds });
  };
