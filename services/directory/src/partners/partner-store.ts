import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { NewChange } from './domain/changes.js';
import type { Parents } from './domain/parents.js';
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
  /** Appends a change of a locked partner and counts the sequence up; answers the partner as it is then. */
  append(tx: Tx, partner: Partner, change: NewChange): Promise<Partner>;
  /** Changes name and address of a locked partner, keeps the former ones, and counts the sequence up. */
  setContact(tx: Tx, partner: Partner, to: { name: string; email: string }, by: string, now: Date): Promise<Partner>;
  /** Under what names and addresses a partner was written to since an instant, but for the present ones. */
  formerContacts(scope: Scope, partnerId: string, since: Date): Promise<{ name: string; email: string }[]>;
  /** Overwrites what is personal of a partner, deletes its former contacts, and counts the sequence up. Its erasure must have been confirmed. */
  erase(tx: Tx, partnerId: string, at: Date): Promise<Partner>;
  /** Keeps a tag as it stands now for the filter of the list. */
  keepTag(tx: Tx, partnerId: string, span: TagSpan): Promise<void>;
  /** The same for one that no longer holds from an instant on. */
  endTag(tx: Tx, partnerId: string, tag: string, from: Date): Promise<void>;
  /** Until the end of the transaction nobody else changes a parent. */
  lockParents(tx: Tx): Promise<void>;
  sees(tx: Tx, partnerId: string): Promise<boolean>;
  /** The changes of parent of a partner and of all who ever are above it, also of those whom the caller does not see. */
  parentsAbove(tx: Tx, partnerId: string): Promise<Parents>;
  find(scope: Scope, partnerId: string): Promise<Partner | undefined>;
  list(scope: Scope, filter: PartnerFilter, now: Date, limit: number, after?: string): Promise<Partner[]>;
}
