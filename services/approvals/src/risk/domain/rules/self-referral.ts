import {
  type ConversionFact,
  defineRule,
  eachFresh,
  type PartnerFacts,
  type Signal,
  type SignalKind,
  signalsOn,
  subjectsOf,
} from '../rule.js';

/** The customer is the partner himself (F-01). Hashes are compared, under one key for partners and customers. */
export const selfReferral = defineRule({
  id: 'self-referral',
  summary: 'E-mail, its domain, device, account or postal address of the customer are the partner’s own',
  needs: ['signals of the customer or the conversion', 'signals of the partner, or an account that he is paid to'],
  lookBackMs: () => 0,
  evaluate(facts, { compare }) {
    return eachFresh(facts, (fact) => {
      const compared = compare.flatMap((kind) => comparisonOf(facts, fact, kind));
      const same = compared.filter(({ equal }) => equal.length > 0);
      if (same.length > 0) {
        const detail = `the same as the partner’s own: ${same.map(({ kind }) => kind).join(', ')}`;
        return { outcome: 'hit', detail, evidence: same.flatMap(({ equal }) => equal.map(({ id }) => id)) };
      }
      return compared.length > 0 ? null : { outcome: 'indeterminate', detail: 'nothing of customer and partner to compare', evidence: [] };
    });
  },
});

/** Of a kind that is known of both: the signals of either that are equal. Nothing when there is nothing to compare. */
function comparisonOf(facts: PartnerFacts, fact: ConversionFact, kind: SignalKind): { kind: SignalKind; equal: Signal[] }[] {
  const theirs = signalsOn(facts, subjectsOf(fact), kind);
  const own = signalsOn(facts, [facts.partnerId], kind);
  const ownValues = new Set([...own.map(({ value }) => value), ...(kind === 'account' ? facts.accounts : [])]);
  if (theirs.length === 0 || ownValues.size === 0) return [];
  const equal = theirs.filter(({ value }) => ownValues.has(value));
  const values = new Set(equal.map(({ value }) => value));
  return [{ kind, equal: [...equal, ...own.filter(({ value }) => values.has(value))] }];
}
