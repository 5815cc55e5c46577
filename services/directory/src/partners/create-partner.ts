import { createPartner, newId } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, created, type KeyRing, reject } from '@tributary/service-kit';
import type { PartnerChange } from './domain/changes.js';
import type { Partner } from './domain/partner.js';
import type { PartnerStore } from './partner-store.js';
import { partnerChanged, partnerView } from './partner-view.js';

export const createPartnerRoute = (partners: PartnerStore, outbox: Outbox, keys: KeyRing) =>
  command(createPartner, async ({ body, tx, now, context, scope }) => {
    if (body.parentId && !(await partners.lock(tx, body.parentId)))
      return reject('parent-unknown', { errors: [{ pointer: '/parentId', rule: 'parent-unknown' }] });
    const partner: Partner = {
      id: newId('partner'),
      name: body.name,
      email: body.email,
      contactChangedAt: null,
      country: body.country ?? null,
      type: body.type,
      externalId: body.externalId ?? null,
      status: 'active',
      riskLevel: body.riskLevel ?? 'low',
      attributes: body.attributes ?? {},
      originBrandIds: scope.brandIds === 'all' ? [] : scope.brandIds,
      changes: firstChanges(body.parentId, body.tags ?? [], now, context.actorId),
      sequence: 1,
      createdAt: now,
      erasedAt: null,
    };
    if (!(await partners.insert(tx, partner)))
      return reject('partner-external-id-taken', { errors: [{ pointer: '/externalId', rule: 'partner-external-id-taken' }] });
    await outbox.append(tx, context, [partnerChanged(partner, keys, now)]);
    return created(partnerView(partner, now));
  });

/** What is said of a partner at once holds from then on. */
function firstChanges(parentId: string | undefined, tags: readonly string[], now: Date, recordedBy: string): PartnerChange[] {
  const said = [
    ...(parentId === undefined ? [] : [{ change: 'parent' as const, value: parentId }]),
    ...[...new Set(tags)].map((tag) => ({ change: 'tag-set' as const, value: tag })),
  ];
  return said.map((one, index) => ({ number: index + 1, ...one, effectiveFrom: now, recordedAt: now, recordedBy }));
}
