import type { DealChange, DealTerms } from '@tributary/contracts';
import { Rejected } from '@tributary/service-kit';
import { acceptTerms, type TermsOfBrand } from '../accept-terms.js';
import type { TemplateVersion } from '../templates/template-store.js';
import { pointsToFigure } from './domain/adjust-terms.js';

/**
 * What can be said of a change before any deal is looked at; terms come back with what the brand chooses written into them. `at` is where
 * they stand in the request.
 */
export function acceptChange(change: DealChange, template: TemplateVersion, brand: TermsOfBrand, at = '/change/terms'): DealChange {
  if ('terms' in change) return { terms: acceptTerms(change.terms, brand, { at }).terms as DealTerms };
  const errors = change.adjust.flatMap(({ pointer }, index) =>
    pointsToFigure(template.terms, pointer)
      ? []
      : [{ pointer: `/change/adjust/${index}/pointer`, rule: 'pointer-not-in-template' as const }],
  );
  if (errors.length > 0) throw new Rejected('pointer-not-in-template', { errors });
  return change;
}
