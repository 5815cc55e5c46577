import { toWireAmount } from '@tributary/money';
import { describe, evaluate, firstMatch, type RuleGroup } from '@tributary/rules';
import { type RoutingFacts, routingFields } from './facts.js';

export type Outcome = 'auto' | 'manager' | 'finance' | 'manager-and-finance';

/** One row: who decides when its conditions hold. */
export interface RoutingRow {
  name: string;
  /** Without conditions it catches all that is left: just the last row has none. */
  when?: RuleGroup | undefined;
  outcome: Outcome;
  /** Why, in words of the brand; `{amount}` and `{partner.status}` stand for what was found. Its conditions in words unless told. */
  because?: string | undefined;
  /** How long each stage may take; after that it is escalated. No deadline unless told. */
  decideWithinHours?: number | undefined;
}
export interface RoutingTable {
  /** Null for the table that the brand's limits make. */
  policyVersion: number | null;
  rows: readonly RoutingRow[];
}
/** Which row matched, with the facts that it and the rows above it looked at. */
export interface Routing {
  policyVersion: number | null;
  row: string;
  facts: Record<string, string | number | boolean | string[] | null>;
  decideWithinHours?: number;
}
export interface Routed {
  outcome: Outcome;
  /** The sentence that says why. */
  sentence: string;
  routing: Routing;
}

/** Above the rows of each table: what takes back, or gives nothing, needs nobody. Else a mistake could not be taken back in time. */
export const takesNothingOut: RoutingRow = {
  name: 'takes-nothing-out',
  when: {
    combinator: 'and',
    rules: [
      { field: 'takesOut', operator: '=', value: false },
      { field: 'byHand', operator: '=', value: false },
    ],
  },
  outcome: 'auto',
  because: '{amount} takes nothing out',
};

export const matches = ({ when }: RoutingRow, facts: RoutingFacts): boolean => when === undefined || evaluate(when, facts);

/** The first row that matches decides. `amount` is the amount as people read it. */
export function route(table: RoutingTable, facts: RoutingFacts, amount: string): Routed {
  const match = firstMatch([takesNothingOut, ...table.rows], facts);
  if (match === undefined) throw new Error('a routing table ends with a row without conditions');
  const { row, looked } = match;
  const outcome = atLeast(row.outcome, facts);
  return {
    outcome,
    sentence: `${reasonOf(row, outcome, facts, amount)}: ${endings[outcome]}`,
    routing: {
      policyVersion: table.policyVersion,
      row: row.name,
      facts: Object.fromEntries(looked.map((field) => [field, shown(facts[field])])),
      ...(row.decideWithinHours === undefined ? {} : { decideWithinHours: row.decideWithinHours }),
    },
  };
}

const endings: Record<Outcome, string> = {
  auto: 'approved automatically',
  manager: 'a manager decides',
  finance: 'finance decides',
  'manager-and-finance': 'a manager decides, then finance',
};

/**
 * What no table may fall short of: another person looks at what was made by hand; finance at what is not in the brand's currency,
 * which its amounts cannot be compared with.
 */
export function atLeast(outcome: Outcome, facts: RoutingFacts): Outcome {
  const goesOut = facts['takesOut'] === true || facts['byHand'] === true;
  if (goesOut && facts['inBrandCurrency'] === false && (outcome === 'auto' || outcome === 'manager')) return 'finance';
  return outcome === 'auto' && facts['byHand'] === true ? 'manager' : outcome;
}

function reasonOf(row: RoutingRow, outcome: Outcome, facts: RoutingFacts, amount: string): string {
  const own = row.because === undefined ? inWords(row) : filled(row.because, { ...facts, amount });
  if (outcome === row.outcome) return own;
  return `${own}, but ${facts['inBrandCurrency'] === false ? `${amount} is not in the brand's currency` : 'it was entered by hand'}`;
}

const inWords = ({ name, when }: RoutingRow): string => (when ? `${name} (${describe(when, routingFields)})` : name);
const filled = (text: string, facts: RoutingFacts): string =>
  text.replaceAll(/\{([\w.]+)\}/g, (whole, field: string) => (Object.hasOwn(facts, field) ? String(shown(facts[field])) : whole));

function shown(fact: RoutingFacts[string]): Routing['facts'][string] {
  if (fact === undefined || fact === null) return null;
  return typeof fact === 'bigint' ? toWireAmount(fact) : typeof fact === 'object' ? [...fact] : fact;
}
