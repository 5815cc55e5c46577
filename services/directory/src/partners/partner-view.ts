import type { DataOf } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';
import type { KeyRing } from '@tributary/service-kit';
import { knownAt, type PartnerChange, type Setting, settingsOf, valueAt } from './domain/changes.js';
import type { Partner } from './domain/partner.js';
import { type TagSpan, tagSpans, tagsAt } from './domain/tags.js';

/** A partner as the API shows it as of an instant, by what is known now. */
export function partnerView(partner: Partner, asOf: Date) {
  const { sequence: _, originBrandIds: __, contactChangedAt: ___, changes, createdAt, erasedAt, ...rest } = partner;
  return {
    ...rest,
    parentId: valueAt(changes, 'parent', asOf),
    tier: valueAt(changes, 'tier', asOf),
    managerId: valueAt(changes, 'manager', asOf),
    tags: tagsAt(tagSpans(changes), asOf),
    createdAt: createdAt.toISOString(),
    erasedAt: erasedAt?.toISOString() ?? null,
  };
}

/** The same with the history, as known at an instant. */
export function partnerRecord(partner: Partner, asOf: Date, known?: Date) {
  const changes = knownAt(partner.changes, known);
  return {
    ...partnerView({ ...partner, changes }, asOf),
    history: {
      tags: tagSpans(changes).map(spanView),
      tiers: recorded(changes, 'tier', (tier) => ({ tier })),
      parents: recorded(changes, 'parent', (parentId) => ({ parentId })),
      managers: recorded(changes, 'manager', (managerId) => ({ managerId })),
    },
  };
}

function spans<T>(changes: readonly PartnerChange[], setting: Setting, named: (value: string | null) => T) {
  return settingsOf(changes, setting).map(({ value, effectiveFrom, recordedAt }) => ({
    ...named(value),
    effectiveFrom: effectiveFrom.toISOString(),
    recordedAt: recordedAt.toISOString(),
  }));
}

function recorded<T>(changes: readonly PartnerChange[], setting: Setting, named: (value: string | null) => T) {
  const authors = settingsOf(changes, setting).map(({ recordedBy }) => recordedBy);
  return spans(changes, setting, named).map((span, index) => ({ ...span, recordedBy: authors[index] ?? '' }));
}

const spanView = ({ tag, effectiveFrom, effectiveTo, recordedAt }: TagSpan) => ({
  tag,
  effectiveFrom: effectiveFrom.toISOString(),
  effectiveTo: effectiveTo?.toISOString() ?? null,
  recordedAt: recordedAt.toISOString(),
});

export function tagView(partnerId: string, span: TagSpan) {
  const { recordedAt: _, ...shown } = spanView(span);
  return { partnerId, ...shown };
}

/** The snapshot that tells the other services of a partner: no name, no address, only a commitment to them. */
export function partnerChanged(partner: Partner, keys: KeyRing, now: Date): NewEvent<'directory.partner.changed.v1'> {
  const { changes } = partner;
  const data: DataOf<'directory.partner.changed.v1'> = {
    partnerId: partner.id,
    type: partner.type,
    country: partner.country,
    status: partner.status,
    riskLevel: partner.riskLevel,
    parentId: valueAt(changes, 'parent', now),
    tags: tagSpans(changes).map(spanView),
    tiers: spans(changes, 'tier', (tier) => ({ tier })),
    parents: spans(changes, 'parent', (parentId) => ({ parentId })),
    managers: spans(changes, 'manager', (managerId) => ({ managerId })),
    contactCommitment: keys.hmac('partner-contact', JSON.stringify([partner.id, partner.name, partner.email])),
    ...(partner.contactChangedAt && { contactChangedAt: partner.contactChangedAt.toISOString() }),
    changedAt: now.toISOString(),
  };
  return { type: 'directory.partner.changed.v1', subject: partner.id, partnerId: partner.id, sequence: partner.sequence, data, time: now };
}
