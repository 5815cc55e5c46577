/** Why a message could not be handed over. Reasons are kebab-case words of ours: what a mail server says may hold an address. */
export interface DeliveryFailure {
  reason: string;
  /** Trying again cannot help. */
  permanent: boolean;
}

export const maxAttempts = 8;
const firstPauseMs = 30_000;
const longestPauseMs = 6 * 3_600_000;

/** Half a minute after the first attempt, four times as long after each further one, never more than six hours. */
export function pauseMs(attempts: number): number {
  return Math.min(firstPauseMs * 4 ** Math.max(0, attempts - 1), longestPauseMs);
}

/** What becomes of a message after a failed attempt. */
export function afterFailure(
  failure: DeliveryFailure,
  attempts: number,
  now: Date,
): { status: 'failed' } | { status: 'queued'; nextAttemptAt: Date } {
  if (failure.permanent || attempts >= maxAttempts) return { status: 'failed' };
  return { status: 'queued', nextAttemptAt: new Date(now.getTime() + pauseMs(attempts)) };
}
