import { expect, test } from '@jest/globals';
import { type Component, checkTerms, type Downline, type emptyStream, foldStream, recompute } from '../src/index.js';
import { type World, world } from './world.js';

const bonus = (milestone: Downline['milestone'], rest: Partial<Component> = {}): Component => ({
  name: 'recruit',
  on: 'sale',
  model: 'flat',
  amount: 2_000,
  downline: { levels: ['1'], of: 'commission', funding: 'on-top', milestone },
  ...rest,
});
const tenPercent: Component = { on: 'sale', model: 'percentage', rate: '0.1' };

/** `top` recruited `sub`, who earns 10 % of its sales. */
function recruited(milestone: Downline['milestone'], own: Component = tenPercent): World {
  const told = world();
  told.parent('sub', 'top');
  told.deal('sub', [own]);
  told.deal('top', [bonus(milestone)]);
  return told;
}
const sell = (told: World, at: string, amount: number, partnerId = 'sub'): string => told.event({ partnerId, at, amount });

test('M-22 the bonus is paid once, with the sale by which the recruit has earned 100.00', () => {
  const told = recruited({ earned: 10_000 });
  const sales = ['03-01', '03-02', '03-03', '03-04'].map((at, index) => sell(told, at, index === 1 ? 49_990 : 25_010));
  expect(sales.map((sale) => told.earns(sale)['top'])).toEqual([0, 0, 2_000, 0]);
  expect(told.result(sales[0]!).scopes.map(({ reason }) => reason)).toEqual([null, 'milestone-not-reached']);
  expect(told.result(sales[3]!).scopes.map(({ reason }) => reason)).toEqual([null, 'milestone-passed']);
});

test('M-22 exactly 100.00 reaches it, 99.99 does not; each recruit has a milestone of its own', () => {
  const told = recruited({ earned: 10_000 });
  told.parent('other', 'top');
  told.deal('other', [tenPercent]);
  sell(told, '03-01', 99_990);
  sell(told, '03-02', 100_000, 'other');
  expect(told.total('top')).toBe(2_000);
  sell(told, '03-03', 10);
  expect(told.total('top')).toBe(4_000);
});

test('M-22 the bonus is reversed when what triggered it falls back below within N days, and not on the day after', () => {
  const by = (refundedAt: string): number[] => {
    const told = recruited({ earned: 10_000, reversibleDays: 30 });
    const first = sell(told, '03-01', 60_000);
    const second = sell(told, '03-20', 60_000);
    told.refund(first, 30_000, { at: refundedAt });
    return [first, second].map((sale) => told.earns(sale)['top'] ?? 0);
  };
  expect(by('2026-04-19T12:00:00.000Z')).toEqual([0, 0]);
  expect(by('2026-04-19T12:00:00.001Z')).toEqual([0, 2_000]);
  expect(by('2026-03-10T12:00:00.000Z')).toEqual([0, 0]);
});

test('M-22 a refund that leaves enough changes nothing; without a limit of days every refund counts', () => {
  const told = recruited({ earned: 10_000 });
  const sale = sell(told, '03-01', 150_000);
  told.refund(sale, 50_000, { at: '2027-09-01T00:00:00.000Z' });
  expect(told.total('top')).toBe(2_000);
  told.refund(sale, 1_000, { at: '2028-09-01T00:00:00.000Z' });
  expect(told.total('top')).toBe(0);
});

test('M-22 what fell back is earned again with the sale that makes up for it, refunds of before included', () => {
  const told = recruited({ earned: 10_000, reversibleDays: 5 });
  const first = sell(told, '03-01', 100_000);
  told.refund(first, 20_000, { at: '2026-03-04T00:00:00.000Z' });
  const second = sell(told, '03-20', 15_000);
  const third = sell(told, '03-21', 5_000);
  told.refund(first, 80_000, { at: '2026-05-01T00:00:00.000Z' });
  expect([first, second, third].map((sale) => told.earns(sale)['top'])).toEqual([0, 0, 2_000]);
});

test('M-22 what came back after the days of one sale is missing for the next', () => {
  const told = recruited({ earned: 10_000, reversibleDays: 5 });
  const first = sell(told, '03-01', 50_000);
  told.refund(first, 20_000, { at: '03-20' });
  sell(told, '04-01', 60_000);
  expect(told.total('top')).toBe(0);
  const last = sell(told, '04-02', 10_000);
  expect(told.earns(last)['top']).toBe(2_000);
});

test('M-22 each sale is looked at with the days of its own version: an amendment shortens them for what comes after it', () => {
  const by = (before: Downline['milestone']): number => {
    const told = recruited(before);
    told.deal('top', [bonus({ earned: 10_000, reversibleDays: 0 })], { effectiveFrom: '2026-03-10T00:00:00.000Z' });
    const first = sell(told, '03-01', 60_000);
    const second = sell(told, '03-20', 60_000);
    told.refund(first, 60_000, { at: '04-10' });
    return told.earns(second)['top'] ?? 0;
  };
  expect([by({ earned: 10_000 }), by({ earned: 10_000, reversibleDays: 60 }), by({ earned: 10_000, reversibleDays: 0 })]).toEqual([
    2_000, 2_000, 2_000,
  ]);
});

test('M-22 K-2 a sale that came back as a whole does not reach a milestone that was lowered; the next does', () => {
  const told = recruited({ earned: 50_000 });
  told.deal('top', [bonus({ earned: 10_000 })], { effectiveFrom: '2026-03-10T00:00:00.000Z' });
  sell(told, '03-01', 200_000);
  told.refund(sell(told, '03-11', 70_000), 70_000, { at: '03-12' });
  expect(told.total('top')).toBe(0);
  expect(told.earns(sell(told, '03-13', 100))).toEqual({ sub: 10, top: 2_000 });
});

test('M-22 what the recruit earns by a scale counts as it is rated in the end', () => {
  const scale: Component = {
    ...tenPercent,
    tiers: {
      metric: { measure: 'count' },
      reset: 'month',
      scale: 'whole',
      crossing: 'new',
      bounds: 'inclusive',
      retroactive: 'all',
      demotion: 'unwind',
      bands: [{ upTo: 1 }, { upTo: null, rate: '0.2' }],
    },
  };
  const told = recruited({ earned: 10_000 }, scale);
  const first = sell(told, '03-01', 50_000);
  expect(told.earns(first)).toEqual({ sub: 5_000, top: 0 });
  const second = sell(told, '03-02', 100);
  expect([told.earns(first), told.earns(second)]).toEqual([
    { sub: 10_000, top: 2_000 },
    { sub: 20, top: 0 },
  ]);
});

test('M-22 a level further up gets its share of the bonus, and nothing beyond the levels', () => {
  const told = recruited({ earned: 10_000 });
  told.parent('top', 'grand');
  told.deal('grand', [bonus({ earned: 10_000 }, { downline: { ...bonus({ earned: 10_000 }).downline!, levels: ['0', '0.25'] } })]);
  expect(told.earns(sell(told, '03-01', 100_000))).toEqual({ sub: 10_000, top: 2_000, grand: 500 });
});

test('M-22 sales that do not qualify count nothing; the bonus says what it was made of and recomputes', () => {
  const told = world();
  told.parent('sub', 'top');
  told.deal('sub', [tenPercent]);
  told.deal('top', [bonus({ earned: 10_000, reversibleDays: 30 }, { qualify: { minAmount: 60_000 } })]);
  const small = sell(told, '03-01', 59_999);
  const [large, larger] = [sell(told, '03-02', 60_000), sell(told, '03-03', 60_000)];
  expect([small, large, larger].map((sale) => told.earns(sale)['top'])).toEqual([0, 0, 2_000]);
  const scope = told.result(larger).scopes.find(({ partnerId }) => partnerId === 'top')!;
  expect(scope.explanation.rules.at(-1)).toEqual({
    rule: 'milestone',
    passed: true,
    detail: '6000 becomes 12000 of 10000, refunds until 30 days after it counted',
  });
  expect(scope.explanation.steps).toEqual([{ step: 'milestone', formula: 'once for each partner below', value: '2000' }]);
  expect(recompute(JSON.parse(JSON.stringify(scope.explanation)))).toMatchObject({ agrees: true, amount: '2000' });
  expect(told.result(small).scopes.map(({ reason }) => reason)).toEqual([null, 'below-minimum-amount']);
});

test('M-22 a milestone in another currency waits for the rate of the day', () => {
  const told = world();
  told.parent('sub', 'top');
  told.deal('sub', { components: [tenPercent] });
  told.deal('top', { components: [bonus({ earned: 10_000 })], currency: 'USD' });
  const sale = sell(told, '03-01', 100_000);
  expect(told.result(sale).reason).toBe('fx-rate-missing');
  told.fx('EUR', 'USD', '2026-03-01', '1.2');
  expect(told.earns(sale)).toEqual({ sub: 10_000, top: 2_000 });
});

test('M-22 K-6 folding on from any state is folding the whole', () => {
  const told = recruited({ earned: 10_000, reversibleDays: 10 });
  for (const [index, at] of ['03-01', '03-02', '03-03', '03-04', '03-05'].entries()) {
    const sale = sell(told, at, 30_000 + index);
    if (index < 3) told.refund(sale, 20_000, { at: `2026-03-${13 + index}T12:00:00.000Z` });
  }
  const records = told.results().flatMap(({ records: made }) => made);
  expect(records).toHaveLength(5);
  const whole = foldStream(records, told.termsOf);
  for (let cut = 0; cut <= records.length; cut += 1) {
    const first = foldStream(records.slice(0, cut), told.termsOf);
    const state = JSON.parse(JSON.stringify(first.state)) as typeof emptyStream;
    const second = foldStream(records.slice(cut), told.termsOf, state);
    expect([...first.lines, ...second.lines].map(({ place }) => place)).toEqual(whole.lines.map(({ place }) => place));
    expect(second.state).toEqual(whole.state);
  }
});

test('M-22 milestones that could not be paid as written are refused', () => {
  const problems = (change: Partial<Component>, downline: Partial<Downline> = {}, milestone = { earned: 1 }) =>
    checkTerms({
      components: [{ ...bonus(milestone), ...change, downline: { ...bonus(milestone).downline!, ...downline } }],
    }).map(({ pointer, rule }) => `${pointer} ${rule}`);
  expect(problems({})).toEqual([]);
  expect(problems({ model: 'percentage', amount: undefined, rate: '0.1' })).toEqual(['/components/0/model milestones-need-a-flat-amount']);
  expect(problems({}, { of: 'amount' })).toEqual(['/components/0/downline/of milestones-go-by-commission']);
  expect(problems({}, { funding: 'downline' })).toEqual(['/components/0/downline/funding milestones-are-paid-on-top']);
  expect(problems({}, { pool: '0.5', lessPaidBelow: true })).toEqual([
    '/components/0/downline/lessPaidBelow milestones-are-paid-once-and-whole',
    '/components/0/downline/pool milestones-are-paid-once-and-whole',
  ]);
  expect(problems({ onRefund: 'never', subCent: 'accumulate' })).toEqual([
    '/components/0/subCent milestones-are-paid-once-and-whole',
    '/components/0/onRefund milestones-are-paid-once-and-whole',
  ]);
  expect(problems({ duration: { months: 6, from: 'customer-first' } })).toEqual([
    '/components/0/duration/from milestones-last-from-the-recruitment',
  ]);
  expect(problems({ duration: { months: 6, from: 'recruited' } })).toEqual([]);
  expect(problems({}, {}, { earned: 0 })).toEqual(['/components/0/downline/milestone/earned milestone-must-be-a-positive-integer']);
  expect(problems({}, { milestone: { earned: 1, reversibleDays: 3_651 } })).toEqual([
    '/components/0/downline/milestone/reversibleDays reversible-days-between-0-and-3650',
  ]);
  expect(problems({ caps: [{ measure: 'amount', limit: 1, per: 'month', afterRefund: 'stays' }] })).toEqual([
    '/components/0/caps derived-amounts-cannot-have-tiers-or-caps',
  ]);
});
