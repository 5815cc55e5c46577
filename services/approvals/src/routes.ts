import type { Route } from '@tributary/service-kit';
import { decideApprovalRoute } from './review/decide-approval.js';
import { listRiskHitsRoute } from './review/hits/read-hits.js';
import { reportRiskHitRoute } from './review/hits/report-hit.js';
import type { ReviewParts } from './review/on-entry-accrued.consumer.js';
import { getApprovalRoute, listApprovalsRoute } from './review/read-approvals.js';

/** Everything approvals answers. */
export const routes = (parts: ReviewParts): Route[] => [
  listApprovalsRoute(parts.approvals),
  getApprovalRoute(parts.approvals),
  decideApprovalRoute(parts),
  reportRiskHitRoute(parts),
  listRiskHitsRoute(parts.hits),
];
