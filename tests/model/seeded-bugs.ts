import type { Fault } from './payouts-records.js';

/** A mistake that somebody could make: `find` stands in the file exactly once. */
export interface SeededBug {
  what: string;
  file: string;
  find: string;
  replace: string;
}
const bug = (what: string, file: string, find: string, replace: string): SeededBug => ({ what, file, find, replace });

const review = 'approvals/src/review/domain';
const payouts = 'payouts/src';

/** In the pure functions. */
export const seededBugs: readonly SeededBug[] = [
  bug('who made it approves it', `${review}/approval.ts`, 'person !== undefined && others.includes(person)', 'person === undefined'),
  bug('the second stage is skipped', `${review}/approval.ts`, 'standing.passed.length + 1 < stagesOf(approval.needs).length', 'false'),
  bug('anybody decides for finance', `${review}/approval.ts`, "=== 'finance' && !decider.mayDecideAboveThreshold", "=== 'nobody'"),
  bug('approved on another content', `${review}/approval.ts`, 'contentHash !== undefined && contentHash !== standing.contentHash', 'false'),
  bug(
    'a decision that is final is taken again',
    `${review}/approval.ts`,
    "approval.status === 'approved' || approval.status === 'rejected'",
    "approval.status === 'approved'",
  ),
  bug(
    'past a hit without a reason',
    `${review}/approval.ts`,
    "verdict !== 'approve' || hits.some(({ cleared }) => !cleared)",
    "verdict !== 'approve'",
  ),
  bug('a hit spares what was approved', `${review}/hold.ts`, "|| (status === 'approved' && amount > 0n)", ''),
  bug('a commission arrives past a hit', `${review}/hold.ts`, '!answeredFor.includes(entry.partnerId)', 'answeredFor.length > 9'),
  bug(
    'another currency is compared with limits',
    'approvals/src/shared/routing/domain/table.ts',
    "(outcome === 'auto' || outcome === 'manager')",
    'false',
  ),
  bug('cleared though a line is held', 'approvals/src/clearance/domain/check-run.ts', "?.status !== 'approved'", "?.status === 'rejected'"),
  bug(
    'cleared though the partner is suspended',
    'approvals/src/clearance/domain/check-run.ts',
    "?.status !== 'active'",
    "?.status === 'gone'",
  ),
  bug('the holding period does not count', `${payouts}/entries/domain/derive-bucket.ts`, 'entry.maturesAt <= now', 'true'),
  bug('an instant too late', `${payouts}/entries/domain/derive-bucket.ts`, 'entry.maturesAt <= now', 'entry.maturesAt < now'),
  bug('a hold is ignored', `${payouts}/entries/domain/derive-bucket.ts`, "if (entry.decisionState === 'held') return 'held';", ''),
  bug(
    'a refund lies beside what it is not of',
    `${payouts}/entries/domain/derive-bucket.ts`,
    'if (original.runId === null) return deriveBucket(original, undefined, now);',
    '',
  ),
  bug(
    'what was paid is not taken back',
    `${payouts}/entries/domain/derive-bucket.ts`,
    'return target - (entry.amount + entry.corrected);',
    'return 0n;',
  ),
  bug('it is taken back again and again', `${payouts}/entries/domain/derive-bucket.ts`, '(entry.amount + entry.corrected)', 'entry.amount'),
  bug(
    'a refund of what was rejected is taken off',
    `${payouts}/entries/domain/derive-bucket.ts`,
    '(isReversal(entry) && original !== undefined && ended(original))',
    'false',
  ),
  bug('the clawback window is on its head', `${payouts}/entries/domain/clawback-window.ts`, 'occurredAt > until', 'occurredAt <= until'),
  bug(
    'a move that has the key of another',
    `${payouts}/entries/domain/place-entry.ts`,
    'move(entry, from, to, entry.version + 1,',
    'move(entry, from, to, 1,',
  ),
  bug(
    'the fee is lost',
    `${payouts}/ledger/domain/posting.ts`,
    'amount: -sign * BigInt(charge.amount)',
    'amount: 0n * BigInt(charge.amount)',
  ),
  bug(
    'a return leaves the money disbursed',
    `${payouts}/ledger/domain/posting.ts`,
    ", ...transfer('brand-funds', 'disbursed', payout.amount)]",
    ']',
  ),
  bug(
    'a settlement from the wrong account',
    `${payouts}/ledger/domain/posting.ts`,
    "transfer('in-payout', 'paid', payout.amount)",
    "transfer('payable', 'paid', payout.amount)",
  ),
  bug(
    'what is taken back adds to what was earned',
    `${payouts}/ledger/domain/balance-terms.ts`,
    'reversed: terms.reversed + amount',
    'reversed: terms.reversed - amount',
  ),
  bug(
    'a settled payout fails after all',
    `${payouts}/payouts/domain/payout-state.ts`,
    "failed: 'a settled payout is reported as failed', returned: ['returned']",
    "failed: ['failed'], returned: ['returned']",
  ),
  bug(
    'a return is not heard',
    `${payouts}/payouts/domain/payout-state.ts`,
    "failed: 'a settled payout is reported as failed', returned: ['returned']",
    "failed: 'a settled payout is reported as failed', returned: []",
  ),
  bug(
    'a repeated report is a new step',
    `${payouts}/payouts/domain/payout-state.ts`,
    'submitted: { submitted: [],',
    "submitted: { submitted: ['submitted'],",
  ),
  bug(
    'no answer is a refusal',
    `${payouts}/payouts/domain/rail-reports.ts`,
    "answer.outcome === 'rejected' ? 'failed' : 'unknown'",
    "'failed'",
  ),
  bug('nothing is paid out', `${payouts}/runs/domain/split-groups.ts`, "if (group.amount === 0n) return { leftOut: 'nothing-due' };", ''),
  bug(
    'an account is paid while it cools',
    `${payouts}/runs/domain/split-groups.ts`,
    'method.usableFrom <= now',
    'method.usableFrom !== now',
  ),
  bug(
    'an account that nobody has verified is paid',
    `${payouts}/runs/domain/split-groups.ts`,
    'filter(({ method }) => method.verified)',
    'filter(() => true)',
  ),
  bug(
    'a rail carries what it cannot',
    `${payouts}/runs/domain/split-groups.ts`,
    '&& carries(name, payIn(method).exchangeTo ?? group.currency)',
    '',
  ),
  bug('who is suspended is paid', `${payouts}/runs/domain/split-groups.ts`, "partner.status !== 'active'", "partner.status === 'gone'"),
  bug('the minimum itself is too little', `${payouts}/runs/domain/withdrawal-fee.ts`, 'amount >= automaticFrom', 'amount > automaticFrom'),
  bug('what is waived is charged', `${payouts}/runs/domain/withdrawal-fee.ts`, 'charged: fee - waived', 'charged: fee'),
  bug('the account is not in the content', `${payouts}/runs/domain/content-text.ts`, '    payout.accountHmac,\n', ''),
  bug('a run is approved twice', `${payouts}/runs/domain/run-state.ts`, "status === 'draft' ? null", "status !== 'completed' ? null"),
  bug(
    'finance alone approves what is large',
    `${payouts}/routing/domain/route-payout.ts`,
    "outcome === 'manager-and-finance' ? ['manager', 'finance'] : [outcome]",
    "['finance']",
  ),
  bug(
    'a run on its way is given up',
    `${payouts}/runs/domain/run-state.ts`,
    "status === 'sealed' || status === 'cleared' ? null",
    "status === 'sealed' || status === 'cleared' || status === 'submitting' ? null",
  ),
];

/** Around them. */
export const faults: readonly Fault[] = [
  'claim-without-guard',
  'pending-reversal-ignored',
  'builder-approves',
  'enterer-approves',
  'same-person-for-both-stages',
  'new-key-on-retry',
  'content-not-compared',
  'posting-twice',
  'older-decision-wins',
  'recall-ignored',
  'last-gate-skipped',
  'clearance-of-other-content',
  'cooling-ignored',
  'return-leaves-account-verified',
];
