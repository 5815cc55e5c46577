import { setPartnerManager, setPartnerParent, setPartnerTier } from '@tributary/contracts';
import { type CommandRequest, command, created, type Reply, reject } from '@tributary/service-kit';
import type { Setting } from './domain/changes.js';
import { makesCycle } from './domain/parents.js';
import type { Partner } from './domain/partner.js';
import { partnerChanged } from './partner-view.js';
import type { ChangeParts } from './tag-partner.js';

export const setPartnerTierRoute = (parts: ChangeParts) =>
  command(setPartnerTier, async (request) => {
    const partner = await parts.partners.lock(request.tx, request.params.partnerId);
    return partner ? set(parts, request, partner, 'tier', request.body) : reject('not-found');
  });

export const setPartnerManagerRoute = (parts: ChangeParts) =>
  command(setPartnerManager, async (request) => {
    const partner = await parts.partners.lock(request.tx, request.params.partnerId);
    return partner ? set(parts, request, partner, 'manager', request.body) : reject('not-found');
  });

/** One change of parents at a time: each of two could be without a cycle, and both together make one. */
export const setPartnerParentRoute = (parts: ChangeParts) =>
  command(setPartnerParent, async (request) => {
    const { params, body, tx, now } = request;
    const { partners } = parts;
    await partners.lockParents(tx);
    const partner = await partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    const refused = (code: 'parent-unknown' | 'parent-makes-a-cycle') => reject(code, { errors: [{ pointer: '/value', rule: code }] });
    if (body.value !== null) {
      if (!(await partners.sees(tx, body.value))) return refused('parent-unknown');
      const from = body.effectiveFrom ? new Date(body.effectiveFrom) : now;
      if (makesCycle(partner.id, body.value, from, await partners.parentsAbove(tx, body.value))) return refused('parent-makes-a-cycle');
    }
    return set(parts, request, partner, 'parent', body);
  });

async function set(
  { partners, outbox, keys }: ChangeParts,
  { tx, now, context }: Pick<CommandRequest, 'tx' | 'now' | 'context'>,
  partner: Partner,
  setting: Setting,
  { value, effectiveFrom }: { value: string | null; effectiveFrom?: string | undefined },
): Promise<Reply> {
  const from = effectiveFrom ? new Date(effectiveFrom) : now;
  const said = { change: setting, value, effectiveFrom: from, recordedAt: now, recordedBy: context.actorId };
  const changed = await partners.append(tx, partner, said);
  await outbox.append(tx, context, [partnerChanged(changed, keys, now)]);
  return created({ partnerId: partner.id, value, effectiveFrom: from.toISOString(), recordedAt: now.toISOString() });
}
