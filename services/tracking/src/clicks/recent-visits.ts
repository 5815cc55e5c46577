import { LRUCache } from 'lru-cache';
import type { NewClick } from './domain/click.js';

/** A visitor counts as one of a link's unique ones once in this time. */
export const uniqueWithinMs = 24 * 3_600_000;
const kept = 100_000;

/** Visits that are known to be stored: whoever has just been there needs no look-up to be told from a new visitor. */
export interface RecentVisits {
  /** For each click whether it may be its visitor's first within the time. False is certain; true is for the database to decide. */
  mayBeFirst(clicks: readonly NewClick[]): boolean[];
  /** Called once the clicks are committed. */
  remember(clicks: readonly NewClick[]): void;
}

export function recentVisits(): RecentVisits {
  const lastVisit = new LRUCache<string, number>({ max: kept });
  return {
    mayBeFirst(clicks) {
      const firsts = firstsOf(clicks);
      return clicks.map((click) => {
        if (firsts.get(visitOf(click)) !== click) return false;
        const last = lastVisit.get(visitOf(click));
        const since = last === undefined ? -1 : Date.parse(click.clickedAt) - last;
        return since < 0 || since >= uniqueWithinMs;
      });
    },
    remember(clicks) {
      for (const click of clicks) lastVisit.set(visitOf(click), Date.parse(click.clickedAt));
    },
  };
}

const visitOf = ({ linkId, visitor }: NewClick): string => `${linkId} ${visitor}`;

/** Of several clicks of one visitor on one link the earliest: of the others each follows it. */
function firstsOf(clicks: readonly NewClick[]): Map<string, NewClick> {
  const firsts = new Map<string, NewClick>();
  for (const click of clicks) {
    const visit = visitOf(click);
    const other = firsts.get(visit);
    if (other === undefined || isEarlier(click, other)) firsts.set(visit, click);
  }
  return firsts;
}

const isEarlier = (a: NewClick, b: NewClick): boolean => (a.clickedAt === b.clickedAt ? a.id < b.id : a.clickedAt < b.clickedAt);
