export type TaxRuleKind = 'backup-withholding-rate' | 'nonresident-withholding-rate' | '1099-nec-threshold';

/** A dated rate or threshold. */
export interface TaxRule {
  kind: TaxRuleKind;
  validFrom: string;
  revision: number;
  value: string;
}

/** What counts on a day: the rule that began last by then, in its highest revision; null before the first. */
export function ruleOn<R extends TaxRule>(rules: readonly R[], kind: TaxRuleKind, day: string): R | null {
  const later = (a: R, b: R) => a.validFrom > b.validFrom || (a.validFrom === b.validFrom && a.revision > b.revision);
  return rules
    .filter((rule) => rule.kind === kind && rule.validFrom <= day)
    .reduce<R | null>((best, rule) => (best && later(best, rule) ? best : rule), null);
}
