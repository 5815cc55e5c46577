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
  query(getRoutingTable, async ({ params: { brandId }, query: { asOf }, scope, now }) => {
    const table = await parts.db.tx(scope, async (tx) => {
      const limits = await parts.profiles.limits(tx, [brandId]);
      return (await tablesOf(parts.routing, tx, limits, asOf === undefined ? now : new Date(asOf))).get(brandId);
    });
    return table ? ok({ brandId, policyVersion: table.policyVersion, rows: table.rows.map(wireRow) }) : reject('not-found');
  });
