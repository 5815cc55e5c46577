import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { ActiveBan, BanEffect } from './domain/ban.js';

export interface StoredBan {
  id: string;
  brandId: string;
  partnerId: string;
  reason: string;
  caseId: string | null;
  sourceBanId: string | null;
  sourceBrandId: string | null;
  proposedBy: string;
  proposedAt: Date;
  confirmedBy: string | null;
  liftedBy: string | null;
}
export interface BanDecision {
  banId: string;
  action: 'confirm' | 'lift';
  brandId: string;
  proposedBy: string;
  decidedBy: string;
  reason: string;
  decidedAt: Date;
}
export interface BanPolicy {
  brandId: string;
  version: number;
  onBan: BanEffect;
  writtenBy: string;
  writtenAt: Date;
}

/** Bans, and what brands make of them. */
export interface BanStore {
  /** No ban is confirmed or lifted until the transaction ends. */
  shareBans(tx: Tx): Promise<void>;
  /** Alone among those who confirm, lift, or take in conversions. */
  lockBans(tx: Tx): Promise<void>;
  /** False when the brand has made this ban of its source before. */
  add(tx: Tx, ban: Omit<StoredBan, 'confirmedBy' | 'liftedBy'>): Promise<boolean>;
  decide(tx: Tx, decision: BanDecision): Promise<void>;
  find(tx: Tx, banId: string): Promise<StoredBan | undefined>;
  /** Newest first. */
  list(
    scope: Scope,
    filter: { brandId?: string | undefined; partnerId?: string | undefined },
    limit: number,
    before?: string,
  ): Promise<StoredBan[]>;
  /** Of these partners, at any brand; not those that a policy made of others. */
  active(tx: Tx, partnerIds: readonly string[]): Promise<ActiveBan[]>;
  policies(tx: Tx, brandIds: readonly string[]): Promise<Map<string, BanPolicy>>;
  setPolicy(tx: Tx, policy: Omit<BanPolicy, 'version'>): Promise<number>;
  /** False when the ban took effect at the brand before. */
  addEffect(tx: Tx, effect: { banId: string; brandId: string; effect: BanEffect; at: Date }): Promise<boolean>;
}
