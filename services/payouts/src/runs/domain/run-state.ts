import type { RunStage } from '@tributary/contracts';
import { isOver, type PayoutStatus } from '../../payouts/domain/payout-state.js';

export type RunStatus = 'draft' | 'sealed' | 'cleared' | 'refused' | 'cancelled' | 'submitting' | 'submitted' | 'completed';

/** A run on its way out follows its payouts: submitted once none waits, completed once nothing more is expected of any. */
export function runStatusAfter(current: RunStatus, payouts: readonly PayoutStatus[]): RunStatus {
  if (current !== 'submitting' && current !== 'submitted') return current;
  if (payouts.every(isOver)) return 'completed';
  return payouts.some((status) => status === 'cleared') ? current : 'submitted';
}

/** What may be asked of a run: null when it may, otherwise why not. */
export function whyNotApprove(status: RunStatus): string | null {
  return status === 'draft' ? null : `The run is ${status}; only a draft can be approved`;
}
/** The stage that comes next; undefined when all have approved. */
export const stageDue = (stages: readonly RunStage[], passed: readonly { stage: RunStage }[]): RunStage | undefined =>
  stages.find((stage) => !passed.some((one) => one.stage === stage));

/** Once a run has been asked for and cleared, its payouts may be with a rail. */
export function whyNotCancel(status: RunStatus): string | null {
  return status === 'draft' || status === 'sealed' || status === 'cleared' ? null : `The run is ${status}: there is nothing to give up`;
}
export function whyNotSubmit(status: RunStatus): string | null {
  if (status === 'draft') return 'The run has not been approved';
  return status === 'refused' || status === 'cancelled' ? `The run was ${status}` : null;
}
