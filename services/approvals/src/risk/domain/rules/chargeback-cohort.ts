import { dayMs, defineRule, earning, someOf } from '../rule.js';
import { type CohortCustomer, cohortOf } from './cohorts.js';

const chargedBack = ({ facts }: CohortCustomer): boolean => facts.some(({ kind }) => kind === 'chargeback');
/** Played with bonus money and never paid in. */
const bonusOnly = ({ facts }: CohortCustomer): boolean =>
  earning(facts).some(({ bonus }) => bonus) && !facts.some(({ kind, amount }) => kind === 'deposit' && (amount ?? 1n) > 0n);

/** Too many of a partner's young customers were charged back, or lived off bonuses alone (T-11). Holds what all of them earned. */
export const chargebackCohort = defineRule({
  id: 'chargeback-cohort',
  summary: 'Of a partner’s customers of the review period too many were charged back or played with bonuses only',
  needs: ['customers of the conversions', 'chargebacks, deposits and bonus deductions as senders report them'],
  // Older customers are told from young ones by what they did before.
  lookBackMs: ({ days }) => 2 * days * dayMs,
  evaluate({ recent, now }, { days, percent, atLeast }) {
    const cohort = cohortOf(recent, days, now);
    const bad = cohort.filter((customer) => chargedBack(customer) || bonusOnly(customer));
    if (cohort.length < atLeast || bad.length * 100 < cohort.length * percent) return { hits: [], indeterminate: [] };
    const detail = `${bad.length} of ${cohort.length} customers of the last ${days} days charged back or bonus-only`;
    const evidence = someOf([
      ...bad.flatMap(({ facts }) => facts.filter(({ kind }) => kind === 'chargeback').map((one) => one.conversionId)),
      ...bad.map(({ customerId }) => customerId),
    ]);
    const hits = cohort.flatMap(({ facts }) => earning(facts).map(({ conversionId }) => ({ conversionId, detail, evidence })));
    return { hits, indeterminate: [] };
  },
});
