import { randomFillSync } from 'node:crypto';

// UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter of 32 bits that begins anywhere in each millisecond, then 42 random bits.
// Randomness is drawn in bulk, because asking for it costs more than all the rest of an id.

const randomBytesEach = 6;
const pool = Buffer.allocUnsafe(randomBytesEach * 1024);
let used = pool.length;
let millisecond = 0;
let counter = 0;
/** The first ten digits, which all ids of one millisecond share. */
let digitsOfTime = '';
let digitsMadeFor = -1;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const pairs = Array.from({ length: 1024 }, (_, value) => alphabet.charAt(value >> 5) + alphabet.charAt(value & 31));
const pair = (tenBits: number): string => pairs[tenBits] as string;

/** Moves time or the counter on, so that ids sort in the order of their making; answers where six fresh random bytes lie in the pool. */
function next(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += randomBytesEach;
  const now = Date.now();
  if (now > millisecond) {
    millisecond = now;
    // The highest bit is left free, so that the counter has room to grow.
    counter = (Math.random() * 0x80000000) >>> 0;
  } else {
    counter = (counter + 1) >>> 0;
    if (counter === 0) millisecond++;
  }
  return at;
}

/** A new UUIDv7 in Crockford's base 32, 26 digits: the suffix of a TypeID. */
export function newSuffix(): string {
  const at = next();
  if (digitsMadeFor !== millisecond) {
    const high = Math.floor(millisecond / 0x100000);
    digitsOfTime =
      pair(high >>> 20) + pair((high >>> 10) & 1023) + pair(high & 1023) + pair((millisecond >>> 10) & 1023) + pair(millisecond & 1023);
    digitsMadeFor = millisecond;
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = [pool[at], pool[at + 1], pool[at + 2], pool[at + 3], pool[at + 4], pool[at + 5]];
  return (
    digitsOfTime +
    pair(0x1c0 | (counter >>> 26)) +
    pair(((counter >>> 16) & 0x3f0) | 8 | ((counter >>> 18) & 3)) +
    pair((counter >>> 8) & 1023) +
    pair(((counter & 255) << 2) | (a & 3)) +
    pair((b << 2) | (c >>> 6)) +
    pair(((c & 63) << 4) | (d >>> 4)) +
    pair(((d & 15) << 6) | (e >>> 2)) +
    pair(((e & 3) << 8) | f)
  );
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** A new UUIDv7 in its usual form. */
export function newUuid(): string {
  const at = next();
  const time = hex(millisecond, 12);
  const third = hex(0x7000 | (counter >>> 20), 4);
  const fourth = hex(0x8000 | ((counter >>> 6) & 0x3fff), 4);
  const fifth = hex(((counter & 63) << 2) | ((pool[at] ?? 0) & 3), 2) + pool.toString('hex', at + 1, at + randomBytesEach);
  return `${time.slice(0, 8)}-${time.slice(8)}-${third}-${fourth}-${fifth}`;
}
