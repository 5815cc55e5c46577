import { createHash } from 'node:crypto';
import type { PayoutCharge, RunStage } from '@tributary/contracts';
import type { PlaceableEntry } from '../../services/payouts/src/entries/domain/place-entry.js';
import { type BalanceTerms, noBalance } from '../../services/payouts/src/ledger/domain/balance-terms.js';
import type { PayoutReport, PayoutStatus } from '../../services/payouts/src/payouts/domain/payout-state.js';
import type { RunStatus } from '../../services/payouts/src/runs/domain/run-state.js';
import type { ClaimedGroup, UsableMethod } from '../../services/payouts/src/runs/domain/split-groups.js';
import type { ForcedTerms } from '../../services/payouts/src/runs/domain/withdrawal-fee.js';
import type { Moved } from './rail-double.js';

export interface Entry extends PlaceableEntry {
  payoutId: string | null;
}
export interface Method extends UsableMethod {
  createdBy: string;
  createdAt: Date;
  frozen: boolean;
  /** When a bank sent something back from there last. */
  returnedAt: Date | null;
}
export interface Payout {
  id: string;
  runId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  amount: bigint;
  charges: readonly PayoutCharge[];
  rail: string;
  railKey: string;
  accountHmac: string;
  methodId: string;
  linesHash: string;
  lines: readonly { itemId: string; entryId: string; amount: bigint }[];
  status: PayoutStatus;
  attempted: boolean;
  settledAt: Date | null;
  /** Every state that it has been in. */
  history: PayoutStatus[];
}
export interface Run {
  id: string;
  status: RunStatus;
  builtBy: string;
  /** Who approves it, in order, and who has. */
  stages: readonly RunStage[];
  passed: { stage: RunStage; by: string }[];
  asked: boolean;
  contentHash: string;
  clearedHash: string | null;
}
export interface Order {
  builtBy: string;
  currency: string | null;
  minimum: bigint | null;
  include: readonly string[] | null;
  exclude: readonly string[];
  withdrawal: { forced: ForcedTerms | null; allowanceLeft: bigint } | null;
}
/** Mistakes that somebody could make outside of the pure functions. */
export type Fault =
  | 'claim-without-guard'
  | 'pending-reversal-ignored'
  | 'builder-approves'
  | 'enterer-approves'
  | 'same-person-for-both-stages'
  | 'new-key-on-retry'
  | 'content-not-compared'
  | 'posting-twice'
  | 'older-decision-wins'
  | 'recall-ignored'
  | 'cooling-ignored'
  | 'return-leaves-account-verified'
  | 'last-gate-skipped'
  | 'clearance-of-other-content';
export type Dies = 'before-the-call' | 'after-the-answer' | null;

export const weekMs = 7 * 86_400_000;
export const brand = { currency: 'EUR', minimumPayout: 100n, rails: ['bank-file', 'paypal'] };
export const financeThreshold = 60_000n;
export const clawback = { days: 2, timeZone: 'UTC' };

export const accountOf = ({ partnerId, currency }: { partnerId: string; currency: string }): string => `${partnerId} ${currency}`;
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
export const failed = ({ id }: Payout): PayoutReport => ({ payoutId: id, outcome: 'failed', reference: null, reason: 'not sent' });

/** How records are told of when those of the service are held against these. */
export const paidAs = ({ id, status, amount, currency, methodId }: Pick<Payout, 'id' | 'status' | 'amount' | 'currency' | 'methodId'>) =>
  `${id} ${status} ${amount} ${currency} to ${methodId}`;
export const movedAs = ({ payoutId, railKey, amount, currency }: Moved): string => `${payoutId} as ${railKey} ${amount} ${currency}`;
export const balanceAs = (account: string, terms: BalanceTerms): string =>
  `${account}: ${Object.keys(noBalance).map((term) => `${term} ${terms[term as keyof BalanceTerms]}`)}`;

export function unknownEntry(id: string): Entry {
  const nothing = {
    adjusts: null,
    occurredAt: null,
    maturesAt: null,
    decidedAt: null,
    bucket: null,
    runId: null,
    payoutId: null,
    paidAt: null,
    clawback: null,
  };
  return {
    ...nothing,
    id,
    entryId: id,
    partnerId: '',
    brandId: 'b',
    currency: '',
    amount: 0n,
    accrued: false,
    forgiven: false,
    takenBack: false,
    decision: 0,
    decisionState: 'none',
    corrected: 0n,
    version: 0,
  };
}

export function groupsOf(entries: readonly Entry[]): { group: ClaimedGroup; items: Entry[] }[] {
  const groups = new Map<string, { group: ClaimedGroup; items: Entry[] }>();
  for (const entry of entries) {
    const { partnerId, brandId, currency } = entry;
    const known = groups.get(accountOf(entry)) ?? { group: { partnerId, brandId, currency, amount: 0n }, items: [] };
    known.group.amount += entry.amount;
    known.items.push(entry);
    groups.set(accountOf(entry), known);
  }
  return [...groups.values()];
}
