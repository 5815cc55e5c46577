import { isZero, round } from '@tributary/money';
import { hasFlatPart, hasPercentagePart } from '../terms.js';
import type { Component, Finely } from '../types.js';
import { checkAmount, checkRate, exactOf } from './numbers.js';
import { type TermsProblem, when } from './problem.js';

interface Pay {
  rate?: string | undefined;
  amount?: Finely | undefined;
}

/** What a component pays: its own rate and amount as its model wants them, and those that stand in for them. */
export function checkPay(component: Component, at: string): TermsProblem[] {
  const { model, alternatives = [], duration } = component;
  return [
    ...(hasFlatPart(model) ? ownAmount(component, at) : when(component.amount !== undefined, `${at}/amount`, 'amount-needs-a-flat-model')),
    ...(hasPercentagePart(model)
      ? ownRate(component, at)
      : when(component.rate !== undefined, `${at}/rate`, 'rate-needs-a-percentage-model')),
    ...alternatives.flatMap((alternative, index) =>
      checkReplacement(component, alternative, `${at}/alternatives/${index}`, 'alternative-gives-nothing'),
    ),
    ...(duration?.afterwards
      ? checkReplacement(component, duration.afterwards, `${at}/duration/afterwards`, 'afterwards-gives-nothing')
      : []),
  ];
}

/** A rate or an amount that stands in for the component's own: only what the model has, and at least one of them. */
export function checkReplacement(component: Component, pay: Pay, at: string, emptyRule: string): TermsProblem[] {
  if (pay.rate === undefined && pay.amount === undefined) return [{ pointer: at, rule: emptyRule }];
  return checkGiven(component, pay, at);
}

/** The same where neither needs to be given. */
export function checkGiven(component: Component, { rate, amount }: Pay, at: string): TermsProblem[] {
  const { model } = component;
  return [
    ...(rate === undefined
      ? []
      : hasPercentagePart(model)
        ? checkRate(rate, `${at}/rate`)
        : when(true, `${at}/rate`, 'rate-needs-a-percentage-model')),
    ...(amount === undefined
      ? []
      : hasFlatPart(model)
        ? flatAmount(component, amount, `${at}/amount`)
        : when(true, `${at}/amount`, 'amount-needs-a-flat-model')),
  ];
}

const ownAmount = (component: Component, at: string): TermsProblem[] =>
  component.amount === undefined && isGivenElsewhere(component, 'amount') ? [] : flatAmount(component, component.amount, `${at}/amount`);

const ownRate = (component: Component, at: string): TermsProblem[] =>
  component.rate === undefined && (component.byOrdinal !== undefined || isGivenElsewhere(component, 'rate'))
    ? []
    : checkRate(component.rate, `${at}/rate`);

/** Whether every band, or every rank, says it itself. */
function isGivenElsewhere({ tiers, downline }: Component, part: 'rate' | 'amount'): boolean {
  if (tiers?.bands.every((band) => band[part] !== undefined)) return true;
  return downline?.ranks?.pays.every((pay) => pay[part] !== undefined) ?? false;
}

function flatAmount({ model, subCent, rounding }: Component, amount: Finely | undefined, pointer: string): TermsProblem[] {
  const problems = checkAmount(amount, pointer);
  const exact = exactOf(amount);
  if (problems.length > 0 || exact === undefined) return problems;
  const vanishes = model === 'flat' && subCent !== 'accumulate' && !isZero(exact) && round(exact, rounding) === 0n;
  return when(vanishes, pointer, 'amount-rounds-to-zero-unless-sub-cents-accumulate');
}
