import { expect, test } from '@jest/globals';
import type { NewClick } from './domain/click.js';
import { recentVisits } from './recent-visits.js';

const click = (id: string, clickedAt: string, visitor = 'v', linkId = 'l'): NewClick => ({ id, clickedAt, visitor, linkId }) as NewClick;
const morning = '2026-03-10T08:00:00.000Z';
const noon = '2026-03-10T12:00:00.000Z';

test('of several clicks in one group only the earliest of each visitor and link may be his first', () => {
  const { mayBeFirst } = recentVisits();
  const group = [click('b', noon), click('c', morning), click('d', morning), click('e', noon, 'w'), click('f', noon, 'v', 'm')];
  expect(mayBeFirst(group)).toEqual([false, true, false, true, true]);
});

test('who is known to have been there within 24 hours is no new visitor; all others are for the database to decide', () => {
  const { mayBeFirst, remember } = recentVisits();
  expect(mayBeFirst([click('a', noon)])).toEqual([true]);
  // Not committed yet: it may have failed.
  expect(mayBeFirst([click('a', noon)])).toEqual([true]);
  remember([click('a', noon)]);
  expect(mayBeFirst([click('b', noon)])).toEqual([false]);
  expect(mayBeFirst([click('b', '2026-03-11T11:59:59.999Z')])).toEqual([false]);
  expect(mayBeFirst([click('b', '2026-03-11T12:00:00.000Z')])).toEqual([true]);
  expect(mayBeFirst([click('b', morning)])).toEqual([true]);
});
