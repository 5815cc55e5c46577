import type { RuleTried, Step } from '../../types.js';

/** Where rules and steps are written down; left out where only the amount is wanted. */
export interface Trail {
  rules: RuleTried[];
  steps: Step[];
}
