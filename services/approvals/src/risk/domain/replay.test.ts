import { expect, test } from '@jest/globals';
import type { RiskRuleUse } from '@tributary/contracts';
import fc from 'fast-check';
import { assess } from './assess.js';
import { reportOf } from './backtest-report.js';
import { registry } from './registry.js';
import { judgedIn, replay } from './replay.js';
import { type ConversionFact, dayMs, type PartnerFacts } from './rule.js';

const start = Date.parse('2026-03-01T00:00:00Z');
const fact = (id: number, minutes: number, change: Partial<ConversionFact> = {}): ConversionFact => {
  const at = new Date(start + minutes * 60_000);
  return {
    conversionId: `cnv_${id}`,
    customerId: `cus_${id % 4}`,
    kind: 'sale',
    occurredAt: at,
    receivedAt: at,
    amount: 100n,
    originalConversionId: null,
    method: 'click',
    clickId: `clk_${id}`,
    clickedAt: new Date(at.getTime() - 3000),
    click: { referrerHost: 'a.x', device: 'desktop', visitor: 'v' },
    country: null,
    bonus: false,
    ...change,
  };
};
const known = (recent: readonly ConversionFact[]): Omit<PartnerFacts, 'fresh' | 'now'> => ({
  partnerId: 'ptr_1',
  recent: [...recent].sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime()),
  signals: new Map(),
  sameAccount: [],
  accounts: [],
});
const use = (rule: string, parameters: object): RiskRuleUse =>
  ({ rule, parameters, action: 'hold', whenIndeterminate: { action: 'hold', above: 0 } }) as RiskRuleUse;
const days = (count: number) => new Date(start + count * dayMs);

test('D-10 tried on history, a rule hits just what it would have hit by and by', () => {
  const minutes = fc.array(fc.integer({ min: 0, max: 4 * 24 * 60 }), { maxLength: 40 });
  const rules = fc.constantFrom(
    use('velocity', { per: 'partner', atLeast: 3, minutes: 300 }),
    use('velocity', { per: 'customer', atLeast: 2, minutes: 600 }),
    use('click-to-conversion-time', { withinSeconds: 5, atLeast: 2, hours: 6 }),
    use('banned-referrer', { patterns: ['*.x'] }),
    use('self-referral', {}),
  );
  fc.assert(
    fc.property(minutes, rules, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 3 }), (times, rule, first, length) => {
      const all = known(times.map((time, id) => fact(id, time)));
      const period = { from: days(first), to: days(first + length) };
      const live = new Set<string>();
      for (const one of all.recent) {
        const recent = all.recent.slice(0, all.recent.indexOf(one) + 1);
        if (one.occurredAt >= period.to) break;
        for (const hit of assess({ ...all, recent, fresh: [one], now: one.occurredAt }, { version: 1, rules: [rule] }))
          live.add(hit.conversionId);
      }
      const inside = all.recent
        .filter(({ occurredAt }) => occurredAt >= period.from && occurredAt < period.to)
        .map((one) => one.conversionId);
      const found = replay(all, rule, period);
      expect([...found.keys()].sort()).toEqual(inside.filter((id) => live.has(id)).sort());
      expect(judgedIn(all.recent, period)).toBe(inside.length);
    }),
  );
});
test('D-10 a cohort that trips on one day is named though later days would say nothing of it', () => {
  const cohort = [0, 1, 2].map((id) => fact(id, id));
  const back = fact(9, 60 * 24, { kind: 'chargeback', customerId: null, originalConversionId: 'cnv_0' });
  const many = Array.from({ length: 20 }, (_, id) => fact(100 + id, 60 * 48, { customerId: `cus_new${id}` }));
  const found = replay(known([...cohort, back, ...many]), use('chargeback-cohort', { percent: 30, atLeast: 3 }), {
    from: days(0),
    to: days(4),
  });
  expect([...found.keys()].sort()).toEqual(['cnv_0', 'cnv_1', 'cnv_2']);
});
test('a rule that breaks on history is counted as not able to judge', () => {
  const broken = {
    ...registry,
    velocity: {
      ...registry.velocity,
      evaluate: () => {
        throw new Error('broken');
      },
    },
  };
  const found = replay(known([fact(1, 0)]), use('velocity', {}), { from: days(0), to: days(1) }, broken);
  const report = reportOf([{ partnerId: 'ptr_1', judged: 1, found }], { earned: new Map(), resolved: new Map() });
  expect(report).toMatchObject({ judged: 1, hits: 0, indeterminate: 1, held: 1, precision: null });
});
test('D-10 money and precision are exact', () => {
  const found = replay(known([fact(1, 0), fact(2, 1), fact(3, 2)]), use('banned-referrer', { patterns: ['*.x'] }), {
    from: days(0),
    to: days(1),
  });
  const earned = new Map([
    ['cnv_1', [{ currency: 'USD', amount: 10n }]],
    ['cnv_2', [{ currency: 'EUR', amount: 5n }]],
    ['cnv_3', [{ currency: 'USD', amount: 7n }]],
  ]);
  const resolved = new Map<string, 'fraud' | 'clear'>([
    ['cnv_1', 'fraud'],
    ['cnv_2', 'clear'],
    ['cnv_3', 'fraud'],
    ['cnv_elsewhere', 'fraud'],
  ]);
  expect(reportOf([{ partnerId: 'ptr_1', judged: 3, found }], { earned, resolved })).toMatchObject({
    hits: 3,
    held: 3,
    moneyHeld: [
      { currency: 'EUR', amount: 5 },
      { currency: 'USD', amount: 17 },
    ],
    resolved: { fraud: 2, clear: 1 },
    precision: '0.6666',
    knownFraud: { all: 3, hit: 2 },
    partners: [{ partnerId: 'ptr_1', hits: 3 }],
  });
});
