import { isCurrency, one } from '@tributary/money';
import type { Fields } from '@tributary/rules';
import { checkComponent } from './check/component.js';
import { checkHolding } from './check/holding.js';
import { checkRecoups } from './check/months.js';
import { exactOf, isMore } from './check/numbers.js';
import { repeated, type TermsProblem, when } from './check/problem.js';
import { metricsOf, qualificationFields } from './terms.js';
import type { Terms } from './types.js';

export type { TermsProblem } from './check/problem.js';
export { isRefundKind } from './check/refund-kinds.js';

/**
 * Every mistake of meaning in terms whose shape is right; empty when the engine can rate by them. `fields` are those
 * that rules may ask about: a caller that learns no attributes passes the others only. What the terms leave to the brand
 * (`completeTerms`) must have been written into them: a choice that neither made is a mistake, `<field>-must-be-chosen`.
 */
export function checkTerms(terms: Terms, { fields = qualificationFields }: { fields?: Fields } = {}): TermsProblem[] {
  const { components, currency, timeZone, fxFee, licence } = terms;
  const fee = exactOf(fxFee);
  return [
    ...when(components.length === 0, '/components', 'at-least-one-component'),
    ...checkHolding(terms),
    ...when(currency !== undefined && !isCurrency(currency), '/currency', 'currency-must-be-iso-4217'),
    ...when(timeZone !== undefined && !isTimeZone(timeZone), '/timeZone', 'time-zone-must-be-iana'),
    ...when(fxFee !== undefined && (fee === undefined || fee.n < 0n || isMore(fee, one)), '/fxFee', 'fx-fee-between-zero-and-one'),
    ...when(licence !== undefined && licence.trim() === '', '/licence', 'licence-must-not-be-empty'),
    ...components.flatMap((component, index) => checkComponent(component, `/components/${index}`, fields)),
    ...repeated(
      components.map(({ name }) => name),
      (index) => `/components/${index}/name`,
      'component-name-is-taken',
    ),
    ...checkAcrossBrands(terms),
    ...checkRecoups(terms),
  ];
}

/** Brands have zones of their own: what is counted over several needs one. */
function checkAcrossBrands({ components, timeZone }: Terms): TermsProblem[] {
  const across = components.some(({ tiers }) => tiers !== undefined && metricsOf(tiers).some((metric) => metric.across === 'brands'));
  return when(across && timeZone === undefined, '/timeZone', 'scales-across-brands-need-a-time-zone');
}

/** A name of the zone database: an offset such as `+01:00` knows no summer. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
