import type { DealTerms } from '@tributary/contracts';
import {
  completeTerms,
  type Finding,
  isMonthModel,
  type LintOptions,
  lintTerms,
  type TermDefaults,
  type Terms,
  uplinesAt,
  versionInForce,
  withDefaults,
} from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { Rejected } from '@tributary/service-kit';
import type { Brand } from '../profiles/brand-store.js';
import { partnersWithUplines } from '../profiles/partner-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import { latestVersions, versionsFor } from './deal-store.js';

/** What a brand lays down for its deals. */
export type TermsOfBrand = Pick<Brand, 'termDefaults' | 'timeZone'>;
/** Other deals that the margin guard looks at. */
export type OtherTerms = Pick<LintOptions, 'brandTerms' | 'uplineTerms'>;

/** Terms as they would be stored, with what the brand chooses written into them, and what the linter says of them. */
export function judgeTerms(terms: DealTerms, brand: TermsOfBrand, others: OtherTerms = {}): { terms: Terms; findings: Finding[] } {
  const completed = completeTerms(terms as Terms, brand.termDefaults);
  return { terms: completed, findings: lintTerms(completed, { ...others, timeZone: brand.timeZone, margin: brand.termDefaults }) };
}

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
  const errors = findings.filter(({ severity }) => severity === 'error');
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
  const models = new Map(withDefaults(before).components.map(({ name, model }) => [name, model]));
  const errors = withDefaults(after).components.flatMap(({ name, model }, index) => {
    const was = models.get(name);
    const mixes = was !== undefined && was !== model && (isMonthModel(was) || isMonthModel(model));
    return mixes ? [{ pointer: `/terms/components/${index}/model`, rule: 'name-had-another-model' }] : [];
  });
  if (errors.length > 0) throw new Rejected('terms-invalid', { errors });
}

/** The brand's choices for terms that will earn nothing more: a margin that has become narrower does not keep a deal from ending. */
export const withoutGuard = ({ maximumShareOfRevenue: _, ...choices }: TermDefaults): TermDefaults => choices;

const mostDeals = 10_000;

/** A deal's place, as far as the margin guard is concerned. */
export interface Place {
  brandId: string;
  /** Whose uplines earn of it too; undefined before anybody has it. */
  partnerId?: string | undefined;
  exceptDealId?: string | undefined;
}

/**
 * What else is paid of the same events: by the brand's other deals (the newest ones of very many) where the given terms pay for what
 * partners below bring, and by the deals of the partners above.
 */
export async function othersFor(tx: Tx, { brandId, partnerId, exceptDealId }: Place, terms: DealTerms, now: Date): Promise<OtherTerms> {
  const paysForOthers = terms.components.some(({ downline }) => downline !== undefined);
  const latest = paysForOthers ? await latestVersions(tx, { brandId, limit: mostDeals }) : [];
  const brandTerms = latest.filter(({ status, dealId }) => status === 'active' && dealId !== exceptDealId).map((deal) => deal.terms);
  return { brandTerms, uplineTerms: partnerId === undefined ? [] : await termsAbove(tx, brandId, partnerId, now.toISOString()) };
}

/** Terms of the partners who stand above one now, nearest first. */
async function termsAbove(tx: Tx, brandId: string, partnerId: string, at: string): Promise<Terms[]> {
  const uplines = uplinesAt(partnerId, await partnersWithUplines(tx, [partnerId]), at);
  if (uplines.length === 0) return [];
  const versions = await versionsFor(
    tx,
    uplines.map((upline) => upline.partnerId),
    [],
  );
  return uplines.flatMap((upline) => {
    const own = versions.filter((version) => version.brandId === brandId && version.partnerId === upline.partnerId);
    const inForce = [...groupBy(own, ({ dealId }) => dealId).values()].map((ofOne) => versionInForce(ofOne, at));
    return inForce.flatMap((version) => (version?.status === 'active' ? [version.terms] : []));
  });
}
