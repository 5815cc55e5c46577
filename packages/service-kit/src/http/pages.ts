import { z } from 'zod';
import { Rejected } from './rejection.js';

/** An opaque cursor from a sort key: any JSON value; dates and bigints become text. */
export function encodeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))).toString(
    'base64url',
  );
}

/** The sort key in a cursor, checked. Undefined without a cursor. @throws Rejected `cursor-invalid` */
export function decodeCursor<S extends z.ZodType>(cursor: string | undefined, key: S): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return key.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new Rejected('cursor-invalid');
  }
}

/** The commonest cursor: the id of the last row, for lists ordered by id. */
export function decodeIdCursor(cursor: string | undefined): string | undefined {
  return decodeCursor(cursor, z.string().min(1).max(200));
}

/**
 * A page of a list. Read `limit + 1` rows in the list's order, after the cursor's key: the one too many tells that there is more.
 */
export function page<T, R = T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => unknown,
  show: (row: T) => R = (row) => row as unknown as R,
): { data: R[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(show), nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
