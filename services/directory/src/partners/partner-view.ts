import type { DataOf } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';
import type { KeyRing } from '@tributary/service-kit';
import type { Partner } from './domain/partner.js';
import { type TagSpan, tagsAt } from './domain/tags.js';

/** A partner as the API shows it at an instant. */
export function partnerView(partner: Partner, now: Date) {
  const { sequence: _, originBrandIds: __, tags, createdAt, ...rest } = partner;
  return { ...rest, tags: tagsAt(tags, now), createdAt: createdAt.toISOString() };
}

export function tagView(partnerId: string, span: TagSpan) {
  return {
    partnerId,
    tag: span.tag,
    effectiveFrom: span.effectiveFrom.toISOString(),
    effectiveTo: span.effectiveTo?.toISOString() ?? null,
  };
}

/** The snapshot that tells the other services of a partner: no name, no address, only a commitment to them. */
export function partnerChanged(partner: Partner, keys: KeyRing, now: Date): NewEvent<'directory.partner.changed.v1'> {
  const data: DataOf<'directory.partner.changed.v1'> = {
    partnerId: partner.id,
    type: partner.type,
    country: partner.country,
    status: partner.status,
    riskLevel: partner.riskLevel,
    parentId: partner.parentId,
    tags: partner.tags.map((span) => ({
      tag: span.tag,
      effectiveFrom: span.effectiveFrom.toISOString(),
      effectiveTo: span.effectiveTo?.toISOString() ?? null,
    })),
    contactCommitment: keys.hmac('partner-contact', JSON.stringify([partner.id, partner.name, partner.email])),
    changedAt: now.toISOString(),
  };
  return { type: 'directory.partner.changed.v1', subject: partner.id, partnerId: partner.id, sequence: partner.sequence, data, time: now };
}
