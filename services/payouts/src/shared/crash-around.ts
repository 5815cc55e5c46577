import type { Tx } from '@tributary/messaging';
import { afterCommit } from '@tributary/service-kit';
import type { CrashStep, Parts } from '../parts.js';

/** A test may have the process die here, last before the commit of `tx`, or just after it. After that of a consumer the inbox has its own points. */
export function crashAround(tx: Tx, { crashPoint }: Pick<Parts, 'crashPoint'>, ...steps: readonly CrashStep[]): void {
  for (const step of new Set(steps)) {
    crashPoint(`payouts.${step}.before-commit`);
    afterCommit(tx, () => crashPoint(`payouts.${step}.after-commit`));
  }
}
