const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const wellFormed = /^clk_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The smallest TypeID with this prefix made at that instant. Ids sort by time, so it bounds a range of them. */
export function firstIdOf(prefix: string, atMs: number): string {
  let rest = BigInt(Math.max(0, Math.floor(atMs))) << 80n;
  let digits = '';
  for (let place = 0; place < 26; place++) {
    digits = alphabet.charAt(Number(rest & 31n)) + digits;
    rest >>= 5n;
  }
  return `${prefix}_${digits}`;
}

/** The wall-clock instant in a click's id, in milliseconds; undefined when it is no click id of ours. */
export function timeOfClickId(id: string): number | undefined {
  if (!wellFormed.test(id)) return undefined;
  // The first ten digits hold 50 bits, of which the upper 48 are the milliseconds after two bits of padding.
  let value = 0;
  for (const digit of id.slice(4, 14)) value = value * 32 + alphabet.indexOf(digit);
  return value;
}
