/** What deals may ask of a partner, as directory told it. */
export interface Profile {
  tags: readonly { tag: string; effectiveFrom: string; effectiveTo: string | null }[];
  tiers: readonly { tier: string | null; effectiveFrom: string; recordedAt: string }[];
  parents: readonly { parentId: string | null; effectiveFrom: string; recordedAt: string }[];
}

export const noProfile: Profile = { tags: [], tiers: [], parents: [] };

export interface ProfileChange {
  /** The first instant of which something else is said now; null when nothing is. */
  from: string | null;
  /** Whether it concerns conversions of partners below too: ranks, and who stands above whom. */
  concernsBelow: boolean;
}

/** What a new profile says otherwise than an old one. */
export function profileChange(before: Profile, after: Profile): ProfileChange {
  const tags = differing(before.tags, after.tags).flatMap(({ effectiveFrom, effectiveTo }) => [
    effectiveFrom,
    ...(effectiveTo === null ? [] : [effectiveTo]),
  ]);
  const others = [...differing(before.tiers, after.tiers), ...differing(before.parents, after.parents)].map(
    ({ effectiveFrom }) => effectiveFrom,
  );
  const instants = [...tags, ...others].sort();
  return { from: instants[0] ?? null, concernsBelow: others.length > 0 };
}

/** What only one of two lists has. */
function differing<T extends object>(a: readonly T[], b: readonly T[]): T[] {
  const key = (one: T): string => JSON.stringify(Object.entries(one).sort());
  const [inA, inB] = [new Set(a.map(key)), new Set(b.map(key))];
  return [...a.filter((one) => !inB.has(key(one))), ...b.filter((one) => !inA.has(key(one)))];
}
