import { withDefaults } from '../terms.js';
import type { Carryover, Component, Terms, Waterfall } from '../types.js';
import { exactOf } from './numbers.js';
import { repeated, type TermsProblem, when } from './problem.js';

/** The lines from gross to net revenue. */
export const checkWaterfall = ({ lines }: Waterfall, at: string): TermsProblem[] => [
  ...repeated(
    lines.map(({ name }) => name),
    (index) => `${at}/lines/${index}/name`,
    'line-name-is-taken',
  ),
  ...lines.flatMap(({ rate }, index) =>
    when(rate !== undefined && (exactOf(rate)?.n ?? -1n) < 0n, `${at}/lines/${index}/rate`, 'rate-must-be-a-decimal-string'),
  ),
];

/** Whether a negative month opens the next one. */
export const carries = ({ policy }: Carryover): boolean => policy === 'component' || policy === 'account';

/** What limits a carry needs one. */
export const checkCarryover = (carryover: Carryover, at: string): TermsProblem[] =>
  carries(carryover)
    ? []
    : (['cap', 'highRoller', 'writeOffAfterMonths'] as const).flatMap((field) =>
        when(carryover[field] !== undefined, `${at}/${field}`, 'nothing-is-carried'),
      );

/** Advances are named components of the deal, each an end in itself: an advance that recoups others could go round in a circle. */
export function checkRecoups(terms: Terms): TermsProblem[] {
  if (!terms.components.some(({ recoups }) => recoups !== undefined)) return [];
  const components = withDefaults(terms).components;
  return terms.components.flatMap((component: Component, index) =>
    (component.recoups ?? []).flatMap((name, place) => {
      const pointer = `/components/${index}/recoups/${place}`;
      const advance = components.find((other) => other.name === name);
      if (name === components[index]?.name) return [{ pointer, rule: 'component-cannot-recoup-itself' }];
      if (advance === undefined) return [{ pointer, rule: 'component-is-not-in-the-deal' }];
      return [
        ...when(advance.recoups.length > 0, pointer, 'advance-cannot-recoup-others'),
        // What it comes to is known no sooner than what recoups it.
        ...when(advance.model === 'revshare' && advance.recoups.length === 0, pointer, 'advance-cannot-be-a-share-of-the-month'),
        ...when(component.recoups?.indexOf(name) !== place, pointer, 'advance-is-named-twice'),
      ];
    }),
  );
}
