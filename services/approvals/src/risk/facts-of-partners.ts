import type { Tx } from '@tributary/messaging';
import type { ConversionFact, PartnerFacts } from './domain/rule.js';
import type { FactStore, Pair } from './fact-store.js';

export type KnownOfPartner = Pair & Omit<PartnerFacts, 'fresh' | 'now'>;

/** All that rules are told of partners but what to judge. Signals are read for the conversions that `isJudged` names. */
export async function factsOfPartners(
  facts: FactStore,
  tx: Tx,
  pairs: readonly Pair[],
  from: Date,
  isJudged: (fact: ConversionFact) => boolean = () => true,
): Promise<KnownOfPartner[]> {
  const recents = await facts.since(tx, pairs, from);
  const identities = await facts.identities(tx, [...new Set(pairs.map(({ partnerId }) => partnerId))]);
  const found = pairs.map((pair) => ({ ...pair, recent: recents.get(`${pair.brandId}/${pair.partnerId}`) ?? [] }));
  const subjects = found.flatMap(({ partnerId, recent }) => [
    partnerId,
    ...recent
      .filter(isJudged)
      .flatMap(({ conversionId, customerId }) => (customerId === null ? [conversionId] : [conversionId, customerId])),
  ]);
  const told = await facts.signals(tx, [...new Set(pairs.map(({ brandId }) => brandId))], [...new Set(subjects)]);
  return found.map((own) => {
    const identity = identities.get(own.partnerId) ?? { accounts: [], sameAccount: [] };
    const prefix = `${own.brandId}/`;
    const signals = new Map(
      [...told].flatMap(([key, list]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), list] as const] : [])),
    );
    return { ...own, ...identity, signals };
  });
}
