import { expect, test } from '@jest/globals';
import { knownAt, type PartnerChange, valueAt } from './changes.js';
import { makesCycle, type Parents } from './parents.js';

const at = (day: number) => new Date(Date.UTC(2026, 2, day));
/** `[parent, effective from, recorded at]`, in the order of recording. */
const changesOf = (...said: [string | null, number, number][]): PartnerChange[] =>
  said.map(([value, from, recorded], index) => ({
    number: index + 1,
    change: 'parent',
    value,
    effectiveFrom: at(from),
    recordedAt: at(recorded),
    recordedBy: 'key',
  }));
const above = (said: Record<string, PartnerChange[]>): Parents => new Map(Object.entries(said));

test('the latest recorded wins from its instant on, also over one that begins later; as of then, as known then', () => {
  const changes = changesOf(['A', 1, 1], ['B', 20, 2], ['C', 10, 15]);
  const values = (known?: Date) => [5, 12, 25].map((day) => valueAt(knownAt(changes, known), 'parent', at(day)));
  expect(values()).toEqual(['A', 'C', 'C']);
  expect(values(at(14))).toEqual(['A', 'A', 'B']);
  expect(values(at(1))).toEqual(['A', 'A', 'A']);
  expect(values(new Date(0))).toEqual([null, null, null]);
});

test('a partner is not put under itself, nor under whom it is above, however far', () => {
  expect(makesCycle('A', 'A', at(5), new Map())).toBe(true);
  const tree = above({ C: changesOf(['B', 1, 1]), B: changesOf(['A', 1, 1]) });
  expect(makesCycle('A', 'C', at(5), tree)).toBe(true);
  expect(makesCycle('D', 'C', at(5), tree)).toBe(false);
});

test('a cycle that would only come later is one, one that is over by then is none', () => {
  const willBe = above({ B: changesOf(['A', 10, 1]) });
  expect(makesCycle('A', 'B', at(5), willBe)).toBe(true);
  const wasOnce = above({ B: changesOf(['A', 1, 1], [null, 5, 2]) });
  expect(makesCycle('A', 'B', at(5), wasOnce)).toBe(false);
  expect(makesCycle('A', 'B', at(4), wasOnce)).toBe(true);
  const never = above({ B: changesOf(['A', 10, 1], [null, 8, 2]) });
  expect(makesCycle('A', 'B', at(1), never)).toBe(false);
});
