import type { Fields } from '@tributary/rules';
import { checkTerms } from './check-terms.js';
import { lintConditions } from './lint/alternatives.js';
import { lintBands } from './lint/bands.js';
import { lintChoices, lintTwins } from './lint/choices.js';
import { effortFor } from './lint/effort.js';
import type { Finding, Subject } from './lint/finding.js';
import { lintLimits } from './lint/limits.js';
import { lintLock } from './lint/lock.js';
import { lintMargin } from './lint/margin.js';
import { lintNetworks } from './lint/networks.js';
import { asFinding } from './lint/sentences.js';
import { lintUnits } from './lint/units.js';
import { qualificationFields, withDefaults } from './terms.js';
import type { Terms } from './types.js';

export type { Finding } from './lint/finding.js';

export interface LintOptions {
  /** Those that rules may ask about. */
  fields?: Fields | undefined;
  /** The brand's zone, where the deal names none. */
  timeZone?: string | undefined;
  /** The margin guard: what everybody together may earn of an event's revenue. `"0.35"` is 35 %. */
  margin?: { maximumShareOfRevenue?: string | undefined } | undefined;
  /** Deals of partners who may stand below this one. */
  brandTerms?: readonly Terms[] | undefined;
  /** Deals of the partners above, the nearest first. */
  uplineTerms?: readonly Terms[] | undefined;
}

/**
 * What is wrong with terms that `completeTerms` has completed: every mistake of `checkTerms`, and what can be rated but is likely not
 * meant. A deal with an error is not written. Only terms without mistakes are looked at further.
 */
export function lintTerms(terms: Terms, options: LintOptions = {}): Finding[] {
  const { fields = qualificationFields, brandTerms = [], uplineTerms = [] } = options;
  const problems = checkTerms(terms, { fields });
  if (problems.length > 0) return problems.map((problem) => asFinding(terms, problem));
  const effort = effortFor('conditions');
  const subjects: Subject[] = withDefaults(terms).components.map((component, index) => ({
    component,
    at: `/components/${index}`,
    index,
    terms,
    fields,
    effort,
  }));
  return [
    ...subjects.flatMap(lintConditions),
    ...subjects.flatMap(lintBands),
    ...subjects.flatMap(lintUnits),
    ...subjects.flatMap(lintLimits),
    ...subjects.flatMap(lintNetworks),
    ...lintTwins(terms),
    ...lintLock(terms),
    ...lintMargin(terms, { maximum: options.margin?.maximumShareOfRevenue, brandTerms, uplineTerms, fields }),
    ...lintChoices(terms, options.timeZone),
  ];
}
