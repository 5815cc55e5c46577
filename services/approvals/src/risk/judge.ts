import type { EventContext, Tx } from '@tributary/messaging';
import type { HitStore, HitWithEffects } from '../shared/hit-store.js';
import type { StrikeHits } from '../shared/strike.js';
import { assess, lookBackOf, type RuleSet } from './domain/assess.js';
import type { FactStore, Pair } from './fact-store.js';
import { factsOfPartners } from './facts-of-partners.js';
import type { RuleSetStore } from './rule-set-store.js';

export interface JudgeParts {
  hits: HitStore;
  facts: FactStore;
  ruleSets: RuleSetStore;
  strikeHits: StrikeHits;
}
/** A conversion to be judged. */
export type Touched = Pair & { conversionId: string };

/**
 * The rules of brands that have switched any on, with those brands' risk taken alone: what is judged after this sees what was judged
 * before, and entries of those brands wait for the outcome.
 */
export async function takeInForce(parts: JudgeParts, tx: Tx, brandIds: readonly string[], now: Date): Promise<Map<string, RuleSet>> {
  const sets = await parts.ruleSets.inForce(tx, [...new Set(brandIds)], now);
  if (sets.size > 0) await parts.hits.lockBrands(tx, [...sets.keys()]);
  return sets;
}

/** Judges conversions by their brands' rules, with what their partners did around them, and strikes where a rule says so. */
export async function judge(
  parts: JudgeParts,
  tx: Tx,
  context: EventContext,
  judged: { sets: ReadonlyMap<string, RuleSet>; touched: readonly Touched[]; earliest: Date; now: Date },
): Promise<HitWithEffects[]> {
  const { sets, earliest, now } = judged;
  const touched = judged.touched.filter(({ brandId }) => sets.has(brandId));
  if (touched.length === 0) return [];
  const lookBack = Math.max(...[...sets.values()].map((set) => lookBackOf(set)));
  const pairs = [...new Map(touched.map(({ brandId, partnerId }) => [`${brandId}/${partnerId}`, { brandId, partnerId }])).values()];
  const ids = new Set(touched.map(({ conversionId }) => conversionId));
  const isFresh = ({ conversionId }: { conversionId: string }): boolean => ids.has(conversionId);
  const known = await factsOfPartners(parts.facts, tx, pairs, new Date(earliest.getTime() - lookBack), isFresh);
  const planned = known.flatMap(({ brandId, ...own }) => {
    const set = sets.get(brandId);
    return set ? assess({ ...own, fresh: own.recent.filter(isFresh), now }, set).map((hit) => ({ ...hit, brandId })) : [];
  });
  return parts.strikeHits(tx, context, planned, now);
}
