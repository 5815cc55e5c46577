import { Rejected } from '@tributary/service-kit';
import type { LeftOut } from '../shared/run-record.js';

/** "Nothing is payable", and why not, balance by balance. */
export function nothingToPay(left: readonly LeftOut[]): Rejected {
  const reasons = left
    .slice(0, 20)
    .map(
      ({ group, reason, rule }) =>
        `${group.partnerId} at ${group.brandId}: ${group.amount} ${group.currency} ${reason}${rule === undefined ? '' : ` (${rule})`}`,
    );
  return new Rejected(
    'run-empty',
    reasons.length === 0
      ? {}
      : {
          detail: `Every balance rolls over. ${reasons.join('; ')}`,
          errors: left
            .slice(0, 100)
            .map(({ group, reason }) => ({ pointer: `/${group.partnerId}/${group.brandId}/${group.currency}`, rule: reason })),
        },
  );
}
