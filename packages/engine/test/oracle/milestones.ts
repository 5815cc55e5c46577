import type { Conversion, Milestone } from '../../src/index.js';

/** What an event earned the partner below, as refunds leave it by any time. */
export type EarnedUntil = (until: string) => bigint;

/** Whether an event is the one that reaches a milestone, told one after the other; `key` names deal, component and partner below. */
export function milestones() {
  const ways = new Map<string, { earned: EarnedUntil[]; reached: boolean }>();
  return (key: string, { occurredAt }: Conversion, { earned, reversibleDays }: Milestone, by: EarnedUntil): boolean => {
    const way = ways.get(key) ?? { earned: [], reached: false };
    ways.set(key, way);
    const until = reversibleDays === undefined ? '9' : new Date(Date.parse(occurredAt) + reversibleDays * 86_400_000).toISOString();
    way.earned.push(by);
    if (way.reached) return false;
    way.reached = by(until) > 0n && way.earned.reduce((sum, one) => sum + one(until), 0n) >= BigInt(earned);
    return way.reached;
  };
}
