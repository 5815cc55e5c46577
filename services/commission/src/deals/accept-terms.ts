import type { DealTerms } from '@tributary/contracts';
import {
  completeTerms,
  type Finding,
  isMonthModel,
  type LintOptions,
  lintTerms,
  type TermDefaults,
  type Terms,
  withDefaults,
} from '@tributary/engine';
import { Rejected } from '@tributary/service-kit';
import type { Brand } from '../profiles/brand-store.js';

/** What a brand lays down for its deals. */
export type TermsOfBrand = Pick<Brand, 'termDefaults' | 'timeZone'>;
/** Other deals that the margin guard looks at. */
export type OtherTerms = Pick<LintOptions, 'brandTerms' | 'uplineTerms'>;

/** Terms as they would be stored, with what the brand chooses written into them, and what the linter says of them. */
export function judgeTerms(terms: DealTerms, brand: TermsOfBrand, others: OtherTerms = {}): { terms: Terms; findings: Finding[] } {
  const completed = completeTerms(terms as Terms, brand.termDefaults);
  return { terms: completed, findings: lintCompleted(completed, brand, others) };
}

/** What the linter says of terms that are complete. */
export const lintCompleted = (terms: Terms, brand: TermsOfBrand, others: OtherTerms): Finding[] =>
  lintTerms(terms, { ...others, timeZone: brand.timeZone, margin: brand.termDefaults });

/** Whether what the linter says keeps a deal from being written. */
export const isError = ({ severity }: Finding): boolean => severity === 'error';

/**
 * The terms to store out of those `at` a place of a request, and what to tell with them.
 * @throws Rejected `terms-invalid` with a pointer to each mistake
 */
export function acceptTerms(
  terms: DealTerms,
  brand: TermsOfBrand,
  { at = '/terms', ...others }: OtherTerms & { at?: string } = {},
): { terms: Terms; warnings: Finding[] } {
  const { terms: completed, findings } = judgeTerms(terms, brand, others);
  const errors = findings.filter(isError);
  if (errors.length > 0)
    throw new Rejected('terms-invalid', {
      detail: errors.map(({ message }) => message).join(' '),
      errors: errors.map(({ pointer, rule }) => ({ pointer: `${at}${pointer}`, rule })),
    });
  return { terms: completed, warnings: findings };
}

/**
 * What is rated by the month is one thing over all versions, by its name: under a name that it had, another model would be mixed with it.
 * @throws Rejected `terms-invalid` with a pointer to each
 */
export function refuseOtherModels(before: Terms, after: Terms): void {
  const errors = otherModels(before, after).map((index) => ({
    pointer: `/terms/components/${index}/model`,
    rule: 'name-had-another-model',
  }));
  if (errors.length > 0) throw new Rejected('terms-invalid', { errors });
}

/** The components, by their place, whose name had another model, where either is rated by the month. */
export function otherModels(before: Terms, after: Terms): number[] {
  const models = new Map(withDefaults(before).components.map(({ name, model }) => [name, model]));
  return withDefaults(after).components.flatMap(({ name, model }, index) => {
    const was = models.get(name);
    const mixes = was !== undefined && was !== model && (isMonthModel(was) || isMonthModel(model));
    return mixes ? [index] : [];
  });
}

/** The brand's choices for terms that will earn nothing more: a margin that has become narrower does not keep a deal from ending. */
export const withoutGuard = ({ maximumShareOfRevenue: _, ...choices }: TermDefaults): TermDefaults => choices;
