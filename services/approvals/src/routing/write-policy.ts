import { createHash } from 'node:crypto';
import { acceptRoutingPolicy, canonicalJson, createRoutingPolicy, partnerChanged } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, created, NotYetKnown, ok, reject } from '@tributary/service-kit';
import type { HitStore } from '../shared/hit-store.js';
import type { ProfileStore } from '../shared/profile-store.js';
import { checkPayoutTable, checkTable } from '../shared/routing/domain/check-table.js';
import type { RoutingRow } from '../shared/routing/domain/table.js';
import type { RoutingStore } from '../shared/routing/routing-store.js';
import { acceptedEvent, policyView } from './policy-view.js';

export interface RoutingParts {
  routing: RoutingStore;
  hits: HitStore;
  profiles: ProfileStore;
  outbox: Outbox;
}

const { status, riskLevel } = partnerChanged.schema.shape;

/** Writes the next version of a brand's table. It counts for nothing until it is accepted. */
export const createRoutingPolicyRoute = ({ routing, hits, profiles }: RoutingParts) =>
  command(createRoutingPolicy, async ({ tx, params: { brandId }, body, principal, now }) => {
    await hits.lockBrands(tx, [brandId]);
    const limits = (await profiles.sharePolicies(tx, [brandId])).get(brandId);
    if (!limits) throw new NotYetKnown('brand', brandId);
    const rows = body.rows as RoutingRow[];
    const bounds = { brandId, brandCurrency: limits.currency, statuses: status.options, riskLevels: riskLevel.options };
    const errors = body.appliesTo === 'payouts' ? checkPayoutTable(rows, bounds) : checkTable(rows, bounds);
    if (errors.length > 0) return reject('routing-table-invalid', { errors });
    const policy = {
      brandId,
      appliesTo: body.appliesTo,
      version: (await routing.lastVersion(tx, brandId)) + 1,
      effectiveFrom: body.effectiveFrom === undefined ? now : new Date(body.effectiveFrom),
      rows,
      reason: body.reason,
      documentHash: createHash('sha256').update(canonicalJson(rows)).digest('hex'),
      authorId: principal.actorId,
      recordedAt: now,
      acceptedBy: null,
      acceptedAt: null,
    };
    await routing.insert(tx, policy);
    return created(policyView(policy));
  });

/** Another person than the author puts a version into force: entries that arrive from its instant on are routed by it. */
export const acceptRoutingPolicyRoute = ({ routing, hits, outbox }: RoutingParts) =>
  command(acceptRoutingPolicy, async ({ tx, params: { brandId, version }, principal, now, context }) => {
    // Entries of the brand are routed before or after, never across it.
    await hits.lockBrands(tx, [brandId]);
    const policy = await routing.find(tx, brandId, version);
    if (!policy) return reject('not-found');
    if (policy.acceptedBy !== null) return reject('routing-policy-already-accepted');
    if ((await routing.lastAccepted(tx, brandId, policy.appliesTo)) > version) return reject('routing-policy-superseded');
    if (policy.authorId === principal.actorId) return reject('four-eyes');
    const accepted = { ...policy, acceptedBy: principal.actorId, acceptedAt: now };
    await routing.accept(tx, accepted);
    await outbox.append(tx, context, [acceptedEvent(accepted)]);
    return ok(policyView(accepted));
  });
