import { expect, test } from '@jest/globals';
import { foldMilestone } from '../src/engine-1/streams/milestone.js';
import { isStreamed, streamKey } from '../src/engine-1/streams/records.js';
import { type Component, emptyStream, foldStream, type NormalComponent, type StreamRecord, withDefaults } from '../src/index.js';
import { aDeal, aSale } from './builders.js';

const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}T12:00:00.000Z`;
const below: NonNullable<Component['downline']> = { levels: ['1'], of: 'commission', funding: 'on-top' };
const recruit: Component = { on: 'sale', model: 'flat', amount: 50, downline: { ...below, milestone: { earned: 100 } } };
const normal = (component: Component): NormalComponent => withDefaults({ components: [component] }).components[0]!;
const terms = { component: normal(recruit), timeZone: 'UTC' };
/** A sale of some day, and what it had earned the recruit on that day and on those after it. */
const record = (number: number, ...totals: string[]): StreamRecord => ({
  stream: 's',
  conversionId: `c${number}`,
  eventId: `e${number}`,
  occurredAt: day(number),
  dealId: 'deal_a',
  dealVersion: 1,
  component: 'sale',
  scope: `c${number}/sale`,
  customerId: null,
  weights: [],
  picked: { rate: null, amount: '50' },
  whole: { base: '0', units: '1', plain: '50' },
  rest: { base: '0', units: '1', plain: '50' },
  paidAt: null,
  ...(totals.length > 0 ? { earned: totals.map((total, index) => ({ at: day(number + index), total })) } : {}),
});
const fold = (...records: StreamRecord[]) => foldStream(records, () => terms);

test('M-22 the stream of a milestone is that of one recruit, for life', () => {
  const key = (rest: Parameters<typeof aSale>[0]) => streamKey({ ...terms, deal: aDeal({ components: [] }), currency: 'EUR' }, aSale(rest));
  expect(key({ partnerId: 'ptr_b', customerId: 'x' })).toBe('deal_a/sale/EUR/milestone/ptr_b');
  expect(key({ partnerId: null, occurredAt: day(31) })).toBe('deal_a/sale/EUR/milestone/');
  expect([isStreamed(terms.component), isStreamed(normal({ ...recruit, downline: below }))]).toEqual([true, false]);
});

test('M-22 what has been reached keeps no refunds, takes nothing and asks for nothing to be folded again', () => {
  const [first, second] = [record(1, '90', '80'), record(3, '40', '30')];
  const refunds = [{ at: day(2), by: '-10' }];
  expect(fold(first).state).toEqual({ ...emptyStream, milestone: { earned: '90', refunds, reached: false } });
  const { lines, state, fromTheStart } = fold(second, first);
  expect(state).toEqual({ ...emptyStream, milestone: { earned: '130', refunds: [], reached: true } });
  expect(lines).toMatchObject([
    { entitlement: 0n, takes: [], band: null },
    { entitlement: 50n, takes: [], band: null },
  ]);
  expect(fromTheStart).toBe(false);
});

test('M-22 a sale of which no earnings are told brings nobody nearer; without a milestone there is nothing to come to', () => {
  const { lines, state } = fold(record(1));
  expect(lines).toMatchObject([{ reason: 'milestone-not-reached', place: { before: ['0'], weights: ['0'] } }]);
  expect(state.milestone).toEqual({ earned: '0', refunds: [], reached: false });
  const other = { component: normal({ on: 'sale', model: 'flat', amount: 50 }), timeZone: 'UTC' };
  expect(() => foldMilestone([{ record: record(1), terms: other }], emptyStream)).toThrow('sale of version 1 has no milestone');
});
