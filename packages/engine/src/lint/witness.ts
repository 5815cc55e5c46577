import { evaluate, type Fact, type Facts, type Fields, fieldNamed, type Rule, type RuleGroup } from '@tributary/rules';
import { candidatesFor, mostCandidates } from './candidates.js';
import { conjunctsOf } from './conjuncts.js';
import { costOf, type Effort, spend, withinOne } from './effort.js';
import { atomsOf } from './finding.js';

/**
 * `found`: these facts satisfy the rule. `none`: no facts can. `unknown`: nothing tried does, and not everything can be tried.
 * `cut-off`: too many to look through.
 */
export type Search = { result: 'found'; facts: Facts } | { result: 'none' | 'unknown' | 'cut-off' };

/** A part of the rule that must hold by itself. */
interface Part {
  node: Rule | RuleGroup;
  /** Open fields that it asks about. */
  fields: readonly string[];
  cost: number;
}

interface OpenField {
  name: string;
  values: readonly Fact[];
  isComplete: boolean;
  /** What can be judged as soon as this field has a value. */
  decided: readonly Part[];
}

/**
 * Looks for facts that satisfy a rule, by trying for each of its fields every value at which a comparison of it can turn: the constants,
 * what lies between and beyond them, none at all. So an answer is an example, or a proof that there is none. `fixed` facts are given.
 */
export const findFacts = (rule: RuleGroup, fields: Fields, fixed: Facts, effort: Effort): Search =>
  withinOne(effort, (own) => searchFacts(rule, fields, fixed, own));

function searchFacts(rule: RuleGroup, fields: Fields, fixed: Facts, effort: Effort): Search {
  if (!spend(effort, 1)) return { result: 'cut-off' };
  const atoms = atomsOf(rule);
  if (!spend(effort, 2 * atoms.length)) return { result: 'cut-off' };
  const parts = partsOf(rule, fixed);
  if (!parts.every((part) => part.fields.length > 0 || evaluate(part.node, fixed))) return { result: 'none' };
  const open = openFields(atoms, parts, fields, fixed, effort);
  if (open === null) return { result: 'cut-off' };
  if (open.some(({ values, isComplete }) => isComplete && values.length === 0)) return { result: 'none' };
  const facts = firstThatHold(open, fixed, effort);
  if (facts !== null) return { result: 'found', facts };
  if (effort.isSpent) return { result: 'cut-off' };
  return { result: open.every(({ isComplete }) => isComplete) ? 'none' : 'unknown' };
}

function firstThatHold(open: readonly OpenField[], fixed: Facts, effort: Effort): Facts | null {
  const facts: Record<string, Fact> = { ...fixed };
  const search = (index: number): boolean => {
    const field = open[index];
    if (field === undefined) return true;
    for (const value of field.values) {
      facts[field.name] = value;
      const holds = field.decided.every(({ node, cost }) => spend(effort, cost) && evaluate(node, facts));
      if (effort.isSpent || !spend(effort, 1)) return false;
      if (holds && search(index + 1)) return true;
    }
    return false;
  };
  return search(0) ? facts : null;
}

/** Whether it is certain that nothing satisfies the rule. */
export const isImpossible = (rule: RuleGroup, fields: Fields, fixed: Facts, effort: Effort): boolean =>
  findFacts(rule, fields, fixed, effort).result === 'none';

const partsOf = (rule: RuleGroup, fixed: Facts): Part[] =>
  conjunctsOf(rule).map((node) => {
    const atoms = atomsOf(node);
    const fields = [...new Set(atoms.map(({ field }) => field))].filter((field) => !Object.hasOwn(fixed, field));
    return { node, fields, cost: atoms.reduce((sum, atom) => sum + costOf(atom), 0) };
  });

/** The fields that are not given, each with what is worth trying; null where that alone is too much to look through. */
function openFields(atoms: readonly Rule[], parts: readonly Part[], fields: Fields, fixed: Facts, effort: Effort): OpenField[] | null {
  const byField = new Map<string, Rule[]>();
  for (const atom of atoms) {
    if (Object.hasOwn(fixed, atom.field)) continue;
    const known = byField.get(atom.field);
    if (known) known.push(atom);
    else byField.set(atom.field, [atom]);
  }
  const names = [...byField.keys()];
  const shared = parts.filter((part) => part.fields.length > 1);
  const open: OpenField[] = [];
  for (const [name, asking] of byField) {
    const own = parts.filter((part) => part.fields.length === 1 && part.fields[0] === name);
    const type = fieldNamed(name, fields)?.type ?? 'any';
    if (!spend(effort, mostCandidates(type, asking))) return null;
    const { values, isComplete } = candidatesFor(name, type, asking);
    // What must hold and asks about this field alone sorts out most values before they are combined with others.
    const given: Record<string, Fact> = { ...fixed };
    const usable = values.filter((value) => {
      given[name] = value;
      return own.every(({ node, cost }) => spend(effort, cost) && evaluate(node, given));
    });
    if (effort.isSpent) return null;
    const isAlone = shared.every((part) => !part.fields.includes(name));
    const decided = shared.filter((part) => lastOf(part.fields, names) === name);
    open.push({ name, values: isAlone ? usable.slice(0, 1) : usable, isComplete, decided });
  }
  return open;
}

const lastOf = (fields: readonly string[], order: readonly string[]): string | undefined => order.findLast((name) => fields.includes(name));

/** Facts as words: `country "DE", amount 500`. What is missing is left out. */
export function describeFacts(facts: Facts, fields: Fields, rule: RuleGroup): string {
  const named = [...new Set(atomsOf(rule).map(({ field }) => field))].flatMap((name) => {
    const fact = facts[name];
    if (fact === null || fact === undefined || (Array.isArray(fact) && fact.length === 0)) return [];
    return [`${fieldNamed(name, fields)?.label ?? name} ${textOf(fact)}`];
  });
  return named.length === 0 ? 'any event' : named.join(', ');
}

const textOf = (fact: Fact): string =>
  typeof fact === 'string'
    ? JSON.stringify(fact)
    : Array.isArray(fact)
      ? fact.map((word) => JSON.stringify(word)).join(' and ')
      : String(fact);
