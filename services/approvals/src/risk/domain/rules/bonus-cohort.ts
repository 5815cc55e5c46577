import { dayMs, defineRule, earning, someOf } from '../rule.js';
import { cohortOf } from './cohorts.js';

/** A cohort that took its bonuses and left: half of it lived no longer than one bonus (F-11). */
export const bonusCohort = defineRule({
  id: 'bonus-cohort',
  summary: 'Half of a partner’s young bonus players stayed no longer than one bonus',
  needs: ['customers of the conversions', 'bonus deductions as senders report them'],
  lookBackMs: ({ days }) => 2 * days * dayMs,
  evaluate({ recent, now }, { days, cycleDays, atLeast }) {
    // Who began within the last bonus has had no time to stay.
    const cohort = cohortOf(recent, days, now).filter(
      ({ facts, first }) => facts.some(({ bonus }) => bonus) && now.getTime() - first > cycleDays * dayMs,
    );
    const lives = cohort.map(({ first, last }) => last - first).sort((a, b) => a - b);
    const median = lives[Math.floor((lives.length - 1) / 2)];
    if (cohort.length < atLeast || median === undefined || median > cycleDays * dayMs) return { hits: [], indeterminate: [] };
    const detail = `half of ${cohort.length} bonus players stayed ${cycleDays} days at most`;
    const evidence = someOf(cohort.map(({ customerId }) => customerId));
    const hits = cohort.flatMap(({ facts }) => earning(facts).map(({ conversionId }) => ({ conversionId, detail, evidence })));
    return { hits, indeterminate: [] };
  },
});
