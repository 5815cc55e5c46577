import type { FoldResult } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { RatedVersion } from '../deals/domain/deal.js';
import { type Brand, brandsById } from '../profiles/brand-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import { levels, rootOf, type StoredFact } from './domain/fact.js';
import { type Settled, waitsForBrand, waitsForOriginal } from './domain/outcomes.js';
import { type RatingStep, stepsOf, type Trigger } from './domain/steps.js';
import { refundsOf } from './fact-store.js';

/** An original conversion with its refunds, and the runs of the fold that are due. */
export interface Case {
  original: StoredFact;
  refunds: readonly StoredFact[];
  brand: Brand;
  steps: readonly RatingStep[];
}
export type Folded = Case & { versions: readonly RatedVersion[]; folds: readonly FoldResult[] };

/** Which conversions have something to be folded, and which facts wait for what. */
export async function sortOut(tx: Tx, facts: readonly StoredFact[], trigger: Trigger): Promise<{ cases: Case[]; waiting: Settled[] }> {
  const told = facts.filter(({ level }) => level !== levels.named);
  const originals = told.filter((fact) => rootOf(fact) === fact.conversionId);
  const known = new Set(originals.map(({ conversionId }) => conversionId));
  const brands = await brandsById(tx, [...new Set(told.map(({ brandId }) => brandId))]);
  const refunds = groupBy(await refundsOf(tx, [...known]), ({ originalConversionId }) => originalConversionId);

  const waiting: Settled[] = told
    .filter((fact) => !known.has(rootOf(fact) ?? ''))
    .map((fact) => ({ fact, ratedLevel: 0, ...waitsForOriginal }));
  const cases: Case[] = [];
  for (const original of originals) {
    const ownRefunds = refunds.get(original.conversionId) ?? [];
    const brand = brands.get(original.brandId);
    const steps = stepsOf(original, ownRefunds, trigger);
    if (brand === undefined) waiting.push(...[original, ...ownRefunds].map((fact) => ({ fact, ratedLevel: 0, ...waitsForBrand })));
    else if (steps.length > 0) cases.push({ original, refunds: ownRefunds, brand, steps });
  }
  return { cases, waiting };
}

/** The refunds that the last run of a case's fold takes off: all that are known of then. */
export const refundsInTheEnd = ({ steps }: Case): readonly StoredFact[] => steps.at(-1)?.refunds ?? [];
