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
 * An amendment that would break off what runs on over all versions of a deal.
 * @throws Rejected `terms-invalid` with a pointer to each place
 */
export function refuseBreaks(before: Terms, after: Terms): void {
  const errors = breaksOf(before, after).map(({ pointer, rule }) => ({ pointer: `/terms${pointer}`, rule }));
  if (errors.length > 0) throw new Rejected('terms-invalid', { errors });
}

/**
 * Where an amendment would break off what runs on by the name of a component. What is rated by the month would be mixed with another
 * model; a milestone in another currency would begin anew, and its bonus be paid again.
 */
export function breaksOf(before: Terms, after: Terms): { pointer: string; rule: string }[] {
  const known = new Map(withDefaults(before).components.map((component) => [component.name, component]));
  return withDefaults(after).components.flatMap(({ name, model, downline }, index) => {
    const was = known.get(name);
    if (was === undefined) return [];
    const mixes = was.model !== model && (isMonthModel(was.model) || isMonthModel(model));
    const anew = was.downline?.milestone && downline?.milestone && before.currency !== after.currency;
    return [
      ...(mixes ? [{ pointer: `/components/${index}/model`, rule: 'name-had-another-model' }] : []),
      ...(anew ? [{ pointer: '/currency', rule: 'milestones-keep-their-currency' }] : []),
    ];
  });
}

/** The brand's choices for terms that will earn nothing more: a margin that has become narrower does not keep a deal from ending. */
export const withoutGuard = ({ maximumShareOfRevenue: _, ...choices }: TermDefaults): TermDefaults => choices;
