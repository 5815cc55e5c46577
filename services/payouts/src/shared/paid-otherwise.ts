import type { EventContext, Tx } from '@tributary/messaging';
import { judgeLines } from '../bank/domain/judge-lines.js';
import { openItems } from '../bank/item-store.js';
import { beyond } from '../ledger/domain/settlement-postings.js';
import type { Parts } from '../parts.js';
import type { PaidMoney } from '../rails/domain/paid-otherwise.js';
import type { PayoutRow } from '../runs/run-store.js';
import { bookDifferences } from './book-differences.js';

/**
 * A rail has paid otherwise than it was told, or out of another currency: an open item, the same one by whatever way it is said, and
 * what left the account besides in suspense. The payout stays what it is until a person has looked.
 */
export async function openPaidOtherwise(
  tx: Tx,
  parts: Parts,
  payout: PayoutRow,
  { paid }: { paid: PaidMoney },
  context: EventContext,
  now: Date,
): Promise<void> {
  const reference = paid.reference.slice(0, 35);
  const named = { number: 1, endToEndId: payout.id, fileId: null, reference, bookedOn: null, reason: null };
  const line = { ...named, direction: 'out', amount: paid.amount, currency: paid.currency, outcome: 'settled', booked: false } as const;
  const { findings } = judgeLines([line], new Map([[payout.id, payout]]));
  const { idOf, opened } = await openItems(
    tx,
    { brandId: payout.brandId, reportId: null, openedBy: `system:${parts.name}`, now },
    findings,
    ({ kind }) => kind === 'different',
  );
  const different = findings.flatMap((finding) =>
    finding.kind === 'different' ? [{ itemId: idOf(finding), payoutId: payout.id, beyond: beyond(payout, paid) }] : [],
  );
  await bookDifferences(tx, parts.outbox, different, context, now);
  if (opened.length > 0)
    parts.log.error({ payoutId: payout.id, rail: payout.rail }, 'a rail has paid otherwise than it was told: a person must look');
}
