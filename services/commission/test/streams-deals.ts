import type { DealTerms } from '@tributary/contracts';

type Component = DealTerms['components'][number];

/** Deals of four partners at two brands, of every kind whose amounts hang together; `step` makes each version another. */
export interface DealPlan {
  partner: number;
  brand: number;
  terms: (step: number) => DealTerms;
}

const percent = (step: number, whole: number): string => `0.${String(whole + step).padStart(2, '0')}`;
const share = (name: string, rate: string, rest: Partial<Component> = {}): Component => ({
  name,
  on: 'sale',
  model: 'percentage',
  rate,
  ...rest,
});
const lasting = { bounds: 'inclusive', demotion: 'unwind' } as const;

/** The partner on top: marginal over its whole network, a share of all below, what is left of a pool, and a bonus for recruits that earn. */
const top = (step: number): DealTerms => ({
  currency: 'EUR',
  components: [
    share('own', '0.10', {
      tiers: {
        metric: { measure: 'amount', of: 'network' },
        reset: 'month',
        scale: 'marginal',
        ...lasting,
        bands: [{ upTo: 60_000 }, { upTo: 90_000 + step * 5_000, rate: '0.125' }, { upTo: null, rate: '0.15' }],
      },
    }),
    share('level', percent(step, 5), { downline: { levels: ['1', '0.5', '0.25'], of: 'amount', funding: 'on-top', pool: '0.40' } }),
    { name: 'leads-below', on: 'lead', model: 'flat', amount: 50, downline: { levels: ['1', '1'], of: 'amount', funding: 'on-top' } },
    {
      name: 'recruits',
      on: 'sale',
      model: 'flat',
      amount: 1_500 + step,
      downline: { levels: ['1', '0.5'], of: 'commission', funding: 'on-top', milestone: { earned: 9_000, reversibleDays: 10 + step } },
    },
  ],
});

/** Whole bands by number with a fixed amount, capped; leads capped by day and month; a share of the commission below. */
const middle = (step: number): DealTerms => ({
  components: [
    share('sale', '0.10', {
      tiers: {
        metric: { measure: 'count' },
        reset: 'month',
        scale: 'whole',
        crossing: step % 2 === 0 ? 'new' : 'old',
        retroactive: 'none',
        ...lasting,
        bands: [{ upTo: 3 }, { upTo: 6, rate: '0.12', fixed: 500 }, { upTo: null, rate: '0.15' }],
      },
      caps: [{ measure: 'amount', limit: 40_000 - step * 1_000, per: 'quarter', afterRefund: 'returns' }],
    }),
    {
      name: 'lead',
      on: 'lead',
      model: 'flat',
      amount: 300,
      caps: [
        { measure: 'conversions', limit: 2, per: 'week', afterRefund: 'stays' },
        { measure: 'conversions', limit: 5 + step, per: 'month', afterRefund: 'returns' },
      ],
    },
    share('of-below', percent(step, 10), { downline: { levels: ['1', '1'], of: 'level-below', funding: 'on-top' } }),
  ],
});

/** Retroactive over all, by an amount of its own for what came before; lots that accumulate in a scale; rates by ordinal; tags. */
const lower = (step: number): DealTerms => ({
  components: [
    {
      name: 'deposit',
      on: 'deposit',
      model: 'flat',
      amount: 2_500,
      tiers: {
        metric: { measure: 'count' },
        reset: 'month',
        scale: 'whole',
        crossing: 'new',
        retroactive: 'all',
        ...lasting,
        bands: [{ upTo: 2 }, { upTo: 4, amount: 2_750 + step, back: { amount: 2_600 } }, { upTo: null, amount: 3_000, back: { add: 100 } }],
      },
    },
    {
      name: 'lots',
      on: 'trade',
      model: 'per-unit',
      amount: '0.37',
      subCent: 'accumulate',
      tiers: {
        metric: { measure: 'quantity' },
        reset: 'quarter',
        scale: 'marginal',
        ...lasting,
        bands: [{ upTo: 5 }, { upTo: null, amount: '0.61' }],
      },
    },
    share('ordinal', '0', { byOrdinal: { rates: ['0.15', '0.10', percent(step, 5)], beyond: 'last' } }),
    share('tagged', '0.01', {
      alternatives: [
        {
          name: 'vip',
          priority: 2,
          when: { combinator: 'and', rules: [{ field: 'customer.tags', operator: 'contains', value: 'vip' }] },
          rate: '0.03',
        },
        {
          name: 'gold',
          priority: 1,
          when: { combinator: 'and', rules: [{ field: 'partner.tier', operator: '=', value: 'gold' }] },
          rate: '0.02',
        },
      ],
    }),
  ],
});

/** A window that rolls and lifts what is in it, what came before less; limits per customer; first deposits that qualify; a duration; a sum for life. */
const rolling = (step: number): DealTerms => ({
  existingCustomers: step % 2 === 0 ? 'move' : 'keep-their-terms',
  components: [
    share('rolling', '0.10', {
      tiers: {
        metric: { measure: 'count' },
        reset: { rollingDays: 30 },
        scale: 'whole',
        crossing: 'new',
        retroactive: 'all',
        ...lasting,
        bands: [{ upTo: 2 }, { upTo: 5, rate: '0.15', back: { rate: percent(step, 12) } }, { upTo: null, rate: '0.20' }],
      },
    }),
    share('limited', percent(step, 20), {
      caps: [{ measure: 'amount', limit: 6_000, per: 'month', of: 'customer', afterRefund: 'returns' }],
    }),
    {
      name: 'first',
      on: 'deposit',
      model: 'flat',
      amount: 5_000 + step,
      qualify: { customer: { minDeposits: 30_000, withinDays: 40, onExclusion: 'keep' } },
    },
    share('months', '0.04', { duration: { months: 2, from: 'customer-first', afterwards: { rate: '0.01' } } }),
    { name: 'trade', on: 'trade', model: 'flat', amount: '0.37', subCent: 'accumulate' },
  ],
});

/** Customers of every brand; what is unpaid goes up; the difference to what is paid below. */
const abroad = (step: number): DealTerms => ({
  timeZone: 'America/New_York',
  components: [
    share('escalated', '0.10', {
      tiers: {
        metric: { measure: 'customers', across: 'brands' },
        reset: 'month',
        scale: 'whole',
        crossing: 'new',
        retroactive: 'none',
        ...lasting,
        bands: [{ upTo: 1 }, { upTo: 2 + (step % 2), rate: '0.12' }, { upTo: null, rate: '0.14' }],
      },
    }),
    share('difference', '0.18', { downline: { levels: ['1', '1', '1'], of: 'amount', funding: 'on-top', lessPaidBelow: true } }),
  ],
});

const lifted = (step: number): DealTerms => ({
  currency: 'USD',
  timeZone: 'America/New_York',
  components: [
    share('lifted', '0.08', {
      tiers: {
        metric: { measure: 'amount', across: step % 2 === 0 ? 'deal' : 'brands' },
        reset: 'month',
        scale: 'whole',
        retroactive: 'all',
        ...lasting,
        bands: [{ upTo: 50_000 }, { upTo: null, rate: '0.11' }],
      },
    }),
    share('ranked', '0.02', { downline: { levels: ['1'], of: 'commission', funding: 'downline' } }),
  ],
});

export const dealPlans: readonly DealPlan[] = [
  { partner: 0, brand: 0, terms: top },
  { partner: 1, brand: 0, terms: middle },
  { partner: 2, brand: 0, terms: lower },
  { partner: 3, brand: 0, terms: rolling },
  { partner: 1, brand: 1, terms: abroad },
  { partner: 2, brand: 1, terms: lifted },
  { partner: 3, brand: 1, terms: middle },
];
