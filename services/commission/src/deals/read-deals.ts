import { getDeal, listDeals, listDealVersions } from '@tributary/contracts';
import { versionInForce } from '@tributary/engine';
import { type Database, decodeCursor, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { z } from 'zod';
import type { DealReader } from './deal-reader.js';
import { latestVersions } from './deal-store.js';
import { viewAmong } from './deal-view.js';
import { latestOf } from './domain/deal.js';

/**
 * The version in force at `asOf` (default: now) as known at `knownAt`. A deal that is not in force now (a draft, or one that starts
 * later) shows its latest version, unless a time was asked for. The ETag is always the latest version: the one to amend.
 */
export const getDealRoute = (deals: DealReader): Route =>
  query(getDeal, async ({ params, query: { asOf, knownAt }, scope, now }) => {
    const versions = await deals.versionsOf(scope, params.dealId);
    if (versions.length === 0) return reject('not-found');
    const latest = latestOf(versions);
    const inForce = versionInForce(versions, asOf ?? now.toISOString(), knownAt);
    const shown =
      versions.find((version) => version.version === inForce?.version) ??
      (asOf === undefined && knownAt === undefined ? latest : undefined);
    if (shown === undefined) return reject('not-found', { detail: 'No version of the deal was in force then, as far as was known.' });
    const known = knownAt === undefined ? versions : versions.filter(({ recordedAt }) => recordedAt <= new Date(knownAt).toISOString());
    return ok(viewAmong(known, asOf ?? now.toISOString())(shown), { etag: String(latest.version) });
  });

export const listDealVersionsRoute = (deals: DealReader): Route =>
  query(listDealVersions, async ({ params, query: { limit, cursor }, scope, now }) => {
    const versions = await deals.versionsOf(scope, params.dealId);
    if (versions.length === 0) return reject('not-found');
    const after = decodeCursor(cursor, z.int()) ?? 0;
    const rest = versions.filter(({ version }) => version > after).slice(0, limit + 1);
    return ok(page(rest, limit, ({ version }) => version, viewAmong(versions, now.toISOString())));
  });

export const listDealsRoute = (db: Database): Route =>
  query(listDeals, async ({ query: { partnerId, brandId, limit, cursor }, scope, now }) => {
    const before = decodeIdCursor(cursor);
    const deals = await db.tx(scope, (tx) => latestVersions(tx, { partnerId, brandId, before, limit: limit + 1 }));
    return ok(page(deals, limit, ({ dealId }) => dealId, viewAmong([], now.toISOString())));
  });
