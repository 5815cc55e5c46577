import { expect } from '@jest/globals';
import { eventually } from '@tributary/testkit';
import { below, byTag, cap, flat, percent, perUnit, scale, sum, times, when } from './terms.js';
import type { Example } from './world.js';

/** Rules that went into the explanation of an entry, as sentences. */
const rulesOf = async (told: Awaited<ReturnType<Parameters<Example['play']>[0]>>, conversionId: string): Promise<string[]> => {
  const entry = (await told.entries()).find((one) => one.conversionId === conversionId);
  const { explanation } = await told.explanation(entry?.id);
  return explanation.fold.rules.map(
    ({ rule, passed, detail }: { rule: string; passed: boolean; detail: string }) => `${rule} ${passed}: ${detail}`,
  );
};
const twoBands = [
  { upTo: 1, rate: '0.10' },
  { upTo: null, rate: '0.20' },
];

/** Tags, tiers, ordinals and conditions. */
export const conditions: Example[] = [
  {
    name: 'P-03 by tag: an influencer’s sale of 100.00 earns 20.00, an integration partner’s 10.00, and each says why',
    async play(start) {
      const told = await start({ currency: 'USD' });
      const alternatives = [byTag('partner', 'influencer', '0.20', 10), byTag('partner', 'integration', '0.10', 5)];
      for (const [name, tag] of Object.entries({ a: 'influencer', b: 'integration' })) {
        await told.partner(name, { tags: [tag] });
        await told.deal(name, [percent('0.05', { alternatives })]);
      }
      const [first = '', second = ''] = await told.events([{ amount: 10_000 }, { by: 'b', amount: 10_000 }]);
      expect([await told.earns(first), await told.earns(second)]).toEqual([{ a: 2_000 }, { b: 1_000 }]);
      const rules = await rulesOf(told, first);
      expect(rules.some((rule) => /^alternative true: partner-influencer .*wins.*found .influencer/.test(rule))).toBe(true);
      await told.allExplained();
    },
  },
  {
    name: 'P-08 P-09 a customer tag pays more, the higher priority wins and the loser is recorded',
    async play(start) {
      const told = await start();
      const pair = (partner: number, customer: number) => [
        byTag('partner', 'gold', '0.12', partner),
        byTag('customer', 'vip', '0.15', customer),
      ];
      for (const [name, alternatives] of Object.entries({ a: pair(1, 2), b: pair(2, 1), c: [byTag('customer', 'vip', '0.15', 1)] })) {
        await told.partner(name, { tags: ['gold'] });
        await told.deal(name, [percent('0.10', { alternatives })]);
      }
      const first = await told.event({ kind: 'lead', customer: 'x', at: '02-01' });
      await told.ofCustomer(await told.customerOf(first), 'tags', { tag: 'vip', effectiveFrom: '2026-01-01T00:00:00.000Z' });
      const ids = await told.events(['a', 'b', 'c'].map((by) => ({ by, customer: 'x', amount: 20_000 })));
      expect(await Promise.all(ids.map((id) => told.earns(id)))).toEqual([{ a: 3_000 }, { b: 2_400 }, { c: 3_000 }]);
      const rules = await rulesOf(told, ids[1] ?? '');
      expect(rules.some((rule) => /^alternative false: customer-vip .*loses to partner-gold/.test(rule))).toBe(true);
      await told.allExplained();
    },
  },
  {
    name: 'T-16 a tier set from an instant on changes the rate from there, also of what has happened',
    async play(start) {
      const told = await start();
      await told.partner('a', { tier: 'bronze' });
      const silver = { name: 'silver', priority: 1, when: when('partner.tier', '=', 'silver'), rate: '0.15' };
      await told.deal('a', [percent('0.10', { alternatives: [silver] })]);
      await told.events([
        { amount: 10_000, at: '2026-04-09T23:59:59.999Z' },
        { amount: 10_000, at: '2026-04-10T00:00:00.000Z' },
      ]);
      expect(await told.amounts()).toEqual([1_000, 1_000]);
      await told.tier('a', 'silver', '2026-04-10T00:00:00.000Z');
      expect(await told.amounts()).toEqual([1_000, 1_500]);
      await told.allExplained();
    },
  },
  {
    name: 'T-39 only a deal of the licence applies to an event with it',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', { components: [percent('0.10')], licence: 'MGA' });
      await told.deal('a', { components: [percent('0.20')], licence: 'UKGC' });
      const ids = await told.events(['MGA', 'UKGC', 'Curacao'].map((licence) => ({ amount: 10_000, details: { licence } })));
      expect(await told.amounts()).toEqual([1_000, 2_000, 0]);
      expect(await told.outcome(ids[2] ?? '')).toEqual(['zero-commission', 'no-deal-in-force']);
      await told.allExplained();
    },
  },
  {
    name: 'T-44 challenges 1, 2, 3 of a trader pay 15, 10 and 5 % to the first referrer, in whatever order they come',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0', { on: 'challenge-purchase', byOrdinal: { rates: ['0.15', '0.10', '0.05'], beyond: 'nothing' } })]);
      for (const day of [3, 1, 2, 4]) await told.event({ kind: 'challenge-purchase', customer: 'x', amount: 10_000, at: `03-0${day}` });
      expect(await told.amounts()).toEqual([500, 1_500, 1_000, 0]);
      await told.allExplained();
    },
  },
  {
    name: 'T-47 minimum deposit, wager and identity: on day 30 the CPA comes once, dated then; on day 31 never',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const customer = { minDeposits: 2_000, wager: '1', verifiedWithinDays: 30, onExclusion: 'keep' };
      await told.deal('a', [flat('first-deposit', 12_000, { qualify: { customer } })]);
      const at = '2026-03-01T10:00:00.000Z';
      const verifiedAt = { x: '2026-03-31T10:00:00.000Z', y: '2026-04-01T10:00:00.000Z' };
      const ids = await told.events(
        Object.keys(verifiedAt).flatMap((player) => [
          { kind: 'first-deposit', customer: player, at },
          { kind: 'deposit', customer: player, at, amount: 2_000 },
          { kind: 'player-activity', customer: player, at: '2026-03-05T10:00:00.000Z', details: { currency: 'EUR', turnover: 2_000 } },
        ]),
      );
      expect(await told.total()).toBe(0);
      for (const [index, when] of Object.values(verifiedAt).entries())
        await told.ofCustomer(await told.customerOf(ids[index * 3] ?? ''), 'verifications', { kind: 'kyc', verifiedAt: when });
      expect((await told.entries()).map(({ amount, occurredAt }) => [amount, occurredAt])).toEqual([[12_000, verifiedAt.x]]);
      expect(await told.outcome(ids[3] ?? '')).toEqual(['zero-commission', 'not-qualified-in-time']);
      await told.allExplained();
    },
  },
  {
    name: 'C-05 after a self-exclusion no CPA comes, and an open one is cancelled',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const terms = [flat('first-deposit', 12_000, { qualify: { customer: { minDeposits: 2_000, onExclusion: 'cancel-open' } } })];
      await told.deal('a', { components: terms, holdDays: 10 });
      const player = (customer: string, at: string) => [
        { kind: 'first-deposit', customer, at },
        { kind: 'deposit', customer, at, amount: 2_000 },
      ];
      const ids = await told.events([...player('open', '03-05'), ...player('matured', '02-01')]);
      expect(await told.total()).toBe(24_000);
      for (const index of [0, 2])
        await told.ofCustomer(await told.customerOf(ids[index] ?? ''), 'exclusions', { from: '2026-03-10T00:00:00.000Z' });
      expect(await told.amounts()).toEqual([0, 0, 12_000, 0]);
      expect(await told.outcome(ids[0] ?? '')).toEqual(['zero-commission', 'customer-excluded']);
      await told.allExplained();
    },
  },
  {
    name: 'M-14 country, plan and amount decide',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const alternatives = [
        { name: 'pro', priority: 3, when: when('plan', '=', 'pro'), rate: '0.03' },
        { name: 'large', priority: 2, when: when('amount', '>', 50_000), rate: '0.04' },
        { name: 'malta', priority: 1, when: when('country', '=', 'MT'), rate: '0.05' },
      ];
      await told.deal('a', [percent('0.01', { alternatives })]);
      await told.events([
        { amount: 10_000, details: { plan: 'pro', country: 'MT' } },
        { amount: 50_001 },
        { amount: 50_000, details: { country: 'MT' } },
        { amount: 10_000 },
      ]);
      expect(await told.amounts()).toEqual([300, 2_000, 2_500, 100]);
      await told.allExplained();
    },
  },
  {
    name: 'M-14 25 % of a sale whose metadata names the channel webinar, 10 % of any other, and each says why',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const alternatives = [{ name: 'webinar', priority: 1, when: when('metadata.channel', '=', 'webinar'), rate: '0.25' }];
      await told.deal('a', [percent('0.10', { alternatives })]);
      const of = (metadata: object) => ({ amount: 12_340, details: { metadata } });
      const ids = await told.events([of({ channel: 'webinar', region: 'north' }), of({ channel: 'podcast' }), { amount: 12_340 }]);
      expect(await told.amounts()).toEqual([3_085, 1_234, 1_234]);
      const found = await Promise.all(
        ids.map(async (id) => (await rulesOf(told, id)).map((rule) => /metadata.*found (.*)$/.exec(rule)?.[1])),
      );
      expect(found.map((rules) => rules.filter((value) => value !== undefined))).toEqual([['"webinar"'], ['"podcast"'], ['nothing']]);
      await told.allExplained();
    },
  },
  {
    name: 'M-15 after a change of rate an old customer keeps its terms, unless the new version says otherwise',
    async play(start) {
      const by = async (existingCustomers: string) => {
        const told = await start();
        await told.partner('a');
        const deal = await told.deal('a', [percent('0.30')]);
        await told.events([
          { amount: 10_000, customer: 'x', at: '03-01' },
          { amount: 10_000, customer: 'x', at: '04-15' },
          { amount: 10_000, customer: 'y', at: '04-15' },
        ]);
        await told.amend(deal, { components: [percent('0.10')], existingCustomers }, '04-01');
        const amounts = await told.amounts();
        await told.allExplained();
        return amounts;
      };
      expect([await by('keep-their-terms'), await by('move')]).toEqual([
        [3_000, 3_000, 1_000],
        [3_000, 1_000, 1_000],
      ]);
    },
  },
];

/** Hierarchies, lots, limits, scales and lines. */
export const amounts: Example[] = [
  {
    name: 'T-40 twelve levels: every amount is explained, and all together never exceed the pool',
    async play(start) {
      const told = await start();
      const names = times(12, (index) => `p${index}`);
      await told.line(...names);
      await told.deal('p0', [percent('0.105')]);
      for (const name of names.slice(1)) await told.deal(name, [percent('0.055', below({ levels: Array(11).fill('1'), pool: '0.30' }))]);
      const sizes = [7, 12_345, 1_000_003];
      const ids = await told.events(sizes.map((amount) => ({ by: 'p0', amount })));
      for (const [index, size] of sizes.entries())
        expect(sum(Object.values(await told.earns(ids[index] ?? '')))).toBeLessThanOrEqual(Math.floor((size * 30) / 100));
      expect(Object.keys(await told.earns(ids[2] ?? '')).length).toBeGreaterThan(3);
      await told.allExplained();
    },
  },
  {
    name: 'T-41 a ticket that is sent again counts once; a correction is a refund and a new ticket',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [
        perUnit(500, { tiers: scale([{ upTo: 3 }, { upTo: null, amount: 600 }], { metric: { measure: 'quantity' } }) }),
      ]);
      const ticket = (lots: string, at: string) => told.eventOf({ kind: 'trade', amount: 1_000, at, details: { lots, symbol: 'EURUSD' } });
      const [wrong, other] = [ticket('2', '03-01'), ticket('2', '03-02')];
      const [id = ''] = await told.report([wrong, other]);
      await told.report([wrong, other]);
      expect(await told.amounts()).toEqual([1_000, 1_200]);
      await told.refund(id, 1_000, { at: '03-03' });
      await told.report([{ ...ticket('0.5', '03-01'), eventId: 'corrected' }]);
      expect(await told.amounts()).toEqual([0, 1_000, 250]);
      await told.allExplained();
    },
  },
  {
    name: 'T-42 a master by the lot, a sub by the spread and a sub-sub on a hybrid, from one trade',
    async play(start) {
      const told = await start();
      await told.line('subsub', 'sub', 'master');
      const levels = below({ levels: ['1', '1'] });
      await told.deal('subsub', [{ on: 'trade', model: 'flat-plus-percentage', amount: 50, rate: '0.10' }]);
      await told.deal('sub', [{ on: 'trade', model: 'spread-share', rate: '0.30', spread: { unit: 100 }, ...levels }]);
      await told.deal('master', [perUnit(200, levels)]);
      const trade = await told.event({ kind: 'trade', by: 'subsub', amount: 1_000, details: { lots: '5', spread: '1.2' } });
      expect(await told.earns(trade)).toEqual({ subsub: 150, sub: 180, master: 1_000 });
      await told.allExplained();
    },
  },
  {
    name: 'T-43 15 % of a challenge of 500.00 is 75.00; its refund is -75.00, linked to it',
    async play(start) {
      const told = await start({ currency: 'USD' });
      await told.partner('a');
      await told.deal('a', [percent('0.15', { on: 'challenge-purchase' })]);
      await told.refund(await told.event({ kind: 'challenge-purchase', amount: 50_000, customer: 'x' }), 50_000);
      const [first, second] = await told.entries();
      expect([first, second]).toMatchObject([{ amount: 7_500 }, { amount: -7_500, reason: 'refund', adjusts: first?.id }]);
      await told.allExplained();
    },
  },
  {
    name: 'M-01 0.25 for each valid unique click: of four of one visitor in a day one is paid, without anybody reporting it',
    async play(start) {
      const told = await start({ currency: 'USD', policy: { clicksAreEvents: true } });
      await told.partner('a');
      await told.deal('a', [flat('click', 25)]);
      await told.settled();
      const [first = '', ...others] = await told.clicks('a', ['v', 'v', 'v', 'v', 'w']);
      const paid = () => told.entries().then((all) => all.filter((entry) => entry.partnerId === told.id('a')));
      // Visitor w came last, so all of v's clicks have been looked at.
      await eventually('both visitors have earned', async () => (await paid()).length > 1, 60_000);
      const conversions = await Promise.all((await paid()).map(({ conversionId }) => told.conversion(conversionId)));
      expect(conversions.map(({ eventId, source }) => [eventId, source])).toEqual([
        [`click:${first}`, 'click'],
        [`click:${others.at(-1)}`, 'click'],
      ]);
      expect((await paid()).map(({ amount }) => amount)).toEqual([25, 25]);
      await told.allExplained();
    },
  },
  {
    name: 'M-11 a week begins on Monday at midnight in Malta, also when the clocks change',
    async play(start) {
      const told = await start({ timeZone: 'Europe/Malta' });
      await told.partner('a');
      await told.deal('a', [percent('0.10', { tiers: scale(twoBands, { metric: { measure: 'count' }, reset: 'week' }) })]);
      const instants = ['2026-03-22T22:59:59.000Z', '2026-03-22T23:00:00.000Z', '2026-03-29T21:59:59.000Z', '2026-03-29T22:00:00.000Z'];
      await told.events(instants.map((at) => ({ at, amount: 10_000 })));
      expect(await told.amounts()).toEqual([1_000, 1_000, 2_000, 1_000]);
      await told.allExplained();
    },
  },
  {
    name: 'M-13 a discount of 10.00 on lines of 60.00 and 30.00 is shared 6.67 and 3.33',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const rates = [
        { sku: 'book', rate: '0.10' },
        { category: 'games', rate: '0.20' },
      ];
      await told.deal('a', [{ on: 'sale', model: 'line-items', items: { rates, otherwise: '0', discount: 'proportional' } }]);
      const lines = [
        { sku: 'book', quantity: 1, amount: 6_000 },
        { sku: 'game', category: 'games', quantity: 1, amount: 3_000 },
      ];
      const sale = await told.event({ amount: 8_000, details: { lines, discount: 1_000 } });
      const [entry] = await told.entries();
      const { steps } = (await told.explanation(entry?.id)).explanation.fold;
      expect(steps.slice(0, 2).map(({ formula }: { formula: string }) => formula)).toEqual(['(6000 - 667) x 0.10', '(3000 - 333) x 0.20']);
      expect(await told.earns(sale)).toEqual({ a: 1_067 });
      await told.allExplained();
    },
  },
  {
    name: 'M-16 twenty sales at the same time never exceed a limit',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [percent('0.10', { caps: [cap('amount', 7_550, 'month')] })]);
      await Promise.all(
        times(20, (index) => told.event({ amount: 10_000, at: `2026-03-15T12:00:${String(index).padStart(2, '0')}.000Z` })),
      );
      const earned = await told.amounts();
      expect([sum(earned), earned.filter((amount) => amount > 0).length]).toEqual([7_550, 8]);
      await told.allExplained();
    },
  },
  {
    name: 'M-24 a scale across brands in different zones and currencies counts what the other brand had before the deal, at its own calendar',
    async play(start) {
      const told = await start({ currency: 'EUR', timeZone: 'Europe/Berlin' });
      await told.brand('american', { currency: 'USD', timeZone: 'America/New_York' });
      await told.partner('a');
      // In Berlin it is April already, in New York still March.
      const at = '2026-04-01T00:30:00.000Z';
      await told.event({ kind: 'lead', brand: 'main', at });
      await told.event({ kind: 'lead', brand: 'american', at });
      const across = [
        flat('lead', 100, {
          tiers: scale([{ upTo: 1 }, { upTo: null, amount: 200 }], { metric: { measure: 'count', across: 'brands' }, retroactive: 'all' }),
        }),
      ];
      await told.deal('a', { components: across, timeZone: 'America/New_York' }, { at: 'american' });
      expect(await told.amounts()).toEqual([0, 200]);
      await told.event({ kind: 'lead', brand: 'american', at: '2026-04-01T05:00:00.000Z' });
      expect(await told.amounts()).toEqual([0, 200, 100]);
      await told.allExplained();
    },
  },
  {
    name: 'M-27 a refund of the third of ten takes the band of later ones, as differences',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const bands = [
        { upTo: 200_000, rate: '0.10' },
        { upTo: null, rate: '0.20' },
      ];
      await told.deal('a', [percent('0.10', { tiers: scale(bands, { scale: 'marginal', crossing: undefined }) })]);
      const ids = await told.events(times(10, (index) => ({ amount: 50_000, at: `03-${String(index + 1).padStart(2, '0')}` })));
      expect(await told.amounts()).toEqual([...Array<number>(4).fill(5_000), ...Array<number>(6).fill(10_000)]);
      const before = (await told.entries()).length;
      await told.refund(ids[2] ?? '', 50_000);
      expect(await told.amounts()).toEqual([5_000, 5_000, 0, 5_000, 5_000, ...Array<number>(5).fill(10_000)]);
      const posted = (await told.entries()).slice(before).map(({ amount, reason, adjusts }) => [amount, reason, adjusts !== null]);
      expect(posted.sort()).toEqual(
        [
          [-5_000, 're-rating', true],
          [-5_000, 'refund', true],
        ].sort(),
      );
      await told.allExplained();
    },
  },
];
