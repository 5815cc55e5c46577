import type { Database, Route } from '@tributary/service-kit';
import { type CaseParts, caseRoutes } from './cases/case-routes.js';
import { createApprovalDelegationRoute, listApprovalDelegationsRoute, revokeApprovalDelegationRoute } from './delegations/delegate.js';
import type { DelegationStore } from './delegations/delegation-store.js';
import type { BatchStore } from './review/batches/batch-store.js';
import { decideApprovalBatchRoute } from './review/batches/decide-batch.js';
import { getApprovalBatchRoute, listApprovalBatchesRoute } from './review/batches/read-batches.js';
import { decideApprovalRoute } from './review/decide-approval.js';
import { listRiskHitsRoute } from './review/hits/read-hits.js';
import { type ReportParts, reportRiskHitRoute } from './review/hits/report-hit.js';
import type { ReviewParts } from './review/on-entry-accrued.consumer.js';
import { getApprovalRoute, listApprovalsRoute } from './review/read-approvals.js';
import { type BacktestRouteParts, backtestRoutes } from './risk/backtests/backtest-routes.js';
import { type BanRouteParts, banRoutes } from './risk/bans/ban-routes.js';
import { type RuleSetParts, ruleSetRoutes } from './risk/rule-sets/rule-set-routes.js';
import { recordRiskSignalRoute, type SignalParts } from './risk/signals/record-signal.js';
import { getRoutingTableRoute, listRoutingPoliciesRoute } from './routing/read-policies.js';
import { acceptRoutingPolicyRoute, createRoutingPolicyRoute } from './routing/write-policy.js';

type RouteParts = ReviewParts & { db: Database; batches: BatchStore; delegations: DelegationStore } & ReportParts &
  RuleSetParts &
  SignalParts &
  CaseParts &
  BanRouteParts &
  BacktestRouteParts;

/** Everything approvals answers. */
export const routes = (parts: RouteParts): Route[] => [
  listApprovalsRoute(parts.approvals),
  getApprovalRoute(parts.approvals),
  decideApprovalRoute(parts),
  decideApprovalBatchRoute(parts),
  getApprovalBatchRoute(parts.batches),
  listApprovalBatchesRoute(parts.batches),
  createApprovalDelegationRoute(parts),
  revokeApprovalDelegationRoute(parts),
  listApprovalDelegationsRoute(parts),
  reportRiskHitRoute(parts),
  listRiskHitsRoute(parts.hits),
  createRoutingPolicyRoute(parts),
  acceptRoutingPolicyRoute(parts),
  listRoutingPoliciesRoute(parts),
  getRoutingTableRoute(parts),
  ...ruleSetRoutes(parts),
  recordRiskSignalRoute(parts),
  ...caseRoutes(parts),
  ...banRoutes(parts),
  ...backtestRoutes(parts),
];
