import type { PayoutExchange } from '@tributary/contracts';
import { exchange, isCurrency, MoneyError, parseFraction } from '@tributary/money';
import type { ApprovalStatus, RiskLevel } from '../../review/domain/approval.js';

export interface ClaimedPayout {
  payoutId: string;
  partnerId: string;
  amount: bigint;
  /** What fees, taxes and the like add to the lines, mostly below zero; absent: nothing. */
  charges?: bigint;
  currency?: string;
  /** When it is paid in another currency than was earned: what the lines and charges come to, and the rate. */
  exchange?: PayoutExchange | null;
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

/** The last look before money goes out: every line approved and of its amount, sums right, nobody suspended or of high risk. */
export function checkRun(
  payouts: readonly ClaimedPayout[],
  entries: ReadonlyMap<string, KnownEntry>,
  partners: ReadonlyMap<string, KnownPartner>,
): ClearanceDecision {
  const lines = payouts.flatMap((payout) => payout.lines.map((line) => ({ ...line, partnerId: payout.partnerId })));
  const findings = [
    {
      check: 'lines-add-up',
      failing: payouts
        .filter((payout) => givenOf(payout) - (payout.charges ?? 0n) !== payout.lines.reduce((sum, line) => sum + line.amount, 0n))
        .flatMap((payout) => payout.lines),
    },
    { check: 'exchanges-at-their-rate', failing: payouts.filter((payout) => !isAtItsRate(payout)).flatMap((payout) => payout.lines) },
    { check: 'every-line-approved', failing: lines.filter((line) => entries.get(line.entryId)?.status !== 'approved') },
    {
      check: 'amounts-as-approved',
      failing: lines.filter(
        (line) => entries.get(line.entryId)?.amount !== line.amount || entries.get(line.entryId)?.partnerId !== line.partnerId,
      ),
    },
    { check: 'no-entry-twice', failing: repeated(lines) },
    { check: 'partners-active', failing: lines.filter((line) => partners.get(line.partnerId)?.status !== 'active') },
    { check: 'no-high-risk', failing: lines.filter((line) => partners.get(line.partnerId)?.riskLevel === 'high') },
  ];
  const checks = findings.map(({ check, failing }) => ({
    check,
    outcome: failing.length === 0 ? 'passed' : `failed for ${failing.length} lines`,
  }));
  const failed = findings.filter(({ failing }) => failing.length > 0);
  if (failed.length === 0) return { cleared: true, checks };
  const entryIds = [...new Set(failed.flatMap(({ failing }) => failing.map((line) => line.entryId)))];
  return { cleared: false, reason: failed.map(({ check }) => check).join(', '), entryIds, checks };
}

function repeated<T extends { entryId: string }>(lines: readonly T[]): T[] {
  const seen = new Set<string>();
  return lines.filter((line) => seen.size === seen.add(line.entryId).size);
}

/** What a payout takes of what was earned. */
const givenOf = ({ amount, exchange: by }: ClaimedPayout): bigint => (by ? BigInt(by.amount) : amount);

/** Whether what is paid is what was given, at the rate that goes with it. */
function isAtItsRate({ amount, currency = '', exchange: by }: ClaimedPayout): boolean {
  if (!by) return true;
  if (!isCurrency(by.currency) || !isCurrency(currency) || by.currency === currency) return false;
  try {
    return exchange(BigInt(by.amount), by.currency, currency, parseFraction(by.rate)) === amount;
  } catch (error) {
    if (error instanceof MoneyError) return false;
    throw error;
  }
}
