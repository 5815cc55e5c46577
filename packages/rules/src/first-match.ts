import { evaluate } from './evaluate.js';
import { type Facts, fieldsOf, type RuleGroup } from './rule.js';

/** A row of a table of decisions; without conditions it catches all that is left. */
export interface DecisionRow {
  readonly when?: RuleGroup | undefined;
}
export interface Match<R> {
  row: R;
  /** The fields that this row and those above it looked at, in alphabetical order: what the decision went by. */
  looked: string[];
}

/** The first row whose conditions the facts satisfy; undefined when no row does, which a last row without conditions excludes. */
export function firstMatch<R extends DecisionRow>(rows: readonly R[], facts: Facts): Match<R> | undefined {
  const index = rows.findIndex(({ when }) => when === undefined || evaluate(when, facts));
  const row = rows[index];
  if (row === undefined) return undefined;
  const looked = new Set(rows.slice(0, index + 1).flatMap(({ when }) => (when ? fieldsOf(when) : [])));
  return { row, looked: [...looked].sort() };
}
