import { type Fields, isGroup, type Rule, type RuleGroup, validate } from '@tributary/rules';
import { type Bounds, casesOf, countOf, dimensionsOf } from './cases.js';
import { payoutRoutingFields, routingFields } from './facts.js';
import { matches, type RoutingRow, takesNothingOut } from './table.js';

/** One mistake: where (JSON pointer into the body) and which. */
export interface TableFinding {
  pointer: string;
  rule: string;
}

/** Work that a check may take: cases times rows. */
const mostWork = 400_000;
/** Texts are compared as wholes, so that every word that no row names is like any other. */
const wholeWords: readonly Rule['operator'][] = ['=', '!=', 'in', 'notIn', 'null', 'notNull'];

/**
 * What is wrong with a table, by row: conditions that cannot be evaluated, two rows of one name, cases that no row catches, rows that
 * no case reaches because those above catch all of them. Empty when exactly one row decides each case, and each row some.
 */
export function checkTable(rows: readonly RoutingRow[], bounds: Bounds): TableFinding[] {
  return check(rows, bounds, routingFields, []);
}

/** The same of a table for payouts: they are never made by hand, always take out, and are never approved by nobody, nor by a deadline. */
export function checkPayoutTable(rows: readonly RoutingRow[], bounds: Bounds): TableFinding[] {
  const notForPayouts = rows.flatMap(({ outcome, decideWithinHours }, index) => [
    ...(outcome === 'auto' ? [{ pointer: `/rows/${index}/outcome`, rule: 'payout-needs-a-person' }] : []),
    ...(decideWithinHours === undefined ? [] : [{ pointer: `/rows/${index}/decideWithinHours`, rule: 'payout-has-no-deadline' }]),
  ]);
  return check(rows, { ...bounds, byHand: [false] }, payoutRoutingFields, notForPayouts);
}

function check(rows: readonly RoutingRow[], bounds: Bounds, fields: Fields, found: readonly TableFinding[]): TableFinding[] {
  const conditions = rows.flatMap((row, index) => wrongConditions(row, index, fields));
  const wrong = [...conditions, ...found, ...doubledNames(rows)];
  return wrong.length > 0 ? wrong : [...gaps(rows), ...unreachable(rows, bounds)];
}

function wrongConditions({ when }: RoutingRow, index: number, fields: Fields): TableFinding[] {
  if (when === undefined) return [];
  const pointer = `/rows/${index}/when`;
  const problems = validate(when, fields, pointer);
  return problems.length > 0 ? problems : partsOfWords(when, pointer);
}

function partsOfWords(node: Rule | RuleGroup, pointer: string): TableFinding[] {
  if (isGroup(node)) return node.rules.flatMap((rule, index) => partsOfWords(rule, `${pointer}/rules/${index}`));
  const text = routingFields[node.field]?.type === 'text';
  return text && !wholeWords.includes(node.operator) ? [{ pointer: `${pointer}/operator`, rule: 'operator-not-for-this-field' }] : [];
}

function doubledNames(rows: readonly RoutingRow[]): TableFinding[] {
  const names = [takesNothingOut.name, ...rows.map(({ name }) => name)];
  return rows.flatMap(({ name }, index) => (names.indexOf(name) <= index ? [{ pointer: `/rows/${index}/name`, rule: 'name-taken' }] : []));
}

function gaps(rows: readonly RoutingRow[]): TableFinding[] {
  return rows.at(-1)?.when === undefined && rows.length > 0 ? [] : [{ pointer: '/rows', rule: 'last-row-leaves-a-gap' }];
}

function unreachable(rows: readonly RoutingRow[], bounds: Bounds): TableFinding[] {
  const table = [takesNothingOut, ...rows];
  const dimensions = dimensionsOf(table, bounds);
  if (dimensions === undefined || countOf(dimensions) * table.length > mostWork)
    return [{ pointer: '/rows', rule: 'too-many-cases-to-check' }];
  const left = new Set(table.slice(1));
  for (const facts of casesOf(dimensions, bounds)) {
    if (left.size === 0) break;
    const first = table.find((row) => matches(row, facts));
    if (first !== undefined) left.delete(first);
  }
  return rows.flatMap((row, index) => (left.has(row) ? [{ pointer: `/rows/${index}`, rule: 'row-is-unreachable' }] : []));
}
