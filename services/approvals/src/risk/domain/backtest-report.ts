import type { riskBacktestReport } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import type { PlannedHit } from './assess.js';
import { isUnsure } from './replay.js';

/** The report of the contract. */
export type Report = typeof riskBacktestReport._output;
export interface Earned {
  currency: string;
  amount: bigint;
}
/** What is known of history beside the facts that rules judge. */
export interface Outcomes {
  /** What conversions earned, by conversion. */
  earned: ReadonlyMap<string, readonly Earned[]>;
  /** Conversions of the period that people resolved, by the last word on them. */
  resolved: ReadonlyMap<string, 'fraud' | 'clear'>;
}
export interface PartnerFinding {
  partnerId: string;
  judged: number;
  found: ReadonlyMap<string, PlannedHit>;
}
const most = 100;

/** Adds a rule's findings up. */
export function reportOf(findings: readonly PartnerFinding[], { earned, resolved }: Outcomes): Report {
  const all = findings.flatMap(({ partnerId, found }) => [...found.values()].map((hit) => ({ partnerId, hit })));
  const hits = all.filter(({ hit }) => !isUnsure(hit));
  const heldOf = (own: readonly { hit: PlannedHit }[]) =>
    sums(own.filter(({ hit }) => hit.holds).flatMap(({ hit }) => earned.get(hit.conversionId) ?? []));
  const count = (outcome: 'fraud' | 'clear') => hits.filter(({ hit }) => resolved.get(hit.conversionId) === outcome).length;
  const [fraud, clear] = [count('fraud'), count('clear')];
  const partners = findings.flatMap(({ partnerId, found }) => {
    const own = [...found.values()].map((hit) => ({ hit }));
    const hitCount = own.filter(({ hit }) => !isUnsure(hit)).length;
    return hitCount === 0 ? [] : [{ partnerId, hits: hitCount, moneyHeld: heldOf(own) }];
  });
  return {
    judged: findings.reduce((sum, { judged }) => sum + judged, 0),
    hits: hits.length,
    indeterminate: all.length - hits.length,
    held: all.filter(({ hit }) => hit.holds).length,
    moneyHeld: heldOf(all),
    resolved: { fraud, clear },
    precision: shareOf(fraud, fraud + clear),
    knownFraud: { all: [...resolved.values()].filter((outcome) => outcome === 'fraud').length, hit: fraud },
    partners: partners.sort((a, b) => b.hits - a.hits || (a.partnerId < b.partnerId ? -1 : 1)).slice(0, most),
    samples: hits
      .slice(0, most)
      .map(({ partnerId, hit: { conversionId, detail, evidence } }) => ({ conversionId, partnerId, detail, evidence: [...evidence] })),
  };
}

/** By currency, in its order. */
function sums(earned: readonly Earned[]): { currency: string; amount: number }[] {
  const totals = new Map<string, bigint>();
  for (const { currency, amount } of earned) totals.set(currency, (totals.get(currency) ?? 0n) + amount);
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, amount]) => ({ currency, amount: toWireAmount(amount) }));
}

/** A share as a decimal of four places, cut off; null of nothing. */
function shareOf(part: number, whole: number): string | null {
  if (whole === 0) return null;
  const scaled = (BigInt(part) * 10_000n) / BigInt(whole);
  return `${scaled / 10_000n}.${String(scaled % 10_000n).padStart(4, '0')}`;
}
