import type { Answer, Callback, Costs, RailState } from '../../rails/domain/rail.js';
import type { PayoutReport } from './payout-state.js';

/** What an answer to an instruction says of the payout. */
export function reportOfAnswer(payoutId: string, answer: Answer): PayoutReport {
  if (answer.outcome === 'accepted') return { payoutId, outcome: 'submitted', reference: answer.reference, reason: null };
  return { payoutId, outcome: answer.outcome === 'rejected' ? 'failed' : 'unknown', reference: null, reason: answer.reason };
}

/** What a look-up that found something, or a callback, says of the payout. */
export function reportOfState(payoutId: string, found: Exclude<RailState, { state: 'not-found' }> | Callback): PayoutReport {
  if (found.state === 'rejected') return { payoutId, outcome: 'failed', reference: null, reason: found.reason };
  const { state, reference } = found;
  return { payoutId, outcome: state === 'accepted' ? 'submitted' : state, reference, reason: null, ...costsOf(found) };
}

/** What the rail says that the payment has cost besides. */
export function costsOf(found: object & Costs): Costs {
  const { fee, debited } = found;
  return { ...(fee && { fee }), ...(debited && { debited }) };
}
