import { expect, test } from '@jest/globals';
import { add, parseFraction, type Rational, rate, subtract, toExactText, toFraction } from '@tributary/money';
import fc from 'fast-check';
import { type Component, type ComponentStatement, foldMonth, recomputeMonth, type Waterfall } from '../src/index.js';
import { activity, aMonth, ofCustomer, paid, revshare, sectionOf, through } from './month-builders.js';

const figure = fc.integer({ min: -2_000_000, max: 2_000_000 });
/** Exact text of a statement: a decimal, or a fraction where no decimal is exact. */
const exact = (text: string): Rational => (text.includes('/') ? parseFraction(text) : rate(text));
const sum = (texts: readonly string[]): Rational => texts.map(exact).reduce(add, rate('0'));

test('WE-06 gross minus and plus every line is net, for any figures and lines', () => {
  const line = fc.record({
    effect: fc.constantFrom('deduct' as const, 'add' as const),
    of: fc.constantFrom('gross-revenue', 'turnover', 'bonus', 'fee'),
    rate: fc.integer({ min: 0, max: 2_000 }).map((n) => toExactText({ n: BigInt(n), d: 1000n })),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.array(fc.tuple(figure, figure, figure), { maxLength: 5 }), (lines, facts) => {
      const waterfall: Waterfall = { name: 'net', version: 1, lines: lines.map((one, index) => ({ name: `line-${index}`, ...one })) };
      const section = sectionOf(
        foldMonth(
          aMonth(
            { components: [revshare({ waterfall })] },
            {
              facts: facts.map(([gross, turnover, bonus]) =>
                activity(gross, { turnover: `${turnover}`, deductions: { bonus: `${bonus}` } }),
              ),
            },
          ),
        ),
      );
      const [shown] = section.waterfalls;
      const total = add(exact(shown?.gross ?? '0'), sum((shown?.lines ?? []).map(({ amount }) => amount)));
      expect(toFraction(total)).toBe(toFraction(exact(shown?.net ?? '')));
      expect(shown?.lines).toHaveLength(lines.length);
    }),
  );
});

/** paid for + carried + written off + set against others + quarantined = earned, in net revenue or in commission as the unit says. */
function conserves(section: ComponentStatement): void {
  const { carry, quarantine } = section;
  if (carry === null) throw new Error('no carry');
  const writtenOff = sum(carry.writtenOff.map(({ amount }) => amount));
  const minus = [carry.used, carry.offset].map(exact).reduce(add, writtenOff);
  expect(toFraction(subtract(add(exact(carry.opening), exact(carry.added)), minus))).toBe(toFraction(exact(carry.closing)));
  const [apart, back] = [sum(quarantine?.added.map((one) => one.amount) ?? []), sum(quarantine?.used.map((one) => one.amount) ?? [])];
  if (quarantine) {
    const left = subtract(add(exact(quarantine.opening), apart), add(back, exact(quarantine.lapsed)));
    expect(toFraction(left)).toBe(toFraction(exact(quarantine.closing)));
  }
  if (carry.unit === 'base') {
    const earned = add(subtract(exact(section.net), back), apart);
    expect(toFraction(subtract(add(earned, exact(carry.added)), exact(carry.used)))).toBe(toFraction(exact(section.base)));
  }
  const kept = BigInt(section.entitlement) + BigInt(section.offsetOthers) + BigInt(section.recoup?.recouped ?? '0');
  expect(Math.abs(Number(subtract(exact(section.exact), rate(`${kept}`)).n) / Number(exact(section.exact).d))).toBeLessThanOrEqual(0.5);
}

const someCarryover = fc.record({
  policy: fc.constantFrom('none' as const, 'ring-fence' as const, 'component' as const, 'account' as const),
  unit: fc.constantFrom('base' as const, 'commission' as const),
  cap: fc.constantFrom(undefined, { times: '1.5', months: 2 }),
  writeOffAfterMonths: fc.constantFrom(undefined, 1, 2),
  highRoller: fc.constantFrom(undefined, { threshold: -300_000 }),
});
const someTiers: fc.Arbitrary<Component['tiers']> = fc.constantFrom(
  undefined,
  {
    metric: { measure: 'amount' },
    reset: 'month',
    scale: 'marginal',
    bands: [
      { upTo: 100_000, rate: '0.2' },
      { upTo: null, rate: '0.3' },
    ],
  },
  {
    metric: { measure: 'amount' },
    reset: 'month',
    scale: 'whole',
    bands: [
      { upTo: 100_000, rate: '0.2' },
      { upTo: null, rate: '0.35' },
    ],
  },
);
const months = fc.array(fc.record({ facts: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), figure), { maxLength: 4 }), other: figure }), {
  minLength: 1,
  maxLength: 8,
});

test('nothing is lost and nothing is made: each month of any chain conserves, explains itself, and takes from others at most what there is', () => {
  fc.assert(
    fc.property(someCarryover, someTiers, fc.boolean(), months, (carryover, tiers, recoups, chain) => {
      const component = revshare({ carryover, tiers, rate: '0.25', recoups: recoups ? ['cpa'] : [] });
      const results = through(
        { components: [component] },
        chain.map(({ facts, other }) => ({
          facts: facts.map(([id, gross]) => ofCustomer(id, gross)),
          otherEarnings: { cpa: `${Math.max(0, other)}` },
        })),
      );
      for (const [index, result] of results.entries()) {
        const section = sectionOf(result);
        conserves(section);
        const available = BigInt(Math.max(0, chain[index]?.other ?? 0));
        expect(BigInt(section.offsetOthers) <= available).toBe(true);
        expect(recomputeMonth(JSON.parse(JSON.stringify(result.explanation)))).toMatchObject({ agrees: true });
        const opening = index === 0 ? '0' : sectionOf(results[index - 1]).carry?.closing;
        expect(section.carry?.opening).toBe(opening);
      }
    }),
  );
});

test('T-37 the chain over months is what one pass over all of them says', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('base' as const, 'commission' as const),
      fc.array(figure, { minLength: 1, maxLength: 24 }),
      (unit, nets) => {
        const component = revshare({ rate: '0.5', rounding: 'down', carryover: { policy: 'component', unit } });
        const results = through(
          { components: [component] },
          nets.map((net) => ({ facts: [activity(net)] })),
        );
        // Oracle: what is paid by then is half of the highest the running total has been, never less than nothing.
        let [total, highest] = [0, 0];
        const oracle = nets.map((net) => {
          total += net;
          const before = highest;
          highest = Math.max(highest, total);
          return Math.floor((highest - before) / 2);
        });
        expect(results.map((one) => Number(paid(one)))).toEqual(oracle);
      },
    ),
  );
});

test('the order in which sums come does not matter', () => {
  const terms = { components: [revshare({ carryover: { policy: 'component', highRoller: { threshold: -10 } } })] };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), figure), { maxLength: 6 }), (sums) => {
      const facts = sums.map(([id, gross]) => ofCustomer(id, gross));
      const results = [facts, [...facts].reverse()].map((one) => foldMonth(aMonth(terms, { facts: one })));
      expect(results[1]?.closing).toEqual(results[0]?.closing);
      expect(sectionOf(results[1])).toEqual(sectionOf(results[0]));
    }),
  );
});
