import type { TermsProblem } from '../check/problem.js';
import type { Terms } from '../types.js';
import { error, type Finding } from './finding.js';

const questions: Readonly<Record<string, string>> = {
  'crossing-must-be-chosen': 'Choose the rate of the event that crosses a bound: "new" or "old".',
  'bounds-must-be-chosen': 'Choose whether a bound belongs to the band below it: "inclusive" (yes) or "exclusive" (no).',
  'retroactive-must-be-chosen': 'Choose whether a new band also pays what came before: "none", "unpaid" or "all".',
  'demotion-must-be-chosen': 'Choose whether a refund can bring a lower band back: "unwind" or "keep".',
  'after-refund-must-be-chosen': 'Choose whether a refund gives the room under the cap back: "returns" or "stays".',
  'carryover-must-be-chosen': 'Choose what becomes of a negative month: "none", "ring-fence", "component" or "account".',
  'unit-must-be-chosen': 'Choose what is carried: net revenue ("base") or "commission".',
  'on-exclusion-must-be-chosen': 'Choose what a self-exclusion does to what has not matured: "keep" or "cancel-open".',
};

/** A mistake of `checkTerms` as a finding. */
export const asFinding = (terms: Terms, { pointer, rule }: TermsProblem): Finding =>
  error(pointer, rule, questions[rule] ?? sentence(terms, pointer, rule));

function sentence(terms: Terms, pointer: string, rule: string): string {
  const words = rule.replaceAll('-', ' ');
  const found = valueAt(terms, pointer);
  const value = typeof found === 'string' || typeof found === 'number' ? ` (it is ${JSON.stringify(found)})` : '';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${value}.`;
}

function valueAt(terms: Terms, pointer: string): unknown {
  let value: unknown = terms;
  for (const key of pointer.split('/').slice(1)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
