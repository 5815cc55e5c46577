import type { Rule } from '@tributary/rules';

/**
 * How many comparisons a search may still make. Counted, not timed: the same terms have the same findings on every machine. What is cut
 * off says so (`isSpent`), and nothing is claimed of it.
 */
export interface Effort {
  left: number;
  isSpent: boolean;
}

/** For one search, for the conditions of one deal, and for what one deal can earn of an event. */
const most = { search: 40_000, conditions: 300_000, stack: 100_000 };

export const effortFor = (what: 'conditions' | 'stack'): Effort => ({ left: most[what], isSpent: false });

/** Whether there is enough left; then it is taken. */
export function spend(effort: Effort, comparisons: number): boolean {
  effort.left -= comparisons;
  if (effort.left < 0) effort.isSpent = true;
  return effort.left >= 0;
}

/** Runs one search with its part of the effort. */
export function withinOne<Result>(effort: Effort, search: (own: Effort) => Result): Result {
  const own: Effort = { left: Math.min(effort.left, most.search), isSpent: false };
  const before = own.left;
  const result = search(own);
  effort.left -= before - own.left;
  effort.isSpent ||= own.isSpent;
  return result;
}

/** What it costs to compare once: numbers are read exactly from text, words of a list are looked through. */
export const costOf = ({ operator, value }: Rule): number => {
  if (!Array.isArray(value)) return typeof value === 'number' ? 2 : 1;
  return operator === 'between' ? 4 : value.some((one) => typeof one === 'number') ? 2 * value.length : 1 + value.length / 200;
};
