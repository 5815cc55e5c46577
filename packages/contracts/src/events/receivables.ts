import { z } from 'zod';
import { currency, ids, instant, minorAmount, positiveAmount } from '../common.js';
import { defineEvent } from '../define-event.js';

export const receivableWrittenOff = defineEvent({
  type: 'payouts.receivable.written-off.v1',
  kind: 'fact',
  lane: 'control',
  rank: 43,
  producer: 'payouts',
  consumers: [],
  summary: 'Two people have written off what a partner owed: later earnings are not netted against it.',
  schema: z.strictObject({
    writeOffId: ids.writeOff,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: positiveAmount,
    currency,
    entryIds: z.array(ids.entry),
    reason: z.string(),
    proposedBy: z.string(),
    approvedBy: z.string(),
    writtenOffAt: instant,
  }),
});

export const payoutReversed = defineEvent({
  type: 'payouts.payout.reversal-approved.v1',
  kind: 'fact',
  lane: 'control',
  rank: 44,
  producer: 'payouts',
  consumers: [],
  summary: 'Two people want a settled payout back. `asked`: its rail will say; `receivable`: it cannot be had, and the partner owes it.',
  schema: z.strictObject({
    payoutId: ids.payout,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: minorAmount,
    currency,
    outcome: z.enum(['asked', 'receivable']),
    detail: z.string().nullable(),
    reason: z.string(),
    requestedBy: z.string(),
    approvedBy: z.string(),
    at: instant,
  }),
});
