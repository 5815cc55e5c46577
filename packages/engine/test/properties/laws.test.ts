import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Component, Tiers } from '../../src/index.js';
import * as engine from '../../src/index.js';
import { type World, world } from '../world.js';
import { ends, foldedInParts, oneMetric, onlyForwards, relearn, seeds, shuffler, unwinding, withTerms } from './laws.js';
import { runs, story, tell } from './stories.js';

const long = 3_600_000;
const netsOf = (told: World) => told.nets({ explained: false });

test(
  'K-2 a sale and its full refund leave every scope, meter and cap as before',
  () => {
    fc.assert(
      fc.property(
        story(20, 60),
        fc.integer({ min: 1, max: 9_999 }),
        fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4'),
        (commands, amount, partnerId) => {
          const told = tell(world(), withTerms(commands, unwinding));
          const before = [netsOf(told), ends(told, engine)];
          const sale = told.event({ partnerId, amount, customerId: 'new', at: '2026-03-20T12:00:00.000Z' });
          told.refund(sale, amount);
          expect([netsOf(told), ends(told, engine)]).toEqual(before);
        },
      ),
      runs(60, 3_000),
    );
  },
  long,
);

test(
  'K-3 D-02 any order and repetition of events, tags, tiers, parents, amendments and refunds comes to the same',
  () => {
    fc.assert(
      fc.property(story(20, 80), seeds, (commands, seed) => {
        const told = tell(world(), commands);
        expect(netsOf(relearn(told, engine, shuffler(seed)))).toEqual(netsOf(told));
      }),
      runs(50, 3_000),
    );
  },
  long,
);

test(
  'K-7 later versions, tags, tiers and parents change nothing earlier',
  () => {
    fc.assert(
      fc.property(story(20, 60), story(20, 60), (first, second) => {
        const at = '2026-06-01T00:00:00.000Z';
        const earlier = tell(world(), withTerms(first, onlyForwards));
        const before = netsOf(earlier);
        const events = earlier.conversions.length;
        tell(
          earlier,
          withTerms(second, onlyForwards).map((one) => {
            if (one.do === 'amend' || one.do === 'tag' || one.do === 'tier' || one.do === 'parent') return { ...one, from: at };
            if (one.do === 'event') return { ...one, at: one.at.replace('2026', '2027') };
            return one;
          }),
        );
        const old = new Set(earlier.conversions.slice(0, events).map(({ conversionId }) => conversionId));
        const scopes = Object.entries(netsOf(earlier)).filter(([key]) => old.has(key.split(' ')[1]?.split('/')[0] ?? ''));
        const running = ([key]: [string, bigint]): boolean => key.endsWith('/half-away');
        expect(Object.fromEntries(scopes)).toEqual(Object.fromEntries(Object.entries(before).filter((one) => !running(one))));
      }),
      runs(40, 2_000),
    );
  },
  long,
);

const rolling = (component: Component): Component =>
  component.tiers ? { ...component, tiers: { ...component.tiers, reset: { rollingDays: 9 } } } : component;

test(
  'K-6 folding a stream on from any point is folding it whole, or says that it must begin again',
  () => {
    const seen = { again: 0, on: 0 };
    fc.assert(
      fc.property(story(30, 80), fc.nat(), fc.integer({ min: 0, max: 7 }), (commands, cut, kind) => {
        const told = tell(world(), withTerms(commands, kind === 0 ? rolling : oneMetric));
        for (const { again, mayBeginAgain, parts, whole } of foldedInParts(told, engine, cut)) {
          seen[again ? 'again' : 'on'] += 1;
          if (again) expect(mayBeginAgain).toBe(true);
          else expect(parts).toEqual(whole);
        }
      }),
      runs(80, 4_000),
    );
    expect([seen.again > 10, seen.on > 10]).toEqual([true, true]);
  },
  long,
);

const bounds = fc.constantFrom('inclusive', 'exclusive');
const scale: fc.Arbitrary<Tiers> = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 4 }),
    bounds,
    fc.array(fc.constantFrom('0.0007', '0.05', '0.333', '0'), { minLength: 5, maxLength: 5 }),
    fc.boolean(),
  )
  .map(([widths, bound, rates, fixed]) => {
    const limits = widths.map((_, index) => widths.slice(0, index + 1).reduce((sum, one) => sum + one));
    const bands = [...limits, null].map((upTo, index) => ({ upTo, rate: rates[index], ...(fixed ? { fixed: `${index}.25` } : {}) }));
    return { metric: { measure: 'amount' }, reset: 'lifetime', scale: 'marginal', bounds: bound as Tiers['bounds'], bands };
  });
const cents = fc.integer({ min: 1, max: 4_000 });

test(
  'K-5 a marginal scale gives for a and then b what it gives for both at once, to the fraction of a cent and in the sum',
  () => {
    fc.assert(
      fc.property(scale, fc.array(cents, { minLength: 2, maxLength: 8 }), (tiers, amounts) => {
        const by = (parts: readonly number[]) => {
          const told = world();
          told.deal('a', [{ on: 'sale', model: 'percentage', rate: '0.1', tiers, subCent: 'accumulate' }]);
          for (const [index, amount] of parts.entries()) told.event({ amount, at: `03-${10 + index}` });
          const exact = told.results().flatMap(({ scopes }) => scopes.map((scope) => scope.exact));
          return [exact.map(fraction).reduce((sum, one) => [sum[0] * one[1] + one[0] * sum[1], sum[1] * one[1]]), told.total('a')] as const;
        };
        const [[n, d], sum] = by(amounts);
        const [[wholeN, wholeD], whole] = by([amounts.reduce((total, one) => total + one)]);
        expect([n * wholeD, sum]).toEqual([wholeN * d, whole]);
      }),
      runs(100, 5_000),
    );
  },
  long,
);
const fraction = (text: string): [bigint, bigint] => {
  const [n = '0', d = '1'] = text.split('/');
  return [BigInt(n), BigInt(d)];
};

test(
  'K-4 a bound belongs to its band, or to the next where bounds are exclusive: below, at and above it',
  () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000_000 }), bounds, (limit, bound) => {
        const bandOf = (value: number): string | undefined => {
          const told = world();
          const bands = [
            { name: 'low', upTo: limit, rate: '0.5' },
            { name: 'high', rate: '0.25' },
          ];
          const tiers: Tiers = { metric: { measure: 'amount' }, reset: 'month', scale: 'whole', bounds: bound as Tiers['bounds'], bands };
          told.deal('a', [{ on: 'sale', model: 'percentage', rate: '0', tiers }]);
          const sale = told.event({ amount: value });
          return told
            .result(sale)
            .scopes[0]?.explanation.rules.find(({ rule }) => rule === 'tier')
            ?.detail.split(' ')[1];
        };
        const at = bound === 'inclusive' ? 'low' : 'high';
        expect([limit - 1, limit, limit + 1].map(bandOf)).toEqual(['low', at, 'high']);
      }),
      runs(100, 5_000),
    );
  },
  long,
);

const share = fc.constantFrom('0.1', '0.25', '0.333', '0.07', '0');
const shares = fc.array(share, { minLength: 1, maxLength: 8 }).filter((all) => all.some((one) => one !== '0'));

test(
  'K-1 the parts of a split are the whole, before and after refunds',
  () => {
    fc.assert(
      fc.property(
        shares,
        fc.integer({ min: 1, max: 99_999 }),
        fc.array(fc.nat({ max: 6 }), { maxLength: 7 }),
        fc.integer({ min: 1, max: 50_000 }),
        (all, amount, touches, back) => {
          const named: Component['split'] = { by: 'named', shares: all.map((one, index) => ({ partnerId: `p${index}`, share: one })) };
          for (const split of [named, { by: 'touches', first: '0.25', last: '0.5', rest: 'equal' }] as const) {
            const told = world();
            told.deal('p0', [
              { on: 'sale', model: 'percentage', rate: '0.333' },
              { on: 'sale', model: 'percentage', rate: '0.333', split },
            ]);
            const sale = told.event({ partnerId: 'p0', amount });
            told.touched(
              sale,
              touches.map((one) => `p${one}`),
            );
            const parts = () => {
              const scopes = told.result(sale).scopes.map((scope) => (scope.type === 'conversion' ? scope.entitlement : 0n));
              return [scopes[0], scopes.slice(1).reduce((sum, one) => sum + one, 0n)];
            };
            const [unsplit, sum] = parts();
            expect(sum).toBe(unsplit);
            told.refund(sale, back);
            const [left, rest] = parts();
            expect(rest).toBe(left);
          }
        },
      ),
      runs(100, 5_000),
    );
  },
  long,
);

test(
  'K-1 what a line discount takes off the lines is the discount, and funded overrides cost what they pay',
  () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 1, maxLength: 6 }),
        fc.nat({ max: 999 }),
        share,
        (amounts, most, part) => {
          const total = amounts.reduce((sum, one) => sum + one);
          const discount = Math.min(most, total);
          const told = world();
          told.parent('sub', 'top');
          told.deal('sub', [{ on: 'sale', model: 'line-items', items: { rates: [], otherwise: '1' } }]);
          told.deal('top', [
            { on: 'sale', model: 'percentage', rate: part, downline: { levels: ['1'], of: 'commission', funding: 'downline' } },
          ]);
          const lines = amounts.map((amount, index) => ({ sku: `s${index}`, quantity: 1, amount }));
          const sale = told.event({ partnerId: 'sub', amount: total - discount, details: { lines, discount } });
          const { sub = 0, top = 0 } = told.earns(sale);
          expect(sub + top).toBe(total - discount);
        },
      ),
      runs(100, 5_000),
    );
  },
  long,
);

test(
  'T-40 K-1 whatever the levels pay, all together never exceed the pool',
  () => {
    const rates = fc.array(fc.constantFrom('0.033', '0.05', '0.125'), { minLength: 10, maxLength: 14 });
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('0.2', '0.333'), fc.boolean(), (all, amount, pool, less) => {
        const told = world();
        const people = all.map((_, index) => `p${index}`);
        for (const [index, partnerId] of people.entries()) {
          const parent = people[index + 1];
          if (parent) told.parent(partnerId, parent);
          const downline =
            index === 0
              ? undefined
              : { levels: people.map(() => '1'), of: 'amount' as const, funding: 'on-top' as const, pool, lessPaidBelow: less };
          told.deal(partnerId, [{ on: 'sale', model: 'percentage', rate: all[index], downline }]);
        }
        const earned = told.earns(told.event({ partnerId: 'p0', amount }));
        const sum = Object.values(earned).reduce((total, one) => total + one);
        expect(sum <= Math.max(amount * Number(pool), earned['p0'] ?? 0)).toBe(true);
      }),
      runs(60, 3_000),
    );
  },
  long,
);
