import { expect, test } from '@jest/globals';
import { endTag, setTag, type TagSpan, tagsAt } from './tags.js';

const at = (day: number) => new Date(Date.UTC(2026, 2, day));
const vip: TagSpan = { tag: 'vip', effectiveFrom: at(5), effectiveTo: null };

test('a tag holds from its first instant and not at its last', () => {
  const spans = [{ ...vip, effectiveTo: at(9) }];
  expect([4, 5, 8, 9].map((day) => tagsAt(spans, at(day)))).toEqual([[], ['vip'], ['vip'], []]);
});
test('setting a tag that is set changes nothing', () => {
  expect(setTag([vip], 'vip', at(7))).toBe(vip);
});
test('a tag set before one that begins later reaches up to it', () => {
  expect(setTag([vip], 'vip', at(1))).toEqual({ tag: 'vip', effectiveFrom: at(1), effectiveTo: at(5) });
});
test('ending a tag closes the span that covers the instant', () => {
  expect(endTag([vip], 'vip', at(8))).toEqual({ accepted: { ...vip, effectiveTo: at(8) } });
});
test('tag-not-set', () => {
  expect(endTag([vip], 'vip', at(1))).toEqual({ rejected: 'tag-not-set', pointer: '/tag' });
});
