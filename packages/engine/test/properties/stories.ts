import fc from 'fast-check';
import type { Back, Band, Component, Downline, Terms, Tiers } from '../../src/index.js';
import type { World } from '../world.js';

/** One thing that happens, as data: a story can be shuffled, cut and told twice. */
export type Command =
  | { do: 'event'; kind: string; who: string; at: string; amount: number | null; customerId: string | null }
  | { do: 'refund'; nth: number; at: string; part: number }
  | { do: 'amend'; who: string; from: string; terms: Terms; ended: boolean }
  | { do: 'tag'; who: string; tag: string; from: string; days: number | null }
  | { do: 'tier'; who: string; tier: string | null; from: string }
  | { do: 'parent'; who: string; parent: string | null; from: string }
  | { do: 'pay'; nth: number; days: number };

export const people = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'] as const;
export const longRun = process.env['TRIBUTARY_LONG'] === '1';
/** How often a property runs: few times in every test run, very often where asked for. fast-check prints the seed of a failure. */
export const runs = (short: number, long: number): { numRuns: number } => ({ numRuns: longRun ? long : short });

const day = 86_400_000;
const begin = Date.UTC(2026, 2, 1, 8);
const instant = fc
  .record({ days: fc.nat({ max: 59 }), hour: fc.nat({ max: 9 }) })
  .map(({ days, hour }) => new Date(begin + days * day + hour * 3_600_000).toISOString());
const who = fc.constantFrom(...people);
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const rate = fc.constantFrom('0', '0.05', '0.1', '0.125', '0.3', '0.0333');
/** What a retroactive band does to what stood before it; without effect on any other scale. */
const back: fc.Arbitrary<Back> = fc.constantFrom<Back[]>(
  { rate: '0.25' },
  { amount: '77.7' },
  { factor: '1.5' },
  { factor: '0' },
  { add: 15 },
);
const band = (limit: number | null): fc.Arbitrary<Band> =>
  fc.record(
    {
      upTo: fc.constant(limit),
      rate,
      factor: fc.constantFrom('0.5', '2'),
      fixed: fc.constantFrom(50, 700),
      amount: fc.constantFrom(90, '0.5'),
      back,
    },
    { requiredKeys: ['upTo'] },
  );

/** Metrics and policies change with every version, the reset is the partner's for ever: another one would begin a stream of its own. */
export const tiers = (reset: Tiers['reset']): fc.Arbitrary<Tiers> =>
  fc
    .record({
      measure: fc.constantFrom('count', 'amount', 'customers'),
      on: fc.constantFrom('sale', 'sale', 'lead'),
      of: fc.constantFrom('own', 'own', 'network'),
    })
    .filter(({ measure, on }) => measure !== 'amount' || on === 'sale')
    .chain((metric) =>
      fc.record({
        metric: fc.constant(metric as { measure: 'count' | 'amount' | 'customers'; on: string; of: 'own' | 'network' }),
        reset: fc.constant(reset),
        scale: fc.constantFrom('whole', 'whole', 'marginal'),
        crossing: fc.constantFrom('new', 'old'),
        bounds: fc.constantFrom('inclusive', 'exclusive'),
        retroactive: fc.constantFrom('none', 'all', 'unpaid'),
        demotion: fc.constantFrom('keep', 'unwind'),
        bands: metric.measure === 'amount' ? fc.tuple(band(5_000), band(12_000), band(null)) : fc.tuple(band(2), band(4), band(null)),
      }),
    ) as fc.Arbitrary<Tiers>;

const model = fc.constantFrom('flat', 'percentage', 'flat-plus-percentage') as fc.Arbitrary<Component['model']>;
const priced = fc.record({ on: fc.constant('sale'), name: fc.constant('main'), model, rate, amount: fc.constantFrom(100, '12.5') });
const policy = fc.constantFrom('returns', 'stays') as fc.Arbitrary<'returns' | 'stays'>;
const when = (field: string, operator: string, value: string) =>
  ({ combinator: 'and', rules: [{ field, operator, value }] }) as NonNullable<Component['alternatives']>[number]['when'];

/** What each partner's own component is like. */
const mains: Record<string, fc.Arbitrary<Component>> = {
  p0: fc.tuple(priced, tiers('month')).map(([main, scale]) => ({ ...main, tiers: scale })),
  p1: fc.tuple(priced, tiers('day'), fc.integer({ min: 2, max: 6 }), policy).map(([main, scale, limit, afterRefund]) => ({
    ...main,
    tiers: scale,
    caps: [{ measure: 'conversions', limit, per: 'month', afterRefund }],
  })),
  p2: fc.tuple(priced, fc.integer({ min: 200, max: 900 }), policy).map(([main, limit, afterRefund]) => ({
    ...main,
    caps: [
      { measure: 'amount', limit, per: 'month', of: 'customer', afterRefund },
      { measure: 'amount', limit: limit * 4, per: 'lifetime', afterRefund },
    ],
  })),
  p3: fc.tuple(priced, fc.constantFrom('0.5', '0.333'), some(fc.constant(900))).map(([main, share, minAmount]) => ({
    ...main,
    qualify: { minAmount },
    split: {
      by: 'named',
      shares: [
        { partnerId: 'p3', share },
        { partnerId: 'p0', share: '0.25' },
        { partnerId: 'p4', share: '0.1' },
      ],
    },
  })),
  p4: fc
    .tuple(priced, fc.boolean(), fc.boolean(), fc.constantFrom('last', 'nothing'), some(fc.constant({ rate: '0.01' })))
    .map(([main, ordinal, lasting, beyond, afterwards]) => ({
      ...main,
      alternatives: [
        { name: 'tagged', priority: 2, when: when('partner.tags', 'contains', 'vip'), rate: '0.2' },
        { name: 'gold', priority: 1, when: when('partner.tier', '=', 'gold'), rate: '0.15', amount: 300 },
      ],
      byOrdinal: ordinal ? { rates: ['0.15', '0.1', '0.05'], beyond: beyond as 'last' | 'nothing' } : undefined,
      duration: lasting ? { months: 1, from: 'customer-first' as const, afterwards } : undefined,
    })),
  p5: fc.tuple(priced, tiers({ rollingDays: 7 })).map(([main, scale]) => ({ ...main, tiers: scale })),
};

const downline: fc.Arbitrary<Downline> = fc.record(
  {
    levels: fc.constantFrom(['1'], ['1', '0.5'], ['0.5', '0.5', '0.25', '1']),
    of: fc.constantFrom('amount', 'commission', 'level-below'),
    funding: fc.constantFrom('on-top', 'on-top', 'downline'),
    lessPaidBelow: fc.boolean(),
    pool: fc.constantFrom('0.25', '0.4'),
  },
  { requiredKeys: ['levels', 'of', 'funding'] },
) as fc.Arbitrary<Downline>;
const above: fc.Arbitrary<Component> = fc.tuple(rate, downline, fc.boolean()).map(([share, below, lasting]) => ({
  on: 'sale',
  name: 'above',
  model: 'percentage',
  rate: share,
  downline: below,
  duration: lasting ? { months: 1, from: 'recruited' } : undefined,
}));
const milestone = fc.record(
  { earned: fc.constantFrom(300, 1_500, 6_000), reversibleDays: some(fc.constantFrom(0, 3, 9)) },
  { requiredKeys: ['earned'] },
);
const bonus: fc.Arbitrary<Component> = fc.tuple(milestone, fc.constantFrom(['1'], ['0.5', '1'])).map(([reached, levels]) => ({
  on: 'sale',
  name: 'recruit',
  model: 'flat',
  amount: 250,
  downline: { levels, of: 'commission', funding: 'on-top', milestone: reached },
}));
const lead: Component = { on: 'lead', name: 'lead', model: 'flat', amount: '0.37', subCent: 'accumulate' };

const amend = who.chain((partner) =>
  fc.record({
    do: fc.constant('amend' as const),
    who: fc.constant(partner as string),
    from: instant,
    terms: fc.tuple(mains[partner]!, above, bonus).map((components): Terms => ({ components: [...components, lead] })),
    ended: fc.integer({ min: 0, max: 11 }).map((number) => number === 0),
  }),
);
/** Every partner has terms from the beginning. */
export const firstTerms: fc.Arbitrary<Command[]> = fc
  .tuple(...people.map((partner) => fc.tuple(mains[partner]!, above, bonus)))
  .map((all) =>
    all.map((components, index) => ({
      do: 'amend',
      who: people[index] ?? '',
      from: '2026-01-01T00:00:00.000Z',
      terms: { components: [...components, lead] },
      ended: false,
    })),
  );

const event = fc.record({
  do: fc.constant('event' as const),
  kind: fc.constant('sale'),
  who: fc.constantFrom('p0', ...people) as fc.Arbitrary<string>,
  at: instant,
  amount: fc.oneof(fc.constantFrom(899, 900, 901, 5_000, 7_000), fc.integer({ min: 1, max: 9_999 })) as fc.Arbitrary<number | null>,
  customerId: fc.option(fc.constantFrom('x', 'y', 'z')),
});
const leads = event.map((one) => ({ ...one, kind: 'lead', amount: null }));
const refund = fc.record({
  do: fc.constant('refund' as const),
  nth: fc.nat({ max: 9_999 }),
  at: instant,
  part: fc.constantFrom(1, 0.5, 0.33, 2),
});

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: event },
  { weight: 2, arbitrary: leads },
  { weight: 3, arbitrary: refund },
  { weight: 1, arbitrary: amend },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('tag' as const),
      who: fc.constantFrom('p4', 'p4', 'p0'),
      tag: fc.constant('vip'),
      from: instant,
      days: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('tier' as const),
      who: fc.constantFrom('p4', 'p3'),
      tier: fc.constantFrom('gold', null),
      from: instant,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('parent' as const), who: who as fc.Arbitrary<string>, parent: fc.option(who), from: instant }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), nth: fc.nat({ max: 9_999 }), days: fc.nat({ max: 8 }) }) },
);

/** A story of so many commands; the engine must come to the same whatever they are. */
export const story = (least: number, greatest: number): fc.Arbitrary<Command[]> =>
  fc
    .tuple(firstTerms, fc.array(command, { minLength: least, maxLength: greatest, size: 'max' }))
    .map(([terms, commands]) => [...terms, ...commands]);

/** Tells the whole story to a world. Refunds and payments name one of the events that the whole story has; without any they are void. */
export function tell(told: World, commands: readonly Command[]): World {
  const events: { id: string; at: string; amount: number | null }[] = [];
  for (const one of commands) {
    if (one.do !== 'event') continue;
    const { kind, at, amount, customerId } = one;
    events.push({ id: told.event({ kind, partnerId: one.who, at, amount, customerId }), at, amount });
  }
  const nth = (index: number) => events[index % Math.max(events.length, 1)];
  for (const one of commands) {
    const of = one.do === 'refund' || one.do === 'pay' ? nth(one.nth) : undefined;
    if (one.do === 'refund' && of)
      told.refund(of.id, of.amount === null ? null : Math.max(1, Math.round(of.amount * one.part)), { at: one.at });
    if (one.do === 'pay' && of) told.pay(of.id, new Date(Date.parse(of.at) + one.days * day).toISOString());
    if (one.do === 'amend') told.deal(one.who, one.terms, { effectiveFrom: one.from, status: one.ended ? 'ended' : 'active' });
    if (one.do === 'tag')
      told.tag(one.who, one.tag, one.from, one.days === null ? null : new Date(Date.parse(one.from) + one.days * day).toISOString());
    if (one.do === 'tier') told.tier(one.who, one.tier, one.from);
    if (one.do === 'parent' && one.parent !== one.who) told.parent(one.who, one.parent, one.from);
  }
  return told;
}
