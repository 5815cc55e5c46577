import { getApproval, listApprovals } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, reject } from '@tributary/service-kit';
import type { ApprovalStore } from './approval-store.js';
import { approvalView } from './approval-view.js';

export const listApprovalsRoute = (approvals: ApprovalStore) =>
  query(listApprovals, async ({ query: { limit, cursor, ...filter }, scope }) => {
    const found = await approvals.list(scope, filter, limit + 1, decodeIdCursor(cursor));
    return ok(page(found.map(approvalView), limit, (approval) => approval.id));
  });

export const getApprovalRoute = (approvals: ApprovalStore) =>
  query(getApproval, async ({ params, scope }) => {
    const approval = await approvals.find(scope, params.approvalId);
    return approval ? ok(approvalView(approval)) : reject('not-found');
  });
