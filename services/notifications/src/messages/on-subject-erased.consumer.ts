import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { QueueParts } from './on-facts.consumer.js';

/** Who asked for the address before it was erased may write his mail after the first look; when his lease is over, he has. */
const whenNoneIsWrittenAnyMore = 15 * 60;

/** Messages hold ids and amounts only; the mails that a folder keeps hold names and addresses, and a job destroys them. */
export const onSubjectErased =
  ({ messages, jobs }: Pick<QueueParts, 'messages' | 'jobs'>) =>
  async (tx: Tx, events: readonly EventOf<'directory.subject.erased.v1'>[]): Promise<void> => {
    const messageIds = await messages.forgetPartners(
      tx,
      events.map(({ data }) => data.subjectId),
    );
    if (messageIds.length === 0) return;
    await jobs.enqueue(tx, 'forget-mails', { messageIds });
    await jobs.enqueue(tx, 'forget-mails', { messageIds }, { startAfterSeconds: whenNoneIsWrittenAnyMore });
  };
