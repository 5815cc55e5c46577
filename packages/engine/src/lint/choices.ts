import { isMonthModel } from '../terms.js';
import type { Component, Terms } from '../types.js';
import { type Finding, warning } from './finding.js';

/** Choices with a default that matters to the cent, which neither the deal nor its brand made. */
export function lintChoices(terms: Terms, brandTimeZone: string | undefined): Finding[] {
  return [
    ...terms.components.flatMap((component, index) =>
      component.rounding === undefined && hasFractions(component)
        ? [
            warning(
              `/components/${index}/rounding`,
              'rounding-is-left-open',
              'Neither the deal nor the brand chooses how a half is rounded: it is rounded away from zero ("half-away").',
            ),
          ]
        : [],
    ),
    ...(terms.timeZone === undefined && brandTimeZone === undefined && terms.components.some(hasPeriods)
      ? [warning('/timeZone', 'time-zone-is-left-open', 'Neither the deal nor the brand says in which zone days and months begin.')]
      : []),
  ];
}

const hasFractions = ({ model, amount, split, tiers }: Component): boolean =>
  !(model === 'flat' || model === 'retainer') || typeof amount === 'string' || split !== undefined || tiers !== undefined;

const hasPeriods = ({ model, tiers, caps, duration }: Component): boolean =>
  isMonthModel(model) ||
  duration !== undefined ||
  [...(caps ?? []).map(({ per }) => per), tiers?.reset].some((per) => per !== undefined && per !== 'lifetime');

/** Two components that would pay the same event twice. */
export function lintTwins({ components }: Terms): Finding[] {
  const bare = components.map(({ name: _, ...rest }) => JSON.stringify(rest));
  return bare.flatMap((text, index) => {
    const first = bare.indexOf(text);
    if (first === index) return [];
    return [warning(`/components/${index}`, 'components-are-alike', `Components ${first + 1} and ${index + 1} are the same and both pay.`)];
  });
}
