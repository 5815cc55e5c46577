import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { decodeCursor, decodeIdCursor, encodeCursor, page } from './pages.js';

test('the one row too many makes a cursor, and is not shown', () => {
  const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  const first = page(
    rows,
    2,
    (row) => row.id,
    (row) => row.id.toUpperCase(),
  );
  expect(first.data).toEqual(['A', 'B']);
  expect(decodeIdCursor(first.nextCursor ?? undefined)).toBe('b');
  expect(page(rows, 3, (row) => row.id).nextCursor).toBeNull();
  expect(page([], 3, () => 'x')).toEqual({ data: [], nextCursor: null });
});

test('a cursor of several columns is checked when it comes back', () => {
  const key = z.tuple([z.coerce.date(), z.string()]);
  const at = new Date('2026-01-01T00:00:00Z');
  expect(decodeCursor(encodeCursor([at, 'a']), key)).toEqual([at, 'a']);
  expect(decodeCursor(encodeCursor([12n, 'a']), z.tuple([z.coerce.bigint(), z.string()]))).toEqual([12n, 'a']);
  expect(() => decodeCursor('bm9uc2Vuc2U', key)).toThrow('cursor-invalid');
});
