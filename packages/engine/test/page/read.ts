import type { Terms } from '../../src/index.js';

/** One thing that is paid, as the page says it: `share 10.00 EUR to b (over-cap)`. */
export interface Paid {
  /** A component, or what a month does beside paying: `carries`, `writes off`. Empty: the only component. */
  name: string;
  amount: string;
  currency: string;
  to: string;
  reason: string;
}

/** `what, clause, clause: paid, paid`, or `given something`. */
export interface Tried {
  text: string;
  given: string | null;
  what: string;
  clauses: readonly string[];
  paid: readonly Paid[];
  /** What several events come to in all, and not each. */
  together: boolean;
}

/** An example of the page with every block of lines below it; each block begins in an empty world. */
export interface Example {
  terms: Terms;
  blocks: Tried[][];
}

/** The examples of a page: each block of terms, and what is tried with it up to the next one. */
export function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  for (const [, language, block = ''] of page.matchAll(/```(json|tried)\n([\s\S]*?)```/g)) {
    if (language === 'json') examples.push({ terms: JSON.parse(block) as Terms, blocks: [] });
    else {
      const example = examples.at(-1);
      if (example === undefined) throw new Error('nothing stands above what is tried');
      example.blocks.push(block.trimEnd().split('\n').map(triedOf));
    }
  }
  return examples;
}

function triedOf(text: string): Tried {
  const given = /^given (.+)$/.exec(text)?.[1] ?? null;
  if (given !== null) return { text, given, what: '', clauses: [], paid: [], together: false };
  const [told = '', paid, ...more] = text.split(': ');
  if (paid === undefined || more.length > 0) throw new Error(`not "event: what is paid": ${text}`);
  const [what = '', ...clauses] = told.split(', ');
  const [, amounts = paid, how] = /^(.+) (each|together)$/.exec(paid) ?? [];
  return { text, given, what, clauses, paid: amounts.split(', ').map(paidOf), together: how === 'together' };
}

function paidOf(text: string): Paid {
  const found = /^(?:([a-z0-9 -]+?) )?(-?\d+\.\d\d)(?: ([A-Z]{3}))?(?: to (\S+))?(?: \(([a-z-]+)\))?$/.exec(text);
  if (found === null) throw new Error(`not something that is paid: ${text}`);
  const [, name = '', amount = '', currency = '', to = '', reason = ''] = found;
  return { name, amount, currency, to, reason };
}

export const shownPaid = ({ name, amount, currency, to, reason }: Paid): string =>
  [name, amount, currency, to && `to ${to}`, reason && `(${reason})`].filter((part) => part !== '').join(' ');

/** `12.34` in minor units, of a currency with two places. */
export function minorOf(text: string): bigint {
  const [, sign = '', whole = '', cents = ''] = /^(-?)(\d+)\.(\d\d)$/.exec(text) ?? [];
  if (whole === '') throw new Error(`not an amount with two places: ${text}`);
  return BigInt(`${sign}${whole}${cents}`);
}

export function majorOf(minor: bigint): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

type Handler<T> = readonly [RegExp, (made: T, ...found: string[]) => void];

/** Applies the first handler whose pattern fits; what fits none is a mistake of the page. */
export function understand<T>(handlers: readonly Handler<T>[], text: string, made: T): void {
  for (const [pattern, handle] of handlers) {
    const found = pattern.exec(text);
    if (found === null) continue;
    handle(made, ...found.slice(1).map((part) => part ?? ''));
    return;
  }
  throw new Error(`not understood: ${text}`);
}

export type { Handler };
