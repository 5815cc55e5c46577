import type { Route } from '@tributary/service-kit';
import { type CaseParts, caseRoutes } from './cases/case-routes.js';
import { decideApprovalRoute } from './review/decide-approval.js';
import { listRiskHitsRoute } from './review/hits/read-hits.js';
import { type ReportParts, reportRiskHitRoute } from './review/hits/report-hit.js';
import type { ReviewParts } from './review/on-entry-accrued.consumer.js';
import { getApprovalRoute, listApprovalsRoute } from './review/read-approvals.js';
import { type BacktestRouteParts, backtestRoutes } from './risk/backtests/backtest-routes.js';
import { type BanRouteParts, banRoutes } from './risk/bans/ban-routes.js';
import { type RuleSetParts, ruleSetRoutes } from './risk/rule-sets/rule-set-routes.js';
import { recordRiskSignalRoute, type SignalParts } from './risk/signals/record-signal.js';

/** Everything approvals answers. */
export const routes = (
  parts: ReviewParts & ReportParts & RuleSetParts & SignalParts & CaseParts & BanRouteParts & BacktestRouteParts,
): Route[] => [
  listApprovalsRoute(parts.approvals),
  getApprovalRoute(parts.approvals),
  decideApprovalRoute(parts),
  reportRiskHitRoute(parts),
  listRiskHitsRoute(parts.hits),
  ...ruleSetRoutes(parts),
  recordRiskSignalRoute(parts),
  ...caseRoutes(parts),
  ...banRoutes(parts),
  ...backtestRoutes(parts),
];
