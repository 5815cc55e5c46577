import { compare, isCurrency, isDecimal, rate, rational, round } from '@tributary/money';
import { type Fields, validate } from '@tributary/rules';
import { hasFlatPart, hasPercentagePart, qualificationFields } from './terms.js';
import type { Component, Terms } from './types.js';

/** One mistake in terms: where (JSON pointer) and which (kebab-case sentence). */
export interface TermsProblem {
  pointer: string;
  rule: string;
}

const longestHoldDays = 365;
const refundKinds: readonly string[] = ['refund', 'chargeback'];

export const isRefundKind = (kind: string): boolean => refundKinds.includes(kind);

/**
 * Every mistake of meaning in terms whose shape is right; empty when the engine can rate by them. `fields` are those
 * that qualification rules may ask about: a caller that learns no attributes passes the others only.
 */
export function checkTerms(terms: Terms, fields: Fields = qualificationFields): TermsProblem[] {
  return [
    ...when(terms.components.length === 0, '/components', 'at-least-one-component'),
    ...when(
      !Number.isInteger(terms.holdDays ?? 0) || (terms.holdDays ?? 0) < 0 || (terms.holdDays ?? 0) > longestHoldDays,
      '/holdDays',
      'hold-days-between-0-and-365',
    ),
    ...when(terms.currency !== undefined && !isCurrency(terms.currency), '/currency', 'currency-must-be-iso-4217'),
    ...terms.components.flatMap((component, index) => checkComponent(component, `/components/${index}`, fields)),
    ...duplicateNames(terms.components),
  ];
}

function checkComponent(component: Component, at: string, fields: Fields): TermsProblem[] {
  const { model, qualify } = component;
  const minAmount = qualify?.minAmount ?? 0;
  return [
    ...when(isRefundKind(component.on), `${at}/on`, 'refunds-and-chargebacks-earn-nothing'),
    ...when(component.name !== undefined && !/^[a-z0-9][a-z0-9-]{0,59}$/.test(component.name), `${at}/name`, 'name-must-be-kebab-case'),
    ...(hasFlatPart(model)
      ? checkFlatPart(component, `${at}/amount`)
      : when(component.amount !== undefined, `${at}/amount`, 'amount-needs-a-flat-model')),
    ...(hasPercentagePart(model)
      ? checkRate(component.rate, `${at}/rate`)
      : when(component.rate !== undefined, `${at}/rate`, 'rate-needs-a-percentage-model')),
    ...when(
      !Number.isSafeInteger(minAmount) || minAmount < 0,
      `${at}/qualify/minAmount`,
      'minimum-amount-must-be-a-positive-integer-or-zero',
    ),
    ...(qualify?.rule ? validate(qualify.rule, fields, `${at}/qualify/rule`) : []),
    // A share of a flat amount has any denominator at all, and a sum that runs for years must stay short.
    ...when(
      component.subCent === 'accumulate' && hasFlatPart(model) && component.onRefund === 'proportional',
      `${at}/onRefund`,
      'proportional-flat-amounts-cannot-accumulate',
    ),
  ];
}

/** In minor units. A deal beyond it is a slip of the pen, and what it earns would not fit into the ledger. */
const largestFlatAmount = 1_000_000_000_000n;

function checkFlatPart(component: Component, pointer: string): TermsProblem[] {
  const { amount, model, subCent, rounding } = component;
  if (amount === undefined) return [{ pointer, rule: 'amount-is-missing' }];
  if (typeof amount === 'number' && !Number.isSafeInteger(amount))
    return [{ pointer, rule: 'amount-must-be-an-integer-or-a-decimal-string' }];
  if (!isDecimal(String(amount))) return [{ pointer, rule: 'amount-must-be-an-integer-or-a-decimal-string' }];
  const exact = rate(String(amount));
  if (exact.n < 0n) return [{ pointer, rule: 'amount-must-not-be-negative' }];
  if (compare(exact, rational(largestFlatAmount)) > 0) return [{ pointer, rule: 'amount-is-too-large' }];
  const vanishes = model === 'flat' && subCent !== 'accumulate' && exact.n > 0n && round(exact, rounding) === 0n;
  return when(vanishes, pointer, 'amount-rounds-to-zero-unless-sub-cents-accumulate');
}

function checkRate(text: string | undefined, pointer: string): TermsProblem[] {
  if (text === undefined) return [{ pointer, rule: 'rate-is-missing' }];
  if (!isDecimal(text)) return [{ pointer, rule: 'rate-must-be-a-decimal-string' }];
  const exact = rate(text);
  if (exact.n < 0n) return [{ pointer, rule: 'rate-must-not-be-negative' }];
  return when(compare(exact, rational(1n)) > 0, pointer, 'rate-must-not-exceed-one');
}

function duplicateNames(components: readonly Component[]): TermsProblem[] {
  const names = components.map(({ name }) => name);
  return names.flatMap((name, index) =>
    when(name !== undefined && names.indexOf(name) < index, `/components/${index}/name`, 'component-name-is-taken'),
  );
}

const when = (mistaken: boolean, pointer: string, rule: string): TermsProblem[] => (mistaken ? [{ pointer, rule }] : []);
