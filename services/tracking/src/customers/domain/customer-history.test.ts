import { expect, test } from '@jest/globals';
import { assignmentAt } from '../../conversions/domain/assignment.js';
import { type Change, reassignmentsIn, standingOf, tagSpans } from './customer-history.js';

const day = (n: number) => new Date(Date.UTC(2026, 2, n));
const history = (...said: [Change['change'], string | null, number][]): Change[] =>
  said.map(([change, value, from], index) => ({
    number: index + 1,
    change,
    value,
    programId: change === 'reassigned' ? 'prg' : null,
    effectiveFrom: day(from),
    reason: null,
    recordedAt: day(20 + index),
    recordedBy: 'key',
  }));
const spans = (changes: Change[]) =>
  tagSpans(changes).map((span) => [span.tag, span.effectiveFrom.getUTCDate(), span.effectiveTo?.getUTCDate() ?? null]);

test('P-04 a tag of a customer holds from its instant to its end; one set before a later one reaches up to it', () => {
  expect(spans(history(['tag-set', 'vip', 5], ['tag-ended', 'vip', 9]))).toEqual([['vip', 5, 9]]);
  expect(spans(history(['tag-set', 'vip', 9], ['tag-set', 'vip', 5]))).toEqual([
    ['vip', 9, null],
    ['vip', 5, 9],
  ]);
  const twice: Parameters<typeof history> = [
    ['tag-set', 'vip', 9],
    ['tag-set', 'vip', 5],
  ];
  expect(spans(history(...twice, ['tag-ended', 'vip', 7]))).toEqual([['vip', 5, 7]]);
  expect(spans(history(...twice, ['tag-ended', 'vip', 1]))).toEqual([]);
  expect(spans(history(...twice, ['tag-ended', 'other', 1], ['tag-ended', 'vip', 11]))).toEqual([
    ['vip', 9, 11],
    ['vip', 5, 9],
  ]);
  expect(spans(history(['tag-set', 'vip', 5], ['tag-set', 'vip', 7]))).toEqual([['vip', 5, null]]);
  expect(spans(history(['tag-set', 'vip', 5], ['tag-ended', 'vip', 5], ['tag-set', 'vip', 5]))).toEqual([['vip', 5, null]]);
  expect(tagSpans(history(['tag-set', 'vip', 5], ['tag-ended', 'vip', 9]))[0]?.recordedAt).toEqual(day(21));
});

test('C-05 the earliest exclusion and the earliest verification hold, in whatever order they are recorded', () => {
  const changes = history(['excluded', null, 9], ['excluded', null, 5], ['verified', 'kyc', 3], ['verified', 'kyc', 4]);
  for (const order of [changes, [...changes].reverse()])
    expect(standingOf(order)).toMatchObject({ excludedFrom: day(5), kycVerifiedAt: day(3) });
  expect(standingOf([])).toEqual({ tags: [], excludedFrom: null, kycVerifiedAt: null });
});

test('P-07 of the reassignments effective by an instant the one recorded last holds, also over one that begins later', () => {
  const given = reassignmentsIn(history(['reassigned', 'B', 9], ['reassigned', 'C', 5]));
  expect([4, 5, 9].map((n) => assignmentAt(given, day(n))?.partnerId)).toEqual([undefined, 'C', 'C']);
  const later = reassignmentsIn(history(['reassigned', 'B', 5], ['reassigned', 'C', 9]));
  expect([4, 5, 8, 9].map((n) => assignmentAt(later, day(n))?.partnerId)).toEqual([undefined, 'B', 'B', 'C']);
});
