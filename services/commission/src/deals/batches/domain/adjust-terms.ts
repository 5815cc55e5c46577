import { dealTerms } from '@tributary/contracts';
import { checkTerms, type Terms } from '@tributary/engine';
import { add, isDecimal, rate, rational, toExactText, toWireAmount } from '@tributary/money';

/** A figure to be added to the one that a JSON pointer into the terms names; decimal strings, exact. */
export interface Adjustment {
  pointer: string;
  add: string;
}

export type AdjustProblem = 'terms-differ-from-template' | 'terms-invalid';

/** The terms with each figure added; or why not: the pointer does not lead to the same figure as in the template, or what comes out breaks a rule. */
export function adjustTerms(terms: Terms, template: Terms, adjustments: readonly Adjustment[]): Terms | AdjustProblem {
  let adjusted: unknown = terms;
  for (const { pointer, add: amount } of adjustments) {
    if (!sameComponent(terms, template, pointer)) return 'terms-differ-from-template';
    const next = withSum(adjusted, stepsOf(pointer), amount);
    if (next === noFigure) return 'terms-differ-from-template';
    if (next === notExact) return 'terms-invalid';
    adjusted = next;
  }
  const shaped = dealTerms.safeParse(adjusted);
  if (!shaped.success) return 'terms-invalid';
  return checkTerms(shaped.data as Terms).length === 0 ? (shaped.data as Terms) : 'terms-invalid';
}

/** Whether a pointer leads to a figure of the terms at all. */
export const pointsToFigure = (terms: Terms, pointer: string): boolean => withSum(terms, stepsOf(pointer), '0') !== noFigure;

const noFigure = Symbol('there is no figure');
const notExact = Symbol('the sum is no integer, where one is needed');
const largest = BigInt(Number.MAX_SAFE_INTEGER);

const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Another component in the same place is another promise: what was meant for the one is not done to the other. */
function sameComponent(terms: Terms, template: Terms, pointer: string): boolean {
  const [list, place = ''] = stepsOf(pointer);
  if (list !== 'components') return true;
  const [own, meant] = [terms, template].map(({ components }) => memberOf(components, place) as Terms['components'][number] | undefined);
  return own !== undefined && meant !== undefined && own.on === meant.on && own.model === meant.model && own.name === meant.name;
}

function memberOf(parent: unknown, name: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name)) return undefined;
  return (parent as Record<string, unknown>)[name];
}

/** A copy of a document in which the figure at a place has something added. */
function withSum(value: unknown, [step, ...rest]: readonly string[], amount: string): unknown {
  if (step === undefined) return sum(value, amount);
  const member = memberOf(value, step);
  // `length` is a number too, and no part of the document.
  if (member === undefined || (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(step))) return noFigure;
  const next = withSum(member, rest, amount);
  if (typeof next === 'symbol') return next;
  if (Array.isArray(value)) return value.map((one, index) => (`${index}` === step ? next : one));
  return { ...(value as object), [step]: next };
}

function sum(value: unknown, amount: string): unknown {
  if (typeof value === 'string' && isDecimal(value)) return toExactText(add(rate(value), rate(amount)));
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return noFigure;
  const { n, d } = add(rational(BigInt(value)), rate(amount));
  return d === 1n && n <= largest && n >= -largest ? toWireAmount(n) : notExact;
}
