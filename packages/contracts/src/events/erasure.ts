import { z } from 'zod';
import { currency, ids, instant, minorAmount } from '../common.js';
import { defineEvent } from '../define-event.js';

/** What still has to be settled before a partner's data can go. */
export const erasureObstacle = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('payout'), payoutId: ids.payout }),
  z.strictObject({ kind: z.literal('balance'), brandId: ids.brand, currency, amount: minorAmount }),
]);

/** What the law has us keep, and the instant from which it goes too. */
export const retainedRecord = z.strictObject({
  kind: z.enum(['tax-records', 'payment-records']),
  until: instant,
});

export const erasureConfirmed = defineEvent({
  type: 'directory.erasure.confirmed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 3,
  producer: 'directory',
  consumers: ['payouts'],
  summary: 'Two people asked for the erasure of a partner: it begins once nothing of theirs is open.',
  schema: z.strictObject({
    erasureId: ids.erasure,
    partnerId: ids.partner,
    /** What becomes of money that is still owed: it is paid first, or the partner has waived it. */
    balance: z.enum(['pay-first', 'waived']),
    confirmedAt: instant,
  }),
});

/** A directory that was restored to a moment before the erasure learns of it again by the answer `erased`. */
export const erasureAnswered = defineEvent({
  type: 'payouts.erasure.answered.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 8,
  producer: 'payouts',
  consumers: ['directory'],
  summary: 'What an erasure waits for; that nothing is in its way any more, nor will be; or that it is done here.',
  schema: z.strictObject({
    erasureId: ids.erasure,
    partnerId: ids.partner,
    answer: z.enum(['waiting', 'clear', 'erased']),
    /** Empty unless waiting. At most 100 are named. */
    waitingFor: z.array(erasureObstacle).max(100),
    /** Once erased: what is kept, locked away, and until when. */
    retained: z.array(retainedRecord),
    answeredAt: instant,
  }),
});

export const subjectErased = defineEvent({
  type: 'directory.subject.erased.v1',
  kind: 'fact',
  lane: 'control',
  rank: 9,
  producer: 'directory',
  consumers: ['approvals', 'payouts', 'notifications'],
  summary: "A person's data is to go: every service destroys what it holds of the subject, and its key.",
  schema: z.strictObject({
    erasureId: ids.erasure,
    subjectKind: z.enum(['partner']),
    subjectId: ids.partner,
    erasedAt: instant,
  }),
});
