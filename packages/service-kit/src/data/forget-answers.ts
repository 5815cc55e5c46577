import type { Tx } from '@tributary/messaging';

/**
 * Blanks the stored answers to idempotent commands that name a subject, since they may hold its personal data. The keys stay taken:
 * whoever repeats such a command is told that the key was used for another body, and nothing is done twice.
 *
 * @param subjectId the id that such an answer holds, for example of a partner
 */
export async function forgetAnswers(tx: Tx, subjectId: string): Promise<void> {
  await tx.query(`UPDATE kit.idempotency SET body = '{"erased":true}', body_hash = 'erased' WHERE body LIKE '%' || $1 || '%'`, [subjectId]);
}
