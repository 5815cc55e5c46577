import type { Tx } from '@tributary/messaging';

/**
 * Blanks the stored answers of commands that name a subject, and what tells which request they answered: a request that comes again under
 * such a key is refused as another one. Returns how many.
 */
export async function forgetAnswers(tx: Tx, subjectId: string): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE kit.idempotency SET body = '{"erased":true}', body_hash = 'erased' WHERE position($1 IN body) > 0`,
    [subjectId],
  );
  return rowCount;
}
