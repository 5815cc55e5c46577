import { type RiskParameters, type RiskRuleId, type RiskRuleUse, riskParameters } from '@tributary/contracts';
import { type Registry, registry } from './registry.js';
import { type ConversionFact, earning, type PartnerFacts, type RiskRule, type Verdict } from './rule.js';

/** What is in force at a brand. */
export interface RuleSet {
  version: number;
  rules: readonly RiskRuleUse[];
}

/** What is to be stored against a conversion. */
export interface PlannedHit {
  conversionId: string;
  /** The rule; `-indeterminate` where it could not judge, `-failed` where it broke. */
  rule: string;
  detail: string;
  evidence: readonly string[];
  holds: boolean;
  reportedBy: string;
}

/** The rule of a use with its parameters. @throws when they do not fit. */
function ruled(use: Pick<RiskRuleUse, 'rule' | 'parameters'>, known: Registry) {
  const rule: unknown = known[use.rule];
  return { rule: rule as RiskRule<RiskRuleId>, parameters: riskParameters[use.rule].parse(use.parameters) as RiskParameters<RiskRuleId> };
}

/** How far back the facts must reach for all rules of the set. A rule that cannot say so fails when it judges. */
export function lookBackOf({ rules }: RuleSet, known: Registry = registry): number {
  const ofUse = (use: RiskRuleUse): number => {
    try {
      const { rule, parameters } = ruled(use, known);
      return rule.lookBackMs(parameters);
    } catch {
      return 0;
    }
  };
  return Math.max(0, ...rules.map(ofUse));
}

/**
 * Judges a partner's fresh conversions by a brand's rules. Fails closed: where a rule breaks, all that it was to judge is held,
 * whatever action it was given, except `none`.
 */
export function assess(facts: PartnerFacts, set: RuleSet, known: Registry = registry): PlannedHit[] {
  return set.rules.flatMap((use) => (use.action === 'none' ? [] : planned(facts, use, set.version, known)));
}

function planned(facts: PartnerFacts, use: RiskRuleUse, version: number, known: Registry): PlannedHit[] {
  const reportedBy = `rule:${use.rule}@${version}`;
  let verdict: Verdict;
  try {
    const { rule, parameters } = ruled(use, known);
    verdict = rule.evaluate(facts, parameters);
  } catch {
    const detail = 'the rule failed: a person decides';
    return earning(facts.fresh).map(({ conversionId }) => ({
      conversionId,
      rule: `${use.rule}-failed`,
      detail,
      evidence: [],
      holds: true,
      reportedBy,
    }));
  }
  const hits = verdict.hits.map((hit) => ({ ...hit, rule: use.rule, holds: use.action === 'hold', reportedBy }));
  const { action, above } = use.whenIndeterminate;
  if (action === 'none') return hits;
  const byId = new Map(facts.recent.map((fact) => [fact.conversionId, fact]));
  const unsure = verdict.indeterminate
    .filter(({ conversionId }) => isAbove(byId.get(conversionId), above))
    .map((one) => ({ ...one, rule: `${use.rule}-indeterminate`, holds: action === 'hold', reportedBy }));
  return [...hits, ...unsure];
}

/** What said no amount is not below any. */
const isAbove = (fact: ConversionFact | undefined, above: number): boolean =>
  fact === undefined || fact.amount === null || fact.amount > BigInt(above);
