import { exponentOf, isCurrency } from '@tributary/money';
import type { RuleGroup } from '@tributary/rules';
import { conditionOf, factsOf } from './alternatives.js';
import { allOf, atomsOf, error, type Finding, type Subject, warning } from './finding.js';
import { isImpossible } from './witness.js';

/** Figures that are set against others of another unit. */
export const lintUnits = (subject: Subject): Finding[] => [...lintCarryover(subject), ...lintMinimum(subject), ...lintCurrency(subject)];

/** Net revenue is no commission: what offsets one must be counted like it. */
function lintCarryover({ component, at }: Subject): Finding[] {
  const { carryover } = component;
  if (carryover === null) return [];
  const pointer = `${at}/carryover/unit`;
  if (carryover.policy === 'account' && carryover.unit === 'base')
    return [
      error(
        pointer,
        'carryover-mixes-units',
        'Policy "account" offsets earnings, which are commission, with a carry in net revenue (unit "base").',
      ),
    ];
  if (carryover.highRoller !== undefined && carryover.unit === 'commission')
    return [
      error(
        pointer,
        'carryover-mixes-units',
        `Customers are set apart at a net revenue of ${carryover.highRoller.threshold}, and a carry in commission cannot be offset with it.`,
      ),
    ];
  return [];
}

/** 2000 is 20.00 in one currency and 2000 in another. */
function lintMinimum({ component, at }: Subject): Finding[] {
  const { minAmount, rule } = component.qualify;
  if (minAmount === null || minAmount === 0 || rule === null) return [];
  const currencies = [...new Set(currenciesOf(rule))];
  if (new Set(currencies.map(exponentOf)).size < 2) return [];
  const message = `The minimum of ${minAmount} minor units is not the same in ${currencies.join(', ')}, which have different minor units.`;
  return [error(`${at}/qualify/minAmount`, 'minimum-mixes-minor-units', message)];
}

const currenciesOf = (rule: RuleGroup): string[] =>
  atomsOf(rule)
    .filter(({ field, operator }) => field === 'currency' && (operator === '=' || operator === 'in'))
    .flatMap(({ value }) => (Array.isArray(value) ? value : [value]))
    .filter((value): value is string => typeof value === 'string' && isCurrency(value));

/** Flat amounts are in the currency of the deal, whatever currency an event is in. */
function lintCurrency(subject: Subject): Finding[] {
  const { component, terms, at, fields, index, effort } = subject;
  const { currency } = terms;
  if (currency === undefined || component.amount === null) return [];
  const fixed = { ...factsOf(subject), currency };
  const whole = conditionOf(component);
  const say = (pointer: string, amount: unknown): Finding =>
    warning(
      pointer,
      'amount-is-in-another-currency',
      `${amount} are minor units of ${currency}, but only events in other currencies get it.`,
    );
  if (isImpossible(whole, fields, fixed, effort)) return [say(`${at}/amount`, component.amount)];
  return (terms.components[index]?.alternatives ?? []).flatMap(({ when, amount }, place) =>
    amount !== undefined && isImpossible(allOf(whole, when), fields, fixed, effort)
      ? [say(`${at}/alternatives/${place}/amount`, amount)]
      : [],
  );
}
