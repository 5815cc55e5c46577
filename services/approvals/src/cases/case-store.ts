import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { RiskHit } from '../review/domain/approval.js';
import type { StoredHit } from '../shared/hit-store.js';
import type { RiskCase } from './domain/risk-case.js';

export interface Step {
  number: number;
  action: 'opened' | 'hit' | 'assigned' | 'note' | 'escalated' | 'resolved';
  actorId: string;
  note: string | null;
  evidence: readonly string[];
  at: Date;
}
export type CaseWithCount = RiskCase & { hits: number };
export interface CaseInFull extends CaseWithCount {
  hitIds: string[];
  approvalIds: string[];
  history: Step[];
}
export interface CaseFilter {
  brandId?: string | undefined;
  partnerId?: string | undefined;
  status?: string | undefined;
}

/** Cases, and all that was done about them. */
export interface CaseStore {
  /** Puts new hits into the open cases of their partners and rules, opening those that are missing. Under the brands' locks. */
  attach(tx: Tx, hits: readonly StoredHit[], partners: ReadonlyMap<string, string>): Promise<void>;
  /** The brand of a case that the caller sees. */
  brandOf(tx: Tx, caseId: string): Promise<string | undefined>;
  /** Locked for the change that follows. */
  lock(tx: Tx, caseId: string): Promise<CaseWithCount | undefined>;
  save(tx: Tx, changed: RiskCase, step: Omit<Step, 'number'>): Promise<void>;
  hitsOf(tx: Tx, caseId: string): Promise<RiskHit[]>;
  /** The approvals that the hits of a case hold, and which of them hits of other cases that nobody cleared hold too. */
  heldBy(tx: Tx, caseId: string): Promise<Map<string, { heldOtherwise: boolean }>>;
  /** Past their deadline, not resolved, not escalated; locked. */
  lockOverdue(tx: Tx, now: Date, limit: number): Promise<CaseWithCount[]>;
  find(scope: Scope, caseId: string): Promise<CaseInFull | undefined>;
  /** Newest first. */
  list(scope: Scope, filter: CaseFilter, limit: number, before?: string): Promise<CaseWithCount[]>;
}
