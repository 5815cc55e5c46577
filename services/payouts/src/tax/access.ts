import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import { seesPartner } from '../profiles/profile-store.js';

/** Whether a caller may look at what a partner has handed in: a partner only at its own. */
export async function seesTaxOf(tx: Tx, partnerId: string, scope: Scope): Promise<boolean> {
  if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return false;
  return seesPartner(tx, partnerId, scope);
}
