import { timingSafeEqual } from 'node:crypto';
import { freezePayoutMethod, freezePurpose, readFreezeToken } from '@tributary/contracts';
import { command, ok, type Route, reject, seeingEverything } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { lockMethod, methodEvent } from './method-store.js';

/**
 * Who was told of an account that is not his own freezes it by the word in the message, without signing in: that word is all that an
 * attacker who reads the new address could use too, and it can only stop money.
 */
export function freezeMethodRoute({ outbox, keys }: Parts): Route {
  return command(freezePayoutMethod, async ({ body, tx, now, context }) => {
    const word = readFreezeToken(body.token);
    const holds = word && keys.hmacs(freezePurpose, word.said).some((signature) => isSame(signature, word.signature));
    if (!holds || word.until <= now) return reject('signature-invalid', { detail: 'The word is not ours, or its time is over' });
    return seeingEverything(tx, async () => {
      const method = await lockMethod(tx, word.payoutMethodId, { brandIds: 'all' });
      if (!method) return reject('not-found');
      if (method.status === 'active') {
        const disabledReason = 'frozen by the link in the notice of its change';
        await tx.query(
          `UPDATE payout_method SET status = 'disabled', disabled_by = 'link:freeze', disabled_at = $2, disabled_reason = $3 WHERE id = $1`,
          [method.id, now, disabledReason],
        );
        const by = { ...context, actorId: 'link:freeze' };
        await outbox.append(tx, by, [methodEvent({ ...method, status: 'disabled', disabledReason }, 'disabled', by, now)]);
      }
      return ok({ payoutMethodId: method.id, status: 'disabled' as const });
    });
  });
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
