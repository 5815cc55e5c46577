import type { Tx } from '@tributary/messaging';
import { Rejected } from '@tributary/service-kit';

/** Whether all payouts stand still. The database refuses it too: see the triggers `not_while_frozen`. */
export async function isFrozen(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ frozen: boolean }>('SELECT payouts_frozen() AS frozen');
  return rows[0]?.frozen === true;
}

/** @throws Rejected while payouts are frozen, saying why and what there is to do. */
export const refuseWhileFrozen = (tx: Tx): Promise<void> => refuse(tx, false);

/** A run may be given up while payouts are frozen, once it is sure that nothing of it was sent. @throws Rejected before that */
export const refuseUntilCompared = (tx: Tx): Promise<void> => refuse(tx, true);

async function refuse(tx: Tx, onlyUnchecked: boolean): Promise<void> {
  const { rows } = await tx.query<{ id: string; reason: string }>(
    'SELECT id, reason FROM payout_freeze WHERE released_at IS NULL AND NOT ($1 AND checked_at IS NOT NULL)',
    [onlyUnchecked],
  );
  const [freeze] = rows;
  if (!freeze) return;
  throw new Rejected('payouts-frozen', {
    detail: `Freeze ${freeze.id}: ${freeze.reason}. See GET /api/v1/payout-freezes; two people release it.`,
  });
}
