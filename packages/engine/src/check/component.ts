import { type Fields, validate } from '@tributary/rules';
import type { Component } from '../types.js';
import { checkCaps } from './caps.js';
import { checkChoices } from './choices.js';
import { checkModel } from './model.js';
import { checkCarryover, checkWaterfall } from './months.js';
import { checkPay } from './pay.js';
import { repeated, type TermsProblem, when } from './problem.js';
import { isRefundKind } from './refund-kinds.js';
import { checkDownline, checkSplit } from './shares.js';
import { checkTiers } from './tiers.js';

/** Every mistake of one component. */
export function checkComponent(component: Component, at: string, fields: Fields): TermsProblem[] {
  const { tiers, caps, split, downline, waterfall, carryover } = component;
  return [
    ...when(isRefundKind(component.on), `${at}/on`, 'refunds-and-chargebacks-earn-nothing'),
    ...when(component.name !== undefined && !/^[a-z0-9][a-z0-9-]{0,59}$/.test(component.name), `${at}/name`, 'name-must-be-kebab-case'),
    ...checkPay(component, at),
    ...checkModel(component, at),
    ...checkConditions(component, at, fields),
    ...(tiers ? checkTiers(component, tiers, `${at}/tiers`) : []),
    ...(caps ? checkCaps(caps, `${at}/caps`) : []),
    ...(split ? checkSplit(split, `${at}/split`) : []),
    // Nobody has recruited the event's own partner into its own deal: it would never pay.
    ...when(component.duration?.from === 'recruited' && downline === undefined, `${at}/duration/from`, 'recruited-needs-a-downline'),
    // Each of several partners would need a running sum of its own.
    ...when(split !== undefined && component.subCent === 'accumulate', `${at}/split`, 'accumulated-sums-cannot-be-split'),
    ...(downline ? checkDownline(component, downline, at) : []),
    ...(waterfall ? checkWaterfall(waterfall, `${at}/waterfall`) : []),
    ...(carryover ? checkCarryover(carryover, `${at}/carryover`) : []),
    ...checkChoices(component, at),
  ];
}

function checkConditions({ qualify, alternatives = [] }: Component, at: string, fields: Fields): TermsProblem[] {
  const minAmount = qualify?.minAmount ?? 0;
  const { onExclusion: _, ...conditions } = qualify?.customer ?? {};
  return [
    ...when(
      !Number.isSafeInteger(minAmount) || minAmount < 0,
      `${at}/qualify/minAmount`,
      'minimum-amount-must-be-a-positive-integer-or-zero',
    ),
    ...(qualify?.rule ? validate(qualify.rule, fields, `${at}/qualify/rule`) : []),
    ...when(
      qualify?.customer !== undefined && Object.values(conditions).every((value) => value === undefined),
      `${at}/qualify/customer`,
      'customer-qualification-asks-nothing',
    ),
    ...repeated(qualify?.refusedNetworks ?? [], (index) => `${at}/qualify/refusedNetworks/${index}`, 'network-is-named-twice'),
    ...alternatives.flatMap(({ when: rule }, index) => validate(rule, fields, `${at}/alternatives/${index}/when`)),
    ...repeated(
      alternatives.map(({ name }) => name),
      (index) => `${at}/alternatives/${index}/name`,
      'alternative-name-is-taken',
    ),
  ];
}
