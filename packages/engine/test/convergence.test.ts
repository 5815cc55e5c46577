import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { type Component, type Conversion, type DealVersion, foldConversion, type Terms } from '../src/index.js';
import { aDeal, aRefund, aSale, percentage } from './builders.js';
import { type Fact, openJournal } from './journal.js';
import { oracle } from './oracle.js';

const months = ['2026-01', '2026-02', '2026-03', '2026-04'];
const instant = fc
  .tuple(fc.constantFrom(...months), fc.integer({ min: 1, max: 28 }))
  .map(([month, day]) => `${month}-${String(day).padStart(2, '0')}T10:00:00.000Z`);
const partner = fc.constantFrom('ptr_a', 'ptr_b');
const policy = fc.constantFrom(undefined, 'proportional', 'when-fully-refunded', 'never') as fc.Arbitrary<Component['onRefund']>;
const decimalText = fc.constantFrom('0.0768', '0.1', '0.5', '7', '500', '12.345');

const component: fc.Arbitrary<Component> = fc
  .record({
    on: fc.constantFrom('sale', 'lead'),
    model: fc.constantFrom('flat', 'percentage', 'flat-plus-percentage') as fc.Arbitrary<Component['model']>,
    amount: decimalText,
    rate: fc.constantFrom('0.1', '0.25', '0.003', '0.3333'),
    minAmount: fc.constantFrom(undefined, 0, 30, 500),
    onRefund: policy,
    subCent: fc.constantFrom(undefined, 'round-each', 'accumulate') as fc.Arbitrary<Component['subCent']>,
  })
  .map(({ minAmount, ...rest }) => ({ ...rest, qualify: { minAmount } }));
const terms: fc.Arbitrary<Terms> = fc.record({ components: fc.array(component, { minLength: 1, maxLength: 3 }) });

/** Versions of two deals of partner a and one of partner b, numbered as they were recorded. */
const deals: fc.Arbitrary<DealVersion[]> = fc
  .array(
    fc.record({
      deal: fc.constantFrom('deal_a', 'deal_b', 'deal_c'),
      effectiveFrom: instant,
      terms,
      status: fc.constantFrom('active', 'active', 'active', 'ended', 'draft'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) =>
    list.map(({ deal, effectiveFrom, terms: own, status }, index) =>
      aDeal(own, {
        dealId: deal,
        version: index + 1,
        partnerId: deal === 'deal_c' ? 'ptr_b' : 'ptr_a',
        effectiveFrom,
        status: status as DealVersion['status'],
      }),
    ),
  );

const amount = fc.bigInt({ min: 1n, max: 2_000n });
const story: fc.Arbitrary<{ conversions: Conversion[]; versions: DealVersion[] }> = fc
  .record({
    versions: deals,
    sales: fc.array(fc.record({ kind: fc.constantFrom('sale', 'lead'), partnerId: partner, occurredAt: instant, amount }), {
      minLength: 1,
      maxLength: 6,
    }),
    refunds: fc.array(
      fc.record({
        of: fc.integer({ min: 0, max: 6 }),
        kind: fc.constantFrom('refund', 'chargeback'),
        occurredAt: instant,
        amount: fc.option(amount),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ versions, sales, refunds }) => ({
    versions,
    conversions: [
      ...sales.map((sale, index) => aSale({ ...sale, conversionId: `cnv_${index}`, eventId: `order-${index}` })),
      ...refunds.map((refund, index) =>
        aRefund(refund.amount, {
          kind: refund.kind,
          occurredAt: refund.occurredAt,
          conversionId: `cnv_r${index}`,
          eventId: `refund-${index}`,
          originalConversionId: `cnv_${refund.of}`,
        }),
      ),
    ],
  }));

const factsOf = (conversions: readonly Conversion[], versions: readonly DealVersion[]): Fact[] => [
  ...conversions.map((conversion): Fact => ({ type: 'conversion', conversion })),
  ...versions.map((deal): Fact => ({ type: 'deal', deal })),
];

/** The same facts in another order, some of them twice, with months closing in between. */
const asTheyArrive = story.chain(({ conversions, versions }) => {
  const all = factsOf(conversions, versions);
  const closes = fc.subarray(months).map((closed) => closed.map((period): Fact => ({ type: 'close', period })));
  return fc
    .tuple(fc.subarray(all), closes)
    .chain(([again, closing]) =>
      fc.shuffledSubarray([...all, ...again, ...closing], { minLength: all.length + again.length + closing.length }),
    )
    .map((arrivals) => ({ conversions, versions, arrivals }));
});

test('D-02 D-05 D-06 any order and repetition, with periods closing in between, nets to what the oracle works out', () => {
  fc.assert(
    fc.property(asTheyArrive, ({ conversions, versions, arrivals }) => {
      const journal = openJournal();
      for (const fact of arrivals) journal.learn(fact);
      expect(journal.nets()).toEqual(oracle(conversions, versions));
    }),
    { numRuns: runs(600, 20_000) },
  );
});

test('D-02 a fold does not depend on the order or repetition of its facts', () => {
  fc.assert(
    fc.property(story, fc.nat(), ({ conversions, versions }, seed) => {
      const turned = <T>(list: readonly T[]): T[] => [...list.slice(seed % (list.length + 1)), ...list].reverse();
      for (const original of conversions.filter(({ kind }) => kind === 'sale' || kind === 'lead')) {
        const refunds = conversions.filter(({ originalConversionId }) => originalConversionId === original.conversionId);
        const once = foldConversion({ original, refunds, versions, brandCurrency: 'EUR' });
        expect(foldConversion({ original, refunds: turned(refunds), versions: turned(versions), brandCurrency: 'EUR' })).toEqual(once);
      }
    }),
  );
});

test('D-05 all 5,040 orders of a story of seven events give the same books', () => {
  const second = aSale({ conversionId: 'cnv_2', eventId: 'order-2', occurredAt: '2026-04-02T08:00:00Z', amount: 25n });
  const v2 = aDeal(
    { components: [{ on: 'sale', model: 'flat-plus-percentage', amount: '0.3', rate: '0.25', subCent: 'accumulate' }] },
    { version: 2, effectiveFrom: '2026-04-01T00:00:00Z' },
  );
  const facts = [
    ...factsOf([aSale(), aRefund(1_000n), aRefund(9_500n, { kind: 'chargeback' }), second], [aDeal(percentage('0.20')), v2]),
    { type: 'close', period: '2026-03' } as const,
  ];
  const books = new Set<string>();
  let orders = 0;
  for (const order of permutations(facts)) {
    const journal = openJournal();
    for (const fact of order) journal.learn(fact);
    books.add(Object.entries(journal.nets()).join(' '));
    orders += 1;
  }
  expect(orders).toBe(5_040);
  expect([...books]).toEqual(['ptr_a:deal_a/sale/EUR/half-away,7']);
});

function* permutations<T>(list: readonly T[]): Generator<T[]> {
  if (list.length <= 1) yield [...list];
  for (const [index, first] of list.entries()) {
    if (list.length <= 1) return;
    for (const rest of permutations([...list.slice(0, index), ...list.slice(index + 1)])) yield [first, ...rest];
  }
}
