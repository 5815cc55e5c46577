import { getRoutingTable, listRoutingPolicies } from '@tributary/contracts';
import { type Database, decodeCursor, ok, page, query, reject } from '@tributary/service-kit';
import { z } from 'zod';
import type { ProfileStore } from '../shared/profile-store.js';
import type { RoutingStore } from '../shared/routing/routing-store.js';
import { tablesOf } from '../shared/routing/tables.js';
import { policyView, wireRow } from './policy-view.js';

export const listRoutingPoliciesRoute = ({ routing }: { routing: RoutingStore }) =>
  query(listRoutingPolicies, async ({ params: { brandId }, query: { limit, cursor }, scope }) => {
    const found = await routing.list(scope, brandId, limit + 1, decodeCursor(cursor, z.int()));
    return ok(page(found, limit, ({ version }) => version, policyView));
  });

export const getRoutingTableRoute = (parts: { db: Database; routing: RoutingStore; profiles: ProfileStore }) =>
  query(getRoutingTable, async ({ params: { brandId }, query: { asOf, appliesTo }, scope, now }) => {
    const table = await parts.db.tx(scope, async (tx) => {
      const limits = await parts.profiles.limits(tx, [brandId]);
      const at = asOf === undefined ? now : new Date(asOf);
      return (await tablesOf(parts.routing, tx, limits, at, appliesTo)).get(brandId);
    });
    return table ? ok({ brandId, appliesTo, policyVersion: table.policyVersion, rows: table.rows.map(wireRow) }) : reject('not-found');
  });
