import type { Finely, Reach } from '../types.js';
import { exactOf, isMore } from './numbers.js';

type Minima = readonly (Finely | null | undefined)[];

/**
 * Whether a band may stand above another: it asks no less of any metric, and what reaches the lower one does not always reach it too.
 * Otherwise a band would be hidden by another, or two would claim the same.
 */
export function standsAbove(above: Minima, below: Minima, reach: Reach): boolean {
  const places = [...above.keys()];
  const rises = (place: number): boolean => isMore(exactOf(above[place]), exactOf(below[place]));
  if (places.some((place) => isMore(exactOf(below[place]), exactOf(above[place])))) return false;
  // Of all minima one more, or one that is new, asks more. Of any minimum one less does: the lower band alone has that way in.
  if (reach === 'all')
    return (
      !places.some((place) => gone(below[place], above[place])) && places.some((place) => gone(above[place], below[place]) || rises(place))
    );
  return below.every((least) => isLeftOut(least)) || places.some((place) => gone(below[place], above[place]) || rises(place));
}

const isLeftOut = (least: Minima[number]): boolean => least === null || least === undefined;
const gone = (here: Minima[number], there: Minima[number]): boolean => !isLeftOut(here) && isLeftOut(there);
