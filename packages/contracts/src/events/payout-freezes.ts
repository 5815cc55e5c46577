import { z } from 'zod';
import { ids, instant } from '../common.js';
import { defineEvent } from '../define-event.js';

export const payoutFreezeChanged = defineEvent({
  type: 'payouts.freeze.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 7,
  producer: 'payouts',
  consumers: [],
  summary: 'Payouts were frozen, after a restore or by a person; what was found out meanwhile; or two people released them.',
  schema: z.strictObject({
    freezeId: ids.payoutFreeze,
    status: z.enum(['frozen', 'release-proposed', 'released']),
    reason: z.string(),
    frozenBy: z.string(),
    frozenAt: instant,
    /** SHA-256 of what was found; null before the first look. */
    findingsHash: z.string().nullable(),
    findings: z.int().nonnegative(),
    proposedBy: z.string().nullable(),
    releasedBy: z.string().nullable(),
    changedAt: instant,
  }),
});
