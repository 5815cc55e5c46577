import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';

export const accountStatementIssued = defineEvent({
  type: 'payouts.statement.issued.v1',
  kind: 'fact',
  lane: 'control',
  rank: 46,
  producer: 'payouts',
  consumers: ['notifications'],
  summary: "A month of a partner's account with a brand, in one currency, is stated for good.",
  schema: z.strictObject({
    statementId: ids.accountStatement,
    brandId: ids.brand,
    partnerId: ids.partner,
    currency,
    period,
    /** Runs on without a gap in each brand. */
    number: z.int().positive(),
    opening: minorAmount,
    closing: minorAmount,
    lineCount: z.int().nonnegative(),
    contentHash: sha256Hex,
    issuedAt: instant,
  }),
});
