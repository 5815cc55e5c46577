import { rate as exact, multiply, type RoundingMode, rational, round } from '@tributary/money';
import type { Standing } from './standing.js';
import { ruleOn, type TaxRule } from './tax-rules.js';

/** Who pays, as far as US tax goes. */
export interface Payer {
  country: string;
  /** What it pays its partners is income from sources within the United States. */
  usSource: boolean;
}
export const withholdingReasons = [
  'payer-without-tax-profile',
  'payer-not-us',
  'w-9',
  'backup-notified',
  'no-w-9',
  'w-8-foreign-source',
  'w-8-treaty',
  'w-8',
  'foreign-without-form',
] as const;
export interface Withholding {
  amount: bigint;
  rate: string;
  reason: (typeof withholdingReasons)[number];
}

/** To the minor unit; half of one goes up. Forms 945 and 1042 are filed in cents. */
export const withholdingRounding: RoundingMode = 'half-away';

/** So much of an amount, to the minor unit. */
export const shareOf = (amount: bigint, rate: string): bigint => round(multiply(rational(amount), exact(rate)), withholdingRounding);

export interface WithholdingFacts {
  payer: Payer | null;
  standing: Standing;
  /** Where directory says that the partner is; null: nobody knows, and then he is taken for a US person. */
  partnerCountry: string | null;
  rules: readonly TaxRule[];
  day: string;
}

/** What a payer withholds of an amount on a day. Only payers of the US withhold for want of a W-9; what is from US sources is withheld of whoever pays it. */
export function withholdingOf(facts: WithholdingFacts, amount: bigint): Withholding {
  const { reason, rate } = decide(facts);
  return { amount: amount > 0n ? shareOf(amount, rate) : 0n, rate, reason };
}

type Decision = Omit<Withholding, 'amount'>;

function decide(facts: WithholdingFacts): Decision {
  const { payer, standing } = facts;
  if (!payer) return { reason: 'payer-without-tax-profile', rate: '0' };
  if (payer.country !== 'US' && !payer.usSource) return { reason: 'payer-not-us', rate: '0' };
  if (standing.status === 'valid') return standing.form.kind === 'W-9' ? ofW9(facts, standing.form) : ofW8(facts, standing.form);
  return isForeign(facts) ? ofForeigner(facts) : backup(facts, 'no-w-9');
}

const ofW9 = (facts: WithholdingFacts, { backupWithholding }: { backupWithholding: boolean }): Decision =>
  backupWithholding ? backup(facts, 'backup-notified') : { reason: 'w-9', rate: '0' };

function ofW8(facts: WithholdingFacts, { treatyRate }: { treatyRate: string | null }): Decision {
  if (!facts.payer?.usSource) return { reason: 'w-8-foreign-source', rate: '0' };
  return treatyRate === null
    ? { reason: 'w-8', rate: rateOn(facts, 'nonresident-withholding-rate') }
    : { reason: 'w-8-treaty', rate: treatyRate };
}

/** Without a form that counts: by what was refused or has run out, otherwise by where directory says that he is. */
function isForeign({ standing, partnerCountry }: WithholdingFacts): boolean {
  if (standing.status === 'refused') return standing.form.refuses === 'W-8';
  if (standing.status === 'expired') return true;
  return partnerCountry !== null && partnerCountry !== 'US';
}

function ofForeigner(facts: WithholdingFacts): Decision {
  return facts.payer?.usSource
    ? { reason: 'foreign-without-form', rate: rateOn(facts, 'nonresident-withholding-rate') }
    : { reason: 'w-8-foreign-source', rate: '0' };
}

/** Backup withholding is a duty of payers in the United States. */
function backup(facts: WithholdingFacts, reason: 'no-w-9' | 'backup-notified'): Decision {
  return facts.payer?.country === 'US' ? { reason, rate: rateOn(facts, 'backup-withholding-rate') } : { reason: 'payer-not-us', rate: '0' };
}

function rateOn({ rules, day }: WithholdingFacts, kind: 'backup-withholding-rate' | 'nonresident-withholding-rate'): string {
  const rule = ruleOn(rules, kind, day);
  if (!rule) throw new Error(`no ${kind} on ${day}`);
  return rule.value;
}
