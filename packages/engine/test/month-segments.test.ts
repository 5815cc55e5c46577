import { expect, test } from '@jest/globals';
import { asksOtherEarnings, hasMonthComponents, monthKinds, monthRange, type Terms, versionsBetween } from '../src/index.js';
import { aDeal, percentage } from './builders.js';
import { cpa, revshare } from './month-builders.js';

test('a month begins at midnight of its zone, on either side of the change of clocks', () => {
  expect(monthRange('2026-03', 'Europe/Berlin')).toEqual({ from: '2026-02-28T23:00:00.000Z', to: '2026-03-31T22:00:00.000Z' });
  expect(monthRange('2026-12', 'UTC')).toEqual({ from: '2026-12-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' });
});

test('a deal stands in a month by version: what ended or was a draft is not in it', () => {
  const terms = percentage('0.1');
  const at = (version: number, effectiveFrom: string, status: 'active' | 'ended' | 'draft' = 'active') =>
    aDeal(terms, { version, effectiveFrom: `${effectiveFrom}T00:00:00.000Z`, status });
  const month = (...versions: ReturnType<typeof at>[]) =>
    versionsBetween(versions, '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z').map(({ version, from, to }) => [
      version,
      from.slice(0, 10),
      to.slice(0, 10),
    ]);
  expect(month(at(1, '2026-01-01'))).toEqual([[1, '2026-03-01', '2026-04-01']]);
  expect(month(at(1, '2026-01-01'), at(2, '2026-03-15'), at(3, '2026-03-20', 'draft'))).toEqual([
    [1, '2026-03-01', '2026-03-15'],
    [2, '2026-03-15', '2026-04-01'],
  ]);
  expect(month(at(1, '2026-01-01'), at(2, '2026-03-10', 'ended'))).toEqual([[1, '2026-03-01', '2026-03-10']]);
  expect(month(at(1, '2026-04-01'))).toEqual([]);
  // Version 2 was recorded later and counts from before version 1 would begin: it is one stretch.
  expect(month(at(1, '2026-03-10'), at(2, '2026-02-01'))).toEqual([[2, '2026-03-01', '2026-04-01']]);
});

test('what a month asks of the books', () => {
  const terms = (...components: Terms['components'][number][]): Terms => ({ components });
  expect([hasMonthComponents(terms(cpa)), hasMonthComponents(terms(cpa, revshare()))]).toEqual([false, true]);
  expect(monthKinds(terms(cpa, revshare()))).toEqual([{ on: 'player-activity', byCustomer: false }]);
  expect(monthKinds(terms(revshare({ carryover: { policy: 'component', highRoller: { threshold: -1 } } })))).toEqual([
    { on: 'player-activity', byCustomer: true },
  ]);
  expect([asksOtherEarnings(terms(revshare())), asksOtherEarnings(terms(revshare({ carryover: { policy: 'account' } })))]).toEqual([
    false,
    true,
  ]);
  expect(asksOtherEarnings(terms(revshare({ recoups: ['cpa'] })))).toBe(true);
});
