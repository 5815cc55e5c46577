import type { Tx } from '@tributary/messaging';
import type { Parts } from '../parts.js';

/** Who holds the account that is paid, and a hint of which it is. The name is sealed under the partner's key: once that is destroyed nobody is named. */
export async function payeeOf(
  tx: Tx,
  { vault }: Pick<Parts, 'vault'>,
  methodId: string | null,
): Promise<{ name: string; hint: string | null }> {
  const { rows } = await tx.query<{ partnerId: string; account: string; hint: string }>(
    'SELECT partner_id AS "partnerId", account, account_hint AS hint FROM payout_method WHERE id = $1',
    [methodId],
  );
  const [method] = rows;
  const plain = method && (await vault.open(tx, method.partnerId, method.account));
  const { name = '' } = plain ? (JSON.parse(plain) as { name?: string }) : {};
  // What is left of an erased account is no hint of it.
  return { name, hint: method && method.account !== 'erased' ? method.hint : null };
}
