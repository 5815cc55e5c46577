import { defineRule, eachFresh, signalsOn, subjectsOf } from '../rule.js';

/** The customer says to be elsewhere than where the network says that he is. */
export const geoMismatch = defineRule({
  id: 'geo-mismatch',
  summary: 'The customer’s country is not the country of the network that he came from',
  needs: ['country of the customer, as the sender says', 'country of the network, by the adapter'],
  lookBackMs: () => 0,
  evaluate(facts, { neighbours }) {
    const near = new Set(neighbours.flatMap((pair) => [pair, pair.split('-').reverse().join('-')]));
    return eachFresh(facts, (fact) => {
      const told = signalsOn(facts, subjectsOf(fact), 'country').filter(({ value }) => value !== 'unknown');
      const { country } = fact;
      if (country === null || told.length === 0)
        return { outcome: 'indeterminate', detail: 'one of the two countries is not known', evidence: [] };
      const elsewhere = told.filter(({ value }) => value !== country && !near.has(`${value}-${country}`));
      if (elsewhere.length === 0) return null;
      const where = [...new Set(elsewhere.map(({ value }) => value))].join(', ');
      return { outcome: 'hit', detail: `customer in ${country}, network in ${where}`, evidence: elsewhere.map(({ id }) => id) };
    });
  },
});
