import { patchDeal, patchDealVersion, replaceDeal, replaceDealVersion } from '@tributary/contracts';
import { type Database, query, type Route, reject } from '@tributary/service-kit';
import { versionsOfDeal } from './deal-store.js';

/** A version is never changed in place, by anybody: only an amendment supersedes it. What a caller may not see is not found. */
export const refuseChangeRoutes = (db: Database): Route[] =>
  [replaceDeal, patchDeal, replaceDealVersion, patchDealVersion].map((contract) =>
    query(contract, async ({ params, scope }) => {
      const { dealId, version } = params as { dealId: string; version?: number };
      const versions = await db.tx(scope, (tx) => versionsOfDeal(tx, dealId));
      const exists = version === undefined ? versions.length > 0 : versions.some((one) => one.version === version);
      return reject(exists ? 'deal-version-immutable' : 'not-found');
    }),
  );
