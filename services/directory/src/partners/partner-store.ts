import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Partner } from './domain/partner.js';
import type { TagSpan } from './domain/tags.js';

export interface PartnerFilter {
  brandId?: string | undefined;
  tag?: string | undefined;
  externalId?: string | undefined;
  status?: string | undefined;
}

export interface PartnerStore {
  /** False when another partner has the external id. */
  insert(tx: Tx, partner: Partner): Promise<boolean>;
  /** With a lock for the change that follows, as far as the caller sees it. */
  lock(tx: Tx, partnerId: string): Promise<Partner | undefined>;
  /** Counts the sequence up and keeps the span; returns the new sequence. */
  saveTag(tx: Tx, partnerId: string, span: TagSpan): Promise<number>;
  find(scope: Scope, partnerId: string): Promise<Partner | undefined>;
  list(scope: Scope, filter: PartnerFilter, now: Date, limit: number, after?: string): Promise<Partner[]>;
}
