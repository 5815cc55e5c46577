import { z } from 'zod';
import { ids, instant, minorAmount, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';

const difference = z.strictObject({
  itemId: ids.reconciliationItem,
  kind: z.string(),
  payoutId: ids.payout.nullable(),
  currency: z.string().nullable(),
  /** Signed: book less bank. */
  difference: minorAmount,
});

export const bankReportRead = defineEvent({
  type: 'payouts.bank-report.read.v1',
  kind: 'fact',
  lane: 'control',
  rank: 46,
  producer: 'payouts',
  consumers: [],
  summary: "A bank's file was read: what it is, and the differences from the ledger that it opened. Long lists come in parts.",
  schema: z.strictObject({
    reportId: ids.bankReport,
    brandId: ids.brand,
    fileKind: z.string(),
    sha256: sha256Hex,
    lines: z.int().nonnegative(),
    part: z.int().positive(),
    parts: z.int().positive(),
    opened: z.array(difference).max(1000),
    readBy: z.string(),
    readAt: instant,
  }),
});

export const reconciliationResolved = defineEvent({
  type: 'payouts.reconciliation.resolved.v1',
  kind: 'fact',
  lane: 'control',
  rank: 47,
  producer: 'payouts',
  consumers: [],
  summary: 'A difference between ledger and bank was explained, by another person than the one whose file showed it, or by a later file.',
  schema: difference.extend({
    brandId: ids.brand,
    reportId: ids.bankReport.nullable(),
    openedBy: z.string(),
    resolvedBy: z.string(),
    resolvedAt: instant,
  }),
});

export const payoutResolvedByHand = defineEvent({
  type: 'payouts.payout.resolved-by-hand.v1',
  kind: 'fact',
  lane: 'control',
  rank: 43,
  producer: 'payouts',
  consumers: [],
  summary: 'Two people found out what became of a payout whose provider could not be asked safely any more.',
  schema: z.strictObject({
    payoutId: ids.payout,
    partnerId: ids.partner,
    brandId: ids.brand,
    outcome: z.enum(['settled', 'failed']),
    reason: z.string(),
    reference: z.string().nullable(),
    proposedBy: z.string(),
    proposedAt: instant,
    confirmedBy: z.string(),
    confirmedAt: instant,
  }),
});
