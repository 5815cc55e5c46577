import { getApprovalBatch, listApprovalBatches } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, reject } from '@tributary/service-kit';
import type { BatchStore } from './batch-store.js';
import { batchSummary, batchView } from './batch-view.js';

export const getApprovalBatchRoute = (batches: BatchStore) =>
  query(getApprovalBatch, async ({ params, scope }) => {
    const batch = await batches.find(scope, params.batchId);
    return batch ? ok(batchView(batch)) : reject('not-found');
  });

export const listApprovalBatchesRoute = (batches: BatchStore) =>
  query(listApprovalBatches, async ({ query: { brandId, limit, cursor }, scope }) => {
    const found = await batches.list(scope, brandId, limit + 1, decodeIdCursor(cursor));
    return ok(page(found, limit, ({ id }) => id, batchSummary));
  });
