import { expect, test } from '@jest/globals';
import { type RiskRuleUse, riskParameters } from '@tributary/contracts';
import fc from 'fast-check';
import { assess, lookBackOf } from './assess.js';
import { bursts } from './bursts.js';
import { hostMatches, isPrivateDomain, normalisedAccount, normalisedAddress, normalisedEmail } from './identity.js';
import { registry } from './registry.js';
import { type ConversionFact, outcomeOf, type PartnerFacts } from './rule.js';

const start = Date.parse('2026-03-01T00:00:00Z');
const fact = (id: number, change: Partial<ConversionFact> = {}): ConversionFact => ({
  conversionId: `cnv_${id}`,
  customerId: `cus_${id}`,
  kind: 'sale',
  occurredAt: new Date(start + id * 1000),
  receivedAt: new Date(start + id * 1000),
  amount: 10_000n,
  originalConversionId: null,
  method: 'click',
  clickId: `clk_${id}`,
  clickedAt: new Date(start + id * 1000 - 3_600_000),
  click: { referrerHost: null, device: 'desktop', visitor: 'v' },
  country: null,
  bonus: false,
  ...change,
});
const factsOf = (recent: readonly ConversionFact[], change: Partial<PartnerFacts> = {}): PartnerFacts => ({
  partnerId: 'ptr_1',
  recent,
  fresh: recent,
  signals: new Map(),
  sameAccount: [],
  accounts: [],
  now: new Date(start + 86_400_000),
  ...change,
});
const use = (change: object): RiskRuleUse =>
  ({
    rule: 'velocity',
    parameters: { per: 'partner', atLeast: 2, minutes: 1 },
    action: 'hold',
    whenIndeterminate: { action: 'hold', above: 0 },
    ...change,
  }) as RiskRuleUse;
const assessed = (facts: PartnerFacts, ...rules: RiskRuleUse[]) => assess(facts, { version: 3, rules });

test('F-09 a burst is found as by counting every window', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }),
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 1, max: 6 }),
      (times, span, atLeast) => {
        const items = times.map((time, id) => ({ id, time }));
        const found = bursts(items, ({ time }) => time, span, atLeast);
        const inWindow = (from: number) => items.filter(({ time }) => time >= from && time <= from + span);
        const expected = items.filter(({ time }) =>
          times.some((from) => time >= from && time <= from + span && inWindow(from).length >= atLeast),
        );
        expect([...found.keys()].map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
        for (const [item, company] of found) {
          expect(company).toContain(item);
          expect(company.length).toBeGreaterThanOrEqual(atLeast);
        }
      },
    ),
  );
});

test('a rule that throws holds all that it was to judge, whatever it was to do, unless it was switched off', () => {
  const broken = {
    ...registry,
    velocity: {
      ...registry.velocity,
      evaluate: () => {
        throw new Error('broken');
      },
    },
  };
  const facts = factsOf([fact(1), fact(2, { kind: 'refund' })]);
  for (const action of ['hold', 'flag'] as const)
    expect(assess(facts, { version: 3, rules: [use({ action })] }, broken)).toEqual([
      {
        conversionId: 'cnv_1',
        rule: 'velocity-failed',
        detail: 'the rule failed: a person decides',
        evidence: [],
        holds: true,
        reportedBy: 'rule:velocity@3',
      },
    ]);
  expect(assess(facts, { version: 3, rules: [use({ action: 'none' })] }, broken)).toEqual([]);
});
test('parameters that do not fit are a failure of the rule', () => {
  const unfit = use({ parameters: { atLeast: 'many' } });
  expect(assessed(factsOf([fact(1)]), unfit)).toMatchObject([{ rule: 'velocity-failed', holds: true }]);
  expect(lookBackOf({ version: 3, rules: [unfit, use({})] })).toBe(60_000);
});
test('F-02 what cannot be judged is held above the amount, and where no amount was said', () => {
  const facts = factsOf([fact(1, { amount: 500n }), fact(2, { amount: 501n }), fact(3, { amount: null })]);
  const unsure = (action: string) => use({ rule: 'disposable-email', parameters: {}, whenIndeterminate: { action, above: 500 } });
  expect(assessed(facts, unsure('hold')).map(({ conversionId, rule, holds }) => [conversionId, rule, holds])).toEqual([
    ['cnv_2', 'disposable-email-indeterminate', true],
    ['cnv_3', 'disposable-email-indeterminate', true],
  ]);
  expect(assessed(facts, unsure('flag')).map(({ holds }) => holds)).toEqual([false, false]);
  expect(assessed(facts, unsure('none'))).toEqual([]);
});
test('F-11 half of the bonus players stayed no longer than one bonus', () => {
  const parameters = riskParameters['bonus-cohort'].parse({ cycleDays: 3, atLeast: 3 });
  const player = (id: number, days: number) => [
    fact(id, { bonus: true, customerId: `cus_${id}` }),
    fact(id + 100, { customerId: `cus_${id}`, occurredAt: new Date(start + days * 86_400_000) }),
  ];
  const judged = (...days: number[]) =>
    registry['bonus-cohort'].evaluate(
      factsOf(
        days.flatMap((stay, id) => player(id, stay)),
        { now: new Date(start + 10 * 86_400_000) },
      ),
      parameters,
    );
  expect(outcomeOf(judged(1, 1, 9))).toBe('hit');
  expect(judged(1, 1, 9).hits).toHaveLength(6);
  expect(outcomeOf(judged(1, 9, 9))).toBe('clean');
  expect(outcomeOf(judged(1, 1))).toBe('clean');
});
test('T-11 bonus-only players count as bad, those who paid in do not', () => {
  const parameters = riskParameters['chargeback-cohort'].parse({ percent: 30, atLeast: 3 });
  const players = [1, 2, 3].map((id) => fact(id, { bonus: id === 1 }));
  const judged = (facts: ConversionFact[]) => outcomeOf(registry['chargeback-cohort'].evaluate(factsOf(facts), parameters));
  expect(judged(players)).toBe('hit');
  expect(judged([...players, fact(4, { customerId: 'cus_1', kind: 'deposit' })])).toBe('clean');
});
test('every rule judges random facts without failing, names only earning conversions, and the same whatever the order', () => {
  const kinds = fc.constantFrom('sale', 'deposit', 'player-activity', 'refund', 'chargeback');
  const someFact = fc.record({
    id: fc.integer({ min: 0, max: 500 }),
    kind: kinds,
    bonus: fc.boolean(),
    customer: fc.integer({ min: 0, max: 6 }),
    clicked: fc.boolean(),
  });
  const asked: Record<string, object> = { 'banned-referrer': { patterns: ['*.x'] }, validation: { fields: [{ field: 'click' }] } };
  const all = Object.keys(riskParameters).map((rule) => use({ rule, parameters: asked[rule] ?? {} }));
  fc.assert(
    fc.property(fc.uniqueArray(someFact, { maxLength: 40, selector: ({ id }) => id }), (given) => {
      const recent = given.map(({ id, kind, bonus, customer, clicked }) =>
        fact(id, { kind, bonus, customerId: `cus_${customer}`, ...(clicked ? {} : { clickedAt: null, click: null, method: 'partner' }) }),
      );
      const earning = new Set(
        recent.filter(({ kind }) => kind !== 'refund' && kind !== 'chargeback').map(({ conversionId }) => conversionId),
      );
      const keys = (facts: readonly ConversionFact[]) =>
        assessed(factsOf(facts), ...all)
          .map(({ conversionId, rule, detail }) => `${conversionId} ${rule} ${detail}`)
          .sort();
      const found = assessed(factsOf(recent), ...all);
      expect(found.filter(({ rule }) => rule.endsWith('-failed'))).toEqual([]);
      for (const { conversionId } of found) expect(earning.has(conversionId)).toBe(true);
      expect(keys([...recent].reverse())).toEqual(keys(recent));
    }),
  );
});

test('F-01 addresses of one mailbox are one, whatever plus-tags, dots and case', () => {
  expect(normalisedEmail('a.b+x@gmail.com')).toEqual(normalisedEmail('AB@googlemail.com'));
  expect(normalisedEmail('a.b@firm.example')?.address).toBe('a.b@firm.example');
  expect([normalisedEmail('nobody'), normalisedEmail('+x@firm.example'), normalisedEmail('a@b')]).toEqual([null, null, null]);
  expect([isPrivateDomain('firm.example'), isPrivateDomain('gmail.com')]).toEqual([true, false]);
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/), fc.stringMatching(/^[a-z0-9]{0,9}$/), (local, tag) => {
      const dotted = [...local].join('.');
      expect(normalisedEmail(`${dotted}+${tag}@gmail.com`)).toEqual(normalisedEmail(`${local}@gmail.com`));
    }),
  );
  expect(normalisedAccount('de89 3704-0044 0532 0130 00')).toBe('DE89370400440532013000');
  expect(normalisedAddress('Straße 5,  Köln')).toBe(normalisedAddress('straße 5 Ko\u0308ln'));
});
test('F-04 a star stands for one part or more, anything else for itself', () => {
  const matches = (pattern: string) =>
    ['a.coupons.example', 'a.b.COUPONS.example', 'coupons.example', 'coupons-example.com', 'xcoupons.example'].map((host) =>
      hostMatches(pattern, host),
    );
  expect(matches('*.coupons.example')).toEqual([true, true, false, false, false]);
  expect(matches('coupons.example')).toEqual([false, false, true, false, false]);
  expect(hostMatches('*coupons*', 'best-coupons.net')).toBe(true);
});
