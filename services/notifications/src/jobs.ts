import type { Job } from '@tributary/service-kit';
import { z } from 'zod';
import { type SendParts, sendDueMessages, sendMessage } from './messages/send-message.js';

const oneMessage = z.object({ messageId: z.string() });
const manyMessages = z.object({ messageIds: z.array(z.string()) });

/** Background work. A message is sent as soon as it is queued; what could not be sent then is looked for every ten seconds. */
export const jobs = (parts: SendParts): Job[] => [
  { name: 'send-message', run: (data) => sendMessage(parts, oneMessage.parse(data).messageId) },
  { name: 'forget-mails', run: (data) => parts.mailer.forget(manyMessages.parse(data).messageIds) },
  { name: 'send-due-messages', everySeconds: 10, onClock: true, run: () => sendDueMessages(parts) },
];
