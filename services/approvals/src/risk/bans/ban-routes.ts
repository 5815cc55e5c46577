import { decideNetworkBan, listNetworkBans, newId, proposeNetworkBan, setNetworkBanPolicy } from '@tributary/contracts';
import { command, created, decodeIdCursor, type Jobs, NotYetKnown, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { ProfileStore } from '../../shared/profile-store.js';
import type { BanStore, StoredBan } from '../ban-store.js';
import { spreadBanJobName } from './spread-ban.js';

export interface BanRouteParts {
  bans: BanStore;
  profiles: ProfileStore;
  jobs: Jobs;
}

const view = ({ sourceBanId: _, proposedAt, ...ban }: StoredBan) => ({
  ...ban,
  status: ban.liftedBy !== null ? ('lifted' as const) : ban.confirmedBy !== null ? ('active' as const) : ('proposed' as const),
  proposedAt: proposedAt.toISOString(),
});

const propose = ({ bans, profiles }: BanRouteParts): Route =>
  command(proposeNetworkBan, async ({ tx, body, principal, now }) => {
    if (!(await profiles.sharePolicies(tx, [body.brandId])).has(body.brandId)) throw new NotYetKnown('brand', body.brandId);
    if (!(await profiles.partners(tx, [body.partnerId])).has(body.partnerId)) throw new NotYetKnown('partner', body.partnerId);
    const from = { sourceBanId: null, sourceBrandId: null, proposedBy: principal.actorId, proposedAt: now };
    const ban = { id: newId('networkBan'), ...body, caseId: body.caseId ?? null, ...from };
    await bans.add(tx, ban);
    return created(view({ ...ban, confirmedBy: null, liftedBy: null }));
  });

/** Confirmed, it counts for all that is told from then on; what was told before is looked through by a job. */
const decide = ({ bans, jobs }: BanRouteParts): Route =>
  command(decideNetworkBan, async ({ tx, params: { banId }, body: { decision, reason }, principal, now }) => {
    await bans.lockBans(tx);
    const ban = await bans.find(tx, banId);
    if (!ban) return reject('not-found');
    const isConfirm = decision === 'confirm';
    if (ban.liftedBy !== null || isConfirm === (ban.confirmedBy !== null)) return reject('ban-state-forbids');
    if (ban.proposedBy === principal.actorId) return reject('four-eyes');
    const { brandId, proposedBy } = ban;
    await bans.decide(tx, { banId, action: decision, brandId, proposedBy, decidedBy: principal.actorId, reason, decidedAt: now });
    if (isConfirm) await jobs.enqueue(tx, spreadBanJobName, { banId });
    return ok(view({ ...ban, [isConfirm ? 'confirmedBy' : 'liftedBy']: principal.actorId }));
  });

const list = ({ bans }: BanRouteParts): Route =>
  query(listNetworkBans, async ({ query: { limit, cursor, ...filter }, scope }) => {
    const found = await bans.list(scope, filter, limit + 1, decodeIdCursor(cursor));
    return ok(page(found, limit, ({ id }) => id, view));
  });

const setPolicy = ({ bans, profiles }: BanRouteParts): Route =>
  command(setNetworkBanPolicy, async ({ tx, params: { brandId }, body: { onBan }, principal, now }) => {
    await bans.lockBans(tx);
    if (!(await profiles.sharePolicies(tx, [brandId])).has(brandId)) throw new NotYetKnown('brand', brandId);
    const policy = { brandId, onBan, writtenBy: principal.actorId, writtenAt: now };
    const version = await bans.setPolicy(tx, policy);
    return created({ ...policy, version, writtenAt: now.toISOString() });
  });

/** Bans of partners, and what brands make of other brands' bans. */
export const banRoutes = (parts: BanRouteParts): Route[] => [propose(parts), decide(parts), list(parts), setPolicy(parts)];
