import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';

/** Whether a partner is known to this caller: who is bound to brands sees a partner by its enrolment in one of them only. */
export async function seesPartner(tx: Tx, partnerId: string, scope: Scope): Promise<boolean> {
  const table = scope.brandIds === 'all' ? 'partner_profile' : 'enrollment_profile';
  const { rows } = await tx.query(`SELECT 1 FROM ${table} WHERE partner_id = $1 LIMIT 1`, [partnerId]);
  return rows.length > 0;
}
