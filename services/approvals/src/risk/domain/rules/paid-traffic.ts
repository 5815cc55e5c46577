import { defineRule, eachFresh, signalsOn, subjectsOf } from '../rule.js';

/** The visitor came by an advertisement that the partner paid for, brand bidding for one (F-03). */
export const paidTraffic = defineRule({
  id: 'paid-traffic',
  summary: 'The visitor came by a paid advertisement that is none of the brand’s own campaigns',
  needs: ['landing parameters'],
  lookBackMs: () => 0,
  evaluate(facts, { parameters: names, ownCampaigns }) {
    return eachFresh(facts, (fact) => {
      const seen = signalsOn(facts, subjectsOf(fact), 'parameter');
      if (seen.length === 0) return { outcome: 'indeterminate', detail: 'landing parameters were not told', evidence: [] };
      if (seen.some(({ value }) => ownCampaigns.includes(value))) return null;
      const paid = seen.filter(({ value }) => names.includes(value.split('=', 1)[0] ?? ''));
      if (paid.length === 0) return null;
      const which = [...new Set(paid.map(({ value }) => value.split('=', 1)[0]))].join(', ');
      return { outcome: 'hit', detail: `paid traffic: ${which}`, evidence: paid.map(({ id }) => id) };
    });
  },
});
