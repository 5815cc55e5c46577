import type { PayoutExchange } from '@tributary/contracts';
import { exchange, isCurrency, MoneyError, parseFraction } from '@tributary/money';
import type { ApprovalStatus, RiskLevel } from '../../review/domain/approval.js';

export interface ClaimedPayout {
  payoutId: string;
  partnerId: string;
  amount: bigint;
  /** What fees, taxes and the like add to the lines, mostly below zero. */
  charges: bigint;
  currency: string;
  /** When it is paid in another currency than was earned: what the lines and charges come to, and the rate. */
  exchange: PayoutExchange | null;
  lines: readonly { entryId: string; amount: bigint }[];
}
export interface KnownEntry {
  partnerId: string;
  amount: bigint;
  status: ApprovalStatus;
}
export interface KnownPartner {
  status: string;
  riskLevel: RiskLevel;
}
export interface Check {
  check: string;
  outcome: string;
}
export type ClearanceDecision =
  | { cleared: true; checks: Check[] }
  | { cleared: false; reason: string; entryIds: string[]; checks: Check[] };

/** What is wrong with some payouts of a run, by check: each line that fails. */
export type Findings = Readonly<Record<(typeof checks)[number], readonly string[]>>;
const checks = [
  'lines-add-up',
  'exchanges-at-their-rate',
  'every-line-approved',
  'amounts-as-approved',
  'no-entry-twice',
  'partners-active',
  'no-high-risk',
] as const;

/** The last look before money goes out, at some payouts of a run: every line approved and of its amount, sums right, nobody suspended or of high risk. */
export function findingsOf(
  payouts: readonly ClaimedPayout[],
  entries: ReadonlyMap<string, KnownEntry>,
  partners: ReadonlyMap<string, KnownPartner>,
): Omit<Findings, 'no-entry-twice'> {
  const lines = payouts.flatMap((payout) => payout.lines.map((line) => ({ ...line, partnerId: payout.partnerId })));
  const failing = (fails: (line: (typeof lines)[number]) => boolean) => lines.filter(fails).map(({ entryId }) => entryId);
  return {
    'lines-add-up': payouts
      .filter((payout) => givenOf(payout) - payout.charges !== payout.lines.reduce((sum, line) => sum + line.amount, 0n))
      .flatMap((payout) => payout.lines.map(({ entryId }) => entryId)),
    'exchanges-at-their-rate': payouts
      .filter((payout) => !isAtItsRate(payout))
      .flatMap((payout) => payout.lines.map(({ entryId }) => entryId)),
    'every-line-approved': failing((line) => entries.get(line.entryId)?.status !== 'approved' && !takesBack(line, entries)),
    'amounts-as-approved': failing(
      (line) =>
        (entries.get(line.entryId)?.amount !== line.amount && !takesBack(line, entries)) ||
        entries.get(line.entryId)?.partnerId !== line.partnerId,
    ),
    'partners-active': failing(({ partnerId }) => partners.get(partnerId)?.status !== 'active'),
    'no-high-risk': failing(({ partnerId }) => partners.get(partnerId)?.riskLevel === 'high'),
  };
}

/**
 * A line that takes back what an earlier payout has paid of an entry, because it was rejected after that: nobody approves it, and it
 * only ever lessens what is paid.
 */
function takesBack({ entryId, amount }: { entryId: string; amount: bigint }, entries: ReadonlyMap<string, KnownEntry>): boolean {
  const paid = entries.get(entryId)?.amount ?? 0n;
  return amount < 0n && paid > 0n && -amount <= paid;
}

/** A refusal names so many entries at most. */
const entriesNamed = 5000;

/** What follows from the findings of a whole run, added up. */
export class RunCheck {
  private readonly failures = new Map<string, number>(checks.map((check) => [check, 0]));
  private readonly entryIds = new Set<string>();

  add(findings: Partial<Findings>): void {
    for (const [check, failing] of Object.entries(findings)) {
      this.failures.set(check, (this.failures.get(check) ?? 0) + failing.length);
      for (const entryId of failing) if (this.entryIds.size < entriesNamed) this.entryIds.add(entryId);
    }
  }

  decision(): ClearanceDecision {
    const outcomes = checks.map((check) => ({ check, failing: this.failures.get(check) ?? 0 }));
    const shown = outcomes.map(({ check, failing }) => ({ check, outcome: failing === 0 ? 'passed' : `failed for ${failing} lines` }));
    const failed = outcomes.filter(({ failing }) => failing > 0);
    if (failed.length === 0) return { cleared: true, checks: shown };
    return { cleared: false, reason: failed.map(({ check }) => check).join(', '), entryIds: [...this.entryIds], checks: shown };
  }
}

/** What a payout takes of what was earned. */
const givenOf = ({ amount, exchange: by }: ClaimedPayout): bigint => (by ? BigInt(by.amount) : amount);

/** Whether what is paid is what was given, at the rate that goes with it. */
function isAtItsRate({ amount, currency, exchange: by }: ClaimedPayout): boolean {
  if (!by) return true;
  if (!isCurrency(by.currency) || !isCurrency(currency) || by.currency === currency) return false;
  try {
    return exchange(BigInt(by.amount), by.currency, currency, parseFraction(by.rate)) === amount;
  } catch (error) {
    if (error instanceof MoneyError) return false;
    throw error;
  }
}
