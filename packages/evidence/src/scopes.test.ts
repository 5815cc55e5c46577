import { expect, test } from '@jest/globals';
import type { Archived } from './format.js';
import { entriesLeadingTo, walkScope } from './scopes.js';

type Entry = Archived<'commission.entry.accrued.v1'>;

const entry = (entryId: string, postedBefore: string, entitlement: string): Entry =>
  ({ event: { data: { entryId, scope: 's', explanation: { postedBefore, entitlement, running: null } } } }) as unknown as Entry;
const idsOf = (entries: readonly Entry[]) => entries.map(({ event }) => event.data.entryId);

test('a scope is walked from nothing, whatever order its postings came in; behind a gap it rests', () => {
  const [first, second, third] = [entry('a', '0', '10'), entry('b', '10', '7'), entry('c', '7', '9')];
  expect(walkScope([third, first, second])).toEqual({ reached: [first, second, third], rest: [], net: '9' });
  expect(walkScope([third, first])).toEqual({ reached: [first], rest: [third], net: '10' });
  expect(walkScope([])).toEqual({ reached: [], rest: [], net: '0' });
});

test('where a scope comes back to nothing and ids do not sort by time, the way that takes all of them is found', () => {
  const all = [entry('c', '0', '1000'), entry('a', '1000', '0'), entry('b', '0', '500')];
  expect(idsOf(walkScope(all).reached)).toEqual(['c', 'a', 'b']);
  expect([...entriesLeadingTo(new Set(['b']), all)].sort()).toEqual(['a', 'b', 'c']);
  expect([...entriesLeadingTo(new Set(['c']), all)]).toEqual(['c']);
});

test('many ways that all end early are given up', () => {
  const circles = Array.from({ length: 24 }, (_, index) => entry(`e${index}`, index % 2 === 0 ? '0' : '1', index % 2 === 0 ? '1' : '0'));
  expect(walkScope([...circles, entry('z', '5', '6')]).rest).toHaveLength(1);
});
