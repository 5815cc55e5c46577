import type { RiskRuleUse } from '@tributary/contracts';
import { assess, type PlannedHit } from './assess.js';
import type { Registry } from './registry.js';
import { registry } from './registry.js';
import { type ConversionFact, dayMs, earning, type PartnerFacts } from './rule.js';

export interface Period {
  from: Date;
  /** Not in it any more. */
  to: Date;
}
export const inPeriod = ({ occurredAt }: Pick<ConversionFact, 'occurredAt'>, { from, to }: Period): boolean =>
  occurredAt >= from && occurredAt < to;

/**
 * What a rule would have said of a partner's conversions of a period, day by day: at the end of each day in which something happened,
 * that day's conversions are judged with all that was there by then. What was said first of a conversion counts. A later day may hit
 * conversions of earlier ones, as it would have. What is outside of the period is looked at and never named.
 */
export function replay(
  known: Omit<PartnerFacts, 'fresh' | 'now'>,
  use: RiskRuleUse,
  period: Period,
  rules: Registry = registry,
): Map<string, PlannedHit> {
  const own = known.recent.filter((fact) => inPeriod(fact, period));
  const named = new Set(own.map(({ conversionId }) => conversionId));
  const days = new Map<number, ConversionFact[]>();
  for (const fact of own) {
    const day = Math.floor(fact.occurredAt.getTime() / dayMs);
    const facts = days.get(day);
    if (facts) facts.push(fact);
    else days.set(day, [fact]);
  }
  const found = new Map<string, PlannedHit>();
  for (const [day, fresh] of [...days].sort(([a], [b]) => a - b)) {
    const now = new Date(Math.min((day + 1) * dayMs, period.to.getTime()));
    const recent = known.recent.filter(({ occurredAt }) => occurredAt < now);
    for (const hit of assess({ ...known, recent, fresh, now }, { version: 0, rules: [use] }, rules))
      if (named.has(hit.conversionId) && isStronger(hit, found.get(hit.conversionId))) found.set(hit.conversionId, hit);
  }
  return found;
}

/** A hit says more than not to know, and the first says enough. */
const isStronger = (hit: PlannedHit, known: PlannedHit | undefined): boolean => known === undefined || (isUnsure(known) && !isUnsure(hit));
export const isUnsure = ({ rule }: PlannedHit): boolean => /-(indeterminate|failed)$/.test(rule);

/** Conversions of the period that could be hit at all. */
export const judgedIn = (recent: readonly ConversionFact[], period: Period): number =>
  earning(recent).filter((fact) => inPeriod(fact, period)).length;
