import { addPartnerTag, removePartnerTag } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { type CommandRequest, command, created, type KeyRing, ok, reject } from '@tributary/service-kit';
import type { Partner } from './domain/partner.js';
import { endTag, setTag, type TagSpan, tagSpans } from './domain/tags.js';
import type { PartnerStore } from './partner-store.js';
import { partnerChanged, tagView } from './partner-view.js';

export interface ChangeParts {
  partners: PartnerStore;
  outbox: Outbox;
  keys: KeyRing;
}

export const addPartnerTagRoute = (parts: ChangeParts) =>
  command(addPartnerTag, async (request) => {
    const { params, body, tx, now } = request;
    const partner = await parts.partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    const from = body.effectiveFrom ? new Date(body.effectiveFrom) : now;
    const spans = tagSpans(partner.changes);
    const span = setTag(spans, body.tag, from, now);
    // Set already: nothing changed, nothing to tell.
    if (!spans.includes(span)) await save(parts, request, partner, { change: 'tag-set', span, from });
    return created(tagView(partner.id, span));
  });

export const removePartnerTagRoute = (parts: ChangeParts) =>
  command(removePartnerTag, async (request) => {
    const { params, body, tx, now } = request;
    const partner = await parts.partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    const from = body.effectiveFrom ? new Date(body.effectiveFrom) : now;
    const decision = endTag(tagSpans(partner.changes), body.tag, from, now);
    if ('rejected' in decision)
      return reject(decision.rejected, { errors: [{ pointer: decision.pointer ?? '', rule: decision.rejected }] });
    await save(parts, request, partner, { change: 'tag-ended', span: decision.accepted, from });
    return ok(tagView(partner.id, decision.accepted));
  });

async function save(
  { partners, outbox, keys }: ChangeParts,
  { tx, context, now }: Pick<CommandRequest, 'tx' | 'context' | 'now'>,
  partner: Partner,
  { change, span, from }: { change: 'tag-set' | 'tag-ended'; span: TagSpan; from: Date },
): Promise<void> {
  const said = { change, value: span.tag, effectiveFrom: from, recordedAt: now, recordedBy: context.actorId };
  const changed = await partners.append(tx, partner, said);
  if (change === 'tag-set') await partners.keepTag(tx, partner.id, span);
  else await partners.endTag(tx, partner.id, span.tag, from);
  await outbox.append(tx, context, [partnerChanged(changed, keys, now)]);
}
