import { isMonthModel } from '../terms.js';
import type { Component, Tiers } from '../types.js';
import { carries } from './months.js';
import { type TermsProblem, when } from './problem.js';

/**
 * What sources answer differently, and so a deal must answer: itself, or by its brand's choices through `completeTerms`. Only where the
 * answer makes a difference: a marginal scale crosses no bound as a whole, and a month is rated when all of it is known.
 */
export function checkChoices(component: Component, at: string): TermsProblem[] {
  const { model, tiers, caps = [], carryover, qualify } = component;
  return [
    ...(tiers ? choicesOfTiers(tiers, isMonthModel(model), `${at}/tiers`) : []),
    ...caps.flatMap(({ afterRefund }, index) =>
      when(afterRefund === undefined, `${at}/caps/${index}/afterRefund`, 'after-refund-must-be-chosen'),
    ),
    ...when(model === 'revshare' && carryover === undefined, `${at}/carryover`, 'carryover-must-be-chosen'),
    ...when(carryover !== undefined && carries(carryover) && carryover.unit === undefined, `${at}/carryover/unit`, 'unit-must-be-chosen'),
    ...when(
      qualify?.customer !== undefined && qualify.customer.onExclusion === undefined,
      `${at}/qualify/customer/onExclusion`,
      'on-exclusion-must-be-chosen',
    ),
  ];
}

function choicesOfTiers(tiers: Tiers, ofMonth: boolean, at: string): TermsProblem[] {
  const { scale, crossing, bounds, retroactive, demotion, bands } = tiers;
  const whole = scale === 'whole' && !ofMonth;
  const crossesAtOnce = retroactive === 'unpaid' || retroactive === 'all';
  // A minimum (`atLeast`) is met by equality, whatever is chosen.
  const hasBounds = bands.some(({ upTo }) => upTo !== undefined && upTo !== null);
  return [
    ...when(whole && !crossesAtOnce && crossing === undefined, `${at}/crossing`, 'crossing-must-be-chosen'),
    ...when(hasBounds && bounds === undefined, `${at}/bounds`, 'bounds-must-be-chosen'),
    ...when(whole && retroactive === undefined, `${at}/retroactive`, 'retroactive-must-be-chosen'),
    ...when(!ofMonth && demotion === undefined, `${at}/demotion`, 'demotion-must-be-chosen'),
  ];
}
