import { expect, test } from '@jest/globals';
import { onePerVisit } from './one-per-visit.js';

const dayMs = 86_400_000;
const click = (id: string, at: string, visitor = 'v', linkId = 'l') => ({ id, linkId, visitor, clickedAt: new Date(`2026-03-${at}Z`) });

test('M-01 of one visitor on one link a click counts once in 24 hours, whatever the order they are given in', () => {
  const clicks = [
    click('d', '11T12:00:00.000'),
    click('c', '11T11:59:59.999'),
    click('b', '10T12:00:00.000'),
    click('a', '10T12:00:00.000'),
    click('e', '10T12:00:00.001', 'w'),
    click('f', '10T12:00:00.002', 'v', 'm'),
  ];
  expect(onePerVisit(clicks, dayMs).map(({ id }) => id)).toEqual(['a', 'e', 'f', 'd']);
});
