/** One mistake in terms: where (JSON pointer) and which (kebab-case sentence). */
export interface TermsProblem {
  pointer: string;
  rule: string;
}

/** The problem, or none. */
export const when = (mistaken: boolean, pointer: string, rule: string): TermsProblem[] => (mistaken ? [{ pointer, rule }] : []);

/** A problem for each name that stands further up already. `at` makes its pointer. */
export const repeated = (names: readonly (string | undefined)[], at: (index: number) => string, rule: string): TermsProblem[] =>
  names.flatMap((name, index) => when(name !== undefined && names.indexOf(name) < index, at(index), rule));
