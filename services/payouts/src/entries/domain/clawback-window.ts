import { maturesAt } from '@tributary/calendar';

/** For how long after a payment a brand takes commissions back, as it was laid down at some instant. */
export interface ClawbackPolicy {
  days: number;
  timeZone: string;
}

/** Why something is not taken back: when it had been paid, and the last instant whose refunds take it back. */
export interface WriteOff {
  reason: 'clawback-window-over';
  paidAt: Date;
  clawbackDays: number;
  until: Date;
}

/** Whether what occurred at an instant comes too late to take back what was paid at another; null while it does not. The end is inside. */
export function windowOver(paidAt: Date, occurredAt: Date, { days, timeZone }: ClawbackPolicy): WriteOff | null {
  const until = new Date(maturesAt(paidAt.toISOString(), days, timeZone));
  return occurredAt > until ? { reason: 'clawback-window-over', paidAt, clawbackDays: days, until } : null;
}
