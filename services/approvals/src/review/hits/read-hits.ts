import { listRiskHits } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query } from '@tributary/service-kit';
import type { HitStore } from '../../shared/hit-store.js';
import { hitView } from './hit-view.js';

export const listRiskHitsRoute = (hits: HitStore) =>
  query(listRiskHits, async ({ query: { limit, cursor, ...filter }, scope }) => {
    const found = await hits.list(scope, filter, limit + 1, decodeIdCursor(cursor));
    return ok(page(found, limit, ({ id }) => id, hitView));
  });
