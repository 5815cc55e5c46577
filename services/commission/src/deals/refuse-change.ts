import { deleteDeal, deleteDealVersion, patchDeal, patchDealVersion, replaceDeal, replaceDealVersion } from '@tributary/contracts';
import { query, type Route, reject } from '@tributary/service-kit';
import type { DealReader } from './deal-reader.js';

/** A version is never changed in place nor taken away, by anybody: only an amendment supersedes it. What a caller may not see is not found. */
export const refuseChangeRoutes = (deals: DealReader): Route[] =>
  [replaceDeal, patchDeal, deleteDeal, replaceDealVersion, patchDealVersion, deleteDealVersion].map((contract) =>
    query(contract, async ({ params, scope }) => {
      const { dealId, version } = params as { dealId: string; version?: number };
      const versions = await deals.versionsOf(scope, dealId);
      const exists = version === undefined ? versions.length > 0 : versions.some((one) => one.version === version);
      return reject(exists ? 'deal-version-immutable' : 'not-found');
    }),
  );
