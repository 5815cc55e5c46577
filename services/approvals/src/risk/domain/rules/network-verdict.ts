import { defineRule, eachFresh, signalsOn, subjectsOf } from '../rule.js';

/** The visitor hid where he is, or was a machine (F-10). */
export const networkVerdict = defineRule({
  id: 'network-verdict',
  summary: 'The visitor came from a data centre, a VPN or a proxy',
  needs: ['a verdict of the network adapter'],
  lookBackMs: () => 0,
  evaluate(facts, { refused }) {
    return eachFresh(facts, (fact) => {
      const told = signalsOn(facts, subjectsOf(fact), 'network');
      const kinds: readonly string[] = refused;
      const hit = told.filter(({ value }) => kinds.includes(value));
      if (hit.length > 0)
        return {
          outcome: 'hit',
          detail: `network: ${[...new Set(hit.map(({ value }) => value))].join(', ')}`,
          evidence: hit.map(({ id }) => id),
        };
      if (told.some(({ value }) => value !== 'unknown')) return null;
      return { outcome: 'indeterminate', detail: told.length > 0 ? 'the adapter was away' : 'no network was told', evidence: [] };
    });
  },
});
