import { addPartnerTag, removePartnerTag } from '@tributary/contracts';
import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import { command, created, type KeyRing, ok, reject } from '@tributary/service-kit';
import type { Partner } from './domain/partner.js';
import { endTag, setTag, type TagSpan } from './domain/tags.js';
import type { PartnerStore } from './partner-store.js';
import { partnerChanged, tagView } from './partner-view.js';

export interface TagParts {
  partners: PartnerStore;
  outbox: Outbox;
  keys: KeyRing;
}

export const addPartnerTagRoute = (parts: TagParts) =>
  command(addPartnerTag, async ({ params, body, tx, now, context }) => {
    const partner = await parts.partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    const span = setTag(partner.tags, body.tag, body.effectiveFrom ? new Date(body.effectiveFrom) : now);
    await save(parts, { tx, context, now }, partner, span);
    return created(tagView(partner.id, span));
  });

export const removePartnerTagRoute = (parts: TagParts) =>
  command(removePartnerTag, async ({ params, body, tx, now, context }) => {
    const partner = await parts.partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    const decision = endTag(partner.tags, body.tag, body.effectiveFrom ? new Date(body.effectiveFrom) : now);
    if ('rejected' in decision)
      return reject(decision.rejected, { errors: [{ pointer: decision.pointer ?? '', rule: decision.rejected }] });
    await save(parts, { tx, context, now }, partner, decision.accepted);
    return ok(tagView(partner.id, decision.accepted));
  });

async function save(
  parts: TagParts,
  request: { tx: Tx; context: EventContext; now: Date },
  partner: Partner,
  span: TagSpan,
): Promise<void> {
  if (partner.tags.includes(span)) return; // set already: nothing changed, nothing to tell
  const sequence = await parts.partners.saveTag(request.tx, partner.id, span);
  const others = partner.tags.filter((other) => other.tag !== span.tag || other.effectiveFrom.getTime() !== span.effectiveFrom.getTime());
  await parts.outbox.append(request.tx, request.context, [
    partnerChanged({ ...partner, sequence, tags: [...others, span] }, parts.keys, request.now),
  ]);
}
