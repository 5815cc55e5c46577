import type { Deal } from './teller.js';

type Terms = Deal['terms'];

/** Of the partner who is paid: a retroactive scale, a rate by tag in another currency, an override, a share of revenue by the month. */
export const ownTerms: Terms = {
  currency: 'EUR',
  components: [
    {
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      tiers: {
        metric: { measure: 'count' },
        reset: 'month',
        scale: 'whole',
        crossing: 'new',
        bounds: 'inclusive',
        retroactive: 'all',
        demotion: 'unwind',
        bands: [
          { upTo: 1, rate: '0.10' },
          { upTo: null, rate: '0.20' },
        ],
      },
    },
    {
      on: 'deposit',
      model: 'percentage',
      rate: '0.10',
      qualify: { refusedNetworks: ['vpn', 'proxy'] },
      alternatives: [
        {
          name: 'golden',
          priority: 1,
          when: { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'gold' }] },
          rate: '0.15',
        },
      ],
    },
    { name: 'override', on: 'lead', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'commission', funding: 'on-top' } },
    {
      name: 'play',
      on: 'player-activity',
      model: 'revshare',
      rate: '0.30',
      waterfall: {
        name: 'house',
        version: 1,
        clause: 'Net revenue is gross revenue less gaming tax.',
        lines: [{ name: 'tax', effect: 'deduct', of: 'gaming-tax' }],
      },
      carryover: { policy: 'component', unit: 'base' },
    },
  ],
};

/** Of the partner above: a tenth of what the one below earns of deposits, out of its share. */
export const masterTerms: Terms = {
  components: [
    {
      name: 'master',
      on: 'deposit',
      model: 'percentage',
      rate: '0.10',
      downline: { levels: ['1'], of: 'commission', funding: 'downline' },
    },
  ],
};

/** Of the partner below: it shares what it gets for a lead. */
export const splitTerms = (own: string, other: string): Terms => ({
  components: [
    {
      on: 'lead',
      model: 'flat',
      amount: 1000,
      split: {
        by: 'named',
        shares: [
          { partnerId: own, share: '0.6' },
          { partnerId: other, share: '0.4' },
        ],
      },
    },
  ],
});
