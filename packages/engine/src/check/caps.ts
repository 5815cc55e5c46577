import type { Cap } from '../types.js';
import { repeated, type TermsProblem, when } from './problem.js';

/** Limits above nothing, one for each measure, period and whom it counts for. */
export const checkCaps = (caps: readonly Cap[], at: string): TermsProblem[] => [
  ...caps.flatMap(({ limit }, index) =>
    when(!Number.isSafeInteger(limit) || limit <= 0, `${at}/${index}/limit`, 'limit-must-be-a-positive-integer'),
  ),
  ...repeated(
    caps.map(({ measure, per, of = 'partner' }) => `${measure} ${per} ${of}`),
    (index) => `${at}/${index}`,
    'cap-is-repeated',
  ),
];
