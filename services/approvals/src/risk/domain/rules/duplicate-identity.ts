import { defineRule, eachFresh } from '../rule.js';

/** Two partners, of whatever brands, are paid to one account (F-05). Keyed hashes are compared, never accounts. */
export const duplicateIdentity = defineRule({
  id: 'duplicate-identity',
  summary: 'Another partner, of this or another brand, is paid to the same account',
  needs: ['keyed hashes of the accounts that partners are paid to'],
  lookBackMs: () => 0,
  evaluate(facts) {
    const { sameAccount } = facts;
    if (sameAccount.length === 0) return { hits: [], indeterminate: [] };
    const evidence = sameAccount.flatMap(({ partnerId, methodId }) => [partnerId, methodId]);
    const detail = `shares the account that it is paid to with ${new Set(sameAccount.map(({ partnerId }) => partnerId)).size} other partners`;
    return eachFresh(facts, () => ({ outcome: 'hit', detail, evidence }));
  },
});
