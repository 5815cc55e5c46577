import { z } from 'zod';
import { ids, instant } from '../common.js';
import { defineEvent } from '../define-event.js';

export const apiKeyChanged = defineEvent({
  type: 'gateway.api-key.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 7,
  producer: 'gateway',
  consumers: [],
  summary: 'An API key was made or revoked. The key itself never travels.',
  schema: z.strictObject({
    apiKeyId: ids.apiKey,
    name: z.string(),
    roles: z.array(z.string()),
    brandIds: z.array(ids.brand),
    partnerId: ids.partner.nullable(),
    status: z.enum(['active', 'revoked']),
    changedAt: instant,
  }),
});

export const clockMoved = defineEvent({
  type: 'gateway.clock.moved.v1',
  kind: 'fact',
  lane: 'control',
  rank: 7,
  producer: 'gateway',
  consumers: [],
  summary: 'The simulated clock of a sandbox was moved.',
  schema: z.strictObject({ now: instant, movedBy: z.string() }),
});

export const messageSent = defineEvent({
  type: 'notifications.message.sent.v1',
  kind: 'fact',
  lane: 'control',
  rank: 50,
  producer: 'notifications',
  consumers: ['insights'],
  summary: 'A message to a partner was handed to the mail server. Neither address nor text travel.',
  schema: z.strictObject({
    messageId: z.string(),
    partnerId: ids.partner,
    template: z.string(),
    about: z.string(),
    sentAt: instant,
  }),
});
