import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { add, divide, multiply, type Rational, rate, subtract, toExactText, zero } from '@tributary/money';

/** Sums, differences, products and fractions, with brackets; what the formulas of explanations are made of. */
function worth(formula: string): Rational {
  const tokens = formula.match(/\d+(?:\.\d+)?|[-+x/()]/g) ?? [];
  let at = 0;
  const next = (...wanted: string[]): string | null => (wanted.includes(tokens[at] ?? '') ? (tokens[at++] ?? null) : null);
  const single = (): Rational => {
    if (next('-')) return subtract(zero, single());
    if (!next('(')) return rate(tokens[at++] ?? '');
    const inner = sum();
    next(')');
    return inner;
  };
  const product = (): Rational => {
    let value = single();
    for (let sign = next('x', '/'); sign; sign = next('x', '/')) value = (sign === 'x' ? multiply : divide)(value, single());
    return value;
  };
  const sum = (): Rational => {
    let value = product();
    for (let sign = next('+', '-'); sign; sign = next('+', '-')) value = (sign === '+' ? add : subtract)(value, product());
    return value;
  };
  return sum();
}

const isArithmetic = (formula: string): boolean => /^[-+x/(). \d]+$/.test(formula);
const least = (formula: string): [string, boolean] => [formula.replace(', at least 0', ''), formula.endsWith(', at least 0')];

/** Every `step: formula = value` in the kept explanations, and those of the statements of months. */
function steps(): { where: string; formula: string; value: string }[] {
  const folder = new URL('./', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const lines = [
        ...text.matchAll(/^ {4}[a-z][^:\n]*: (.*) = (-?[\d./]+)$/gm),
        ...text.matchAll(/"formula":"([^"]*)","value":"([^"]*)"/g),
      ];
      return lines.map(([where, formula = '', value = '']) => ({
        where: `${name}: ${where.trim()}`,
        formula: formula.replace(/ \(band [^)]*\)$/, ''),
        value,
      }));
    });
}

test('P-18 every formula in a kept explanation is the arithmetic of its value', () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const { where, formula, value } of steps()) {
    const [arithmetic, notBelow] = least(formula);
    if (!isArithmetic(arithmetic)) continue;
    checked += 1;
    const result = worth(arithmetic);
    if (toExactText(notBelow && result.n < 0n ? zero : result) !== value) wrong.push(where);
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(500);
});
