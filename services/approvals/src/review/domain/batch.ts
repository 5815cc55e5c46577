import type { RejectionCode } from '@tributary/contracts';
import { type Approval, type Decider, decide, type RiskHit, type Standing, type Wish } from './approval.js';

export type ExceptionCode = 'risk-hit' | 'held' | RejectionCode;

/** What a batch knows of an approval that it was asked to decide on. */
export interface BatchItem {
  approvalId: string;
  /** What the decider has seen, when he says so. */
  contentHash?: string | undefined;
  /** Undefined: there is no such approval to be seen. */
  approval?: Approval | undefined;
  hits: readonly RiskHit[];
  standing?: Standing | undefined;
}
export interface BatchRow {
  approvalId: string;
  outcome: 'decided' | 'stage-passed' | 'exception';
  code: ExceptionCode | null;
  amount: bigint | null;
  currency: string | null;
  /** How many decisions the approval has seen. */
  decisions: number;
}

/**
 * Decides on each by itself: what one lacks keeps no other back. Approving many at once never answers a doubt: what a risk hit holds,
 * or a person has held, stays for somebody who looks at just that.
 */
export function decideEach(
  items: readonly BatchItem[],
  wish: Omit<Wish, 'contentHash'>,
  decider: Decider,
  now: Date,
): { rows: BatchRow[]; accepted: Approval[] } {
  const accepted: Approval[] = [];
  const rows = items.map((item): BatchRow => {
    const { approvalId, approval, standing } = item;
    if (!approval || !standing) return { approvalId, outcome: 'exception', code: 'not-found', amount: null, currency: null, decisions: 0 };
    const row = { approvalId, amount: approval.amount, currency: approval.currency };
    const doubt = wish.verdict === 'approve' ? doubtOn(approval, item.hits) : undefined;
    if (doubt !== undefined) return { ...row, outcome: 'exception', code: doubt, decisions: approval.decisions };
    const decision = decide(approval, { ...wish, contentHash: item.contentHash }, decider, now, item.hits, standing);
    if ('rejected' in decision) return { ...row, outcome: 'exception', code: decision.rejected, decisions: approval.decisions };
    accepted.push(decision.accepted);
    const outcome = decision.accepted.status === 'waiting' ? 'stage-passed' : 'decided';
    return { ...row, outcome, code: null, decisions: decision.accepted.decisions };
  });
  return { rows, accepted };
}

/** One that passed a stage in spite of a hit is in doubt still: the next stage looks at it too. */
function doubtOn({ status }: Approval, hits: readonly RiskHit[]): ExceptionCode | undefined {
  if (status !== 'held' && status !== 'waiting') return undefined;
  if (hits.some(({ cleared }) => !cleared)) return 'risk-hit';
  return status === 'held' ? 'held' : undefined;
}

/** Sums of the lines that a batch has decided, by currency. */
export function totalsOf(rows: readonly BatchRow[]): { currency: string; amount: bigint }[] {
  const sums = new Map<string, bigint>();
  for (const { outcome, amount, currency } of rows)
    if (outcome === 'decided' && amount !== null && currency !== null) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, amount]) => ({ currency, amount }));
}
