import { expect, test } from '@jest/globals';
import type { PartnerChange } from './changes.js';
import { endTag, setTag, type TagSpan, tagSpans, tagsAt } from './tags.js';

const at = (day: number) => new Date(Date.UTC(2026, 2, day));
const vip: TagSpan = { tag: 'vip', effectiveFrom: at(5), effectiveTo: null, recordedAt: at(5) };
const now = at(20);

test('a tag holds from its first instant and not at its last', () => {
  const spans = [{ ...vip, effectiveTo: at(9) }];
  expect([4, 5, 8, 9].map((day) => tagsAt(spans, at(day)))).toEqual([[], ['vip'], ['vip'], []]);
});
test('setting a tag that is set changes nothing', () => {
  expect(setTag([vip], 'vip', at(7), now)).toBe(vip);
});
test('a tag set before one that begins later reaches up to it', () => {
  expect(setTag([vip], 'vip', at(1), now)).toEqual({ tag: 'vip', effectiveFrom: at(1), effectiveTo: at(5), recordedAt: now });
});
test('ending a tag closes the span that covers the instant', () => {
  expect(endTag([vip], 'vip', at(8), now)).toEqual({ accepted: { ...vip, effectiveTo: at(8), recordedAt: now } });
});
test('tag-not-set', () => {
  const rejected = { rejected: 'tag-not-set', pointer: '/tag' };
  expect(endTag([{ ...vip, effectiveTo: at(9) }], 'vip', at(9), now)).toEqual(rejected);
  expect(endTag([vip], 'other', at(9), now)).toEqual(rejected);
});

const changes = (...said: ['tag-set' | 'tag-ended', string, number][]): PartnerChange[] =>
  said.map(([change, value, day], index) => ({
    number: index + 1,
    change,
    value,
    effectiveFrom: at(day),
    recordedAt: at(10 + index),
    recordedBy: 'key',
  }));

test('P-04 the spans that changes come to say when each was recorded', () => {
  expect(tagSpans(changes(['tag-set', 'vip', 5], ['tag-ended', 'vip', 9], ['tag-set', 'vip', 12]))).toEqual([
    { tag: 'vip', effectiveFrom: at(5), effectiveTo: at(9), recordedAt: at(11) },
    { tag: 'vip', effectiveFrom: at(12), effectiveTo: null, recordedAt: at(12) },
  ]);
});
test('a tag that ended when it began, and one set twice, leave no span of their own', () => {
  expect(tagSpans(changes(['tag-set', 'vip', 5], ['tag-ended', 'vip', 5]))).toEqual([]);
  expect(tagSpans(changes(['tag-set', 'vip', 5], ['tag-set', 'vip', 7], ['tag-ended', 'other', 7]))).toEqual([
    { tag: 'vip', effectiveFrom: at(5), effectiveTo: null, recordedAt: at(10) },
  ]);
});

test('P-04 a tag that ends does so for good, whatever spans were recorded before', () => {
  const after = (...said: Parameters<typeof changes>) =>
    tagSpans(changes(...said)).map(({ tag, effectiveFrom, effectiveTo }) => [
      tag,
      effectiveFrom.getUTCDate(),
      effectiveTo?.getUTCDate() ?? null,
    ]);
  const twice: Parameters<typeof changes> = [
    ['tag-set', 'vip', 9],
    ['tag-set', 'vip', 5],
    ['tag-set', 'other', 9],
  ];
  const other = ['other', 9, null];
  expect(after(...twice, ['tag-ended', 'vip', 7])).toEqual([['vip', 5, 7], other]);
  expect(after(...twice, ['tag-ended', 'vip', 9])).toEqual([['vip', 5, 9], other]);
  expect(after(...twice, ['tag-ended', 'vip', 1])).toEqual([other]);
  expect(after(...twice, ['tag-ended', 'vip', 7], ['tag-set', 'vip', 8])).toEqual([['vip', 5, 7], other, ['vip', 8, null]]);
  expect(endTag([vip], 'vip', at(1), now)).toEqual({
    accepted: { tag: 'vip', effectiveFrom: at(1), effectiveTo: at(1), recordedAt: now },
  });
});
