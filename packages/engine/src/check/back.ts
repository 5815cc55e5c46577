import { hasFlatPart, isMonthModel } from '../terms.js';
import type { Component, Tiers } from '../types.js';
import { checkAmount, checkFactor } from './numbers.js';
import { checkGiven } from './pay.js';
import { type TermsProblem, when } from './problem.js';

/** What a band makes of that which stood before it: one action, on a scale that pays again what came before. */
export function checkBack(component: Component, { scale, retroactive, bands }: Tiers, index: number, at: string): TermsProblem[] {
  const back = bands[index]?.back;
  if (back === undefined) return [];
  // A month is rated once, when all of it is known: nothing of it came before.
  if (isMonthModel(component.model)) return [{ pointer: at, rule: 'months-cannot-have-back' }];
  const { rate, amount, factor, add } = back;
  const isRetroactive = scale === 'whole' && (retroactive === 'unpaid' || retroactive === 'all');
  return [
    ...when(!isRetroactive, at, 'back-needs-a-retroactive-whole-scale'),
    ...when(index === 0, at, 'nothing-stands-before-the-lowest-band'),
    ...when([rate, amount, factor, add].filter((action) => action !== undefined).length !== 1, at, 'back-needs-one-action'),
    ...checkGiven(component, back, at),
    ...when(rate !== undefined && component.byOrdinal !== undefined, `${at}/rate`, 'rates-by-ordinal-exclude-rates-of-bands'),
    ...checkFactor(factor, `${at}/factor`),
    ...(add === undefined
      ? []
      : hasFlatPart(component.model)
        ? checkAmount(add, `${at}/add`)
        : when(true, `${at}/add`, 'add-needs-a-flat-model')),
  ];
}
