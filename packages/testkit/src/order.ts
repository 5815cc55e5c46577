/** A small seeded generator (mulberry32), so that a failing order can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The list in another order, the same one for the same seed. */
export function shuffled<T>(seed: number, list: readonly T[]): T[] {
  const random = seededRandom(seed);
  const result = [...list];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = result[last] as T;
    result[last] = result[other] as T;
    result[other] = held;
  }
  return result;
}

/** Each item one to three times, shuffled: what an at-least-once bus may deliver. */
export function repeated<T>(seed: number, list: readonly T[]): T[] {
  const random = seededRandom(seed);
  return shuffled(
    seed + 1,
    list.flatMap((item) => Array<T>(1 + Math.floor(random() * 3)).fill(item)),
  );
}
