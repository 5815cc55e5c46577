// The purity rule: what a pure module may not do, found in its syntax tree (swc marks names that the module itself does
// not bind, so a parameter called `process` is no violation).

import { parseTypeScript } from './syntax.mjs';

const UNBOUND = 1; // swc's syntax context of a name that is bound nowhere in the module: a global

/** Globals that reach the outside world, each with the rule it breaks. */
const GLOBALS = new Map([
  ['process', 'no-process'],
  ['fetch', 'no-fetch'],
  ['setTimeout', 'no-timers'],
  ['setInterval', 'no-timers'],
  ['setImmediate', 'no-timers'],
  ['queueMicrotask', 'no-timers'],
  ['console', 'no-console'],
  ['crypto', 'no-crypto-or-performance'],
  ['performance', 'no-crypto-or-performance'],
  ['globalThis', 'no-process'],
  ['parseFloat', 'no-floats'],
]);

/** Every rule, with the words that tell what to do instead. */
export const PURITY_RULES = {
  'no-clock': 'the time is an argument: take `now`',
  'no-random': 'chance is an argument: take the value, or a seed',
  'no-process': 'settings are arguments',
  'no-fetch': 'facts are arguments: load them in the use case',
  'no-timers': 'nothing pure waits',
  'no-console': 'return what there is to say',
  'no-crypto-or-performance': 'ids, hashes and timings are arguments',
  'no-floats': 'amounts are bigint; for a number that is a whole one, say so in a comment `// exact: <why>`',
  'no-async': 'decide first, do afterwards: no promises in pure code',
};

/**
 * Finds what is impure in one TypeScript module.
 * @param {string} code
 * @returns {{ rule: keyof typeof PURITY_RULES, line: number }[]}
 */
export function findImpurities(code) {
  const program = parseTypeScript(code);
  const bytes = Buffer.from(code);
  const lines = code.split('\n');
  const lineOf = (node) =>
    bytes
      .subarray(0, node.span.start - 1)
      .toString()
      .split('\n').length; // swc counts bytes, from 1
  const found = [];
  visit(program.body, (node) => {
    const rule = ruleBrokenBy(node);
    if (!rule) return;
    const line = lineOf(node);
    if (rule === 'no-floats' && isDeclaredExact(lines, line)) return;
    found.push({ rule, line });
  });
  return found;
}

function ruleBrokenBy(node) {
  switch (node.type) {
    case 'Identifier':
      return isGlobal(node) ? GLOBALS.get(node.value) : undefined;
    case 'NewExpression':
      return isGlobal(node.callee, 'Date') && !node.arguments?.length ? 'no-clock' : undefined;
    case 'CallExpression':
      if (isGlobal(node.callee, 'Date')) return 'no-clock';
      return isGlobal(node.callee, 'Number') ? 'no-floats' : undefined;
    case 'MemberExpression':
      return memberRule(node);
    case 'AwaitExpression':
      return 'no-async';
    case 'ClassMethod':
    case 'PrivateMethod':
      return node.function.async ? 'no-async' : undefined;
    default:
      return node.async === true || node.isAwait === true ? 'no-async' : undefined;
  }
}

function memberRule({ object, property }) {
  const name = property.type === 'Computed' ? property.expression.value : property.value;
  if (isGlobal(object, 'Date') && name === 'now') return 'no-clock';
  if (isGlobal(object, 'Math') && name === 'random') return 'no-random';
  if (isGlobal(object, 'Number') && name === 'parseFloat') return 'no-floats';
  return undefined;
}

function isGlobal(node, name = node?.value) {
  return node?.type === 'Identifier' && node.ctxt === UNBOUND && node.value === name;
}

function isDeclaredExact(lines, line) {
  return [lines[line - 1], lines[line - 2]].some((text) => /\/\/ exact: \S+/.test(text ?? ''));
}

/** The nodes named Ts... that hold values; the others are types, which cannot act. */
const VALUE_NODES = new Set([
  'TsAsExpression',
  'TsConstAssertion',
  'TsEnumDeclaration',
  'TsNonNullExpression',
  'TsSatisfiesExpression',
  'TsTypeAssertion',
]);

/** Depth first over values. */
function visit(node, report) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.type === 'string') {
    if (node.type.startsWith('Ts') && !VALUE_NODES.has(node.type)) return;
    report(node);
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'span') visit(child, report);
}
