import type { EventContext, Tx } from '@tributary/messaging';
import type { Approval } from '../review/domain/approval.js';
import type { HitWithEffects, StoredHit } from './hit-store.js';

export type NewHit = Omit<StoredHit, 'id' | 'createdAt'>;

/**
 * Stores hits and holds what they meet, in the caller's transaction, which has the brands' risk alone (`HitStore.lockBrands`).
 * Answers those that are new: a rule that has hit a conversion before changes nothing.
 */
export type StrikeHits = (tx: Tx, context: EventContext, hits: readonly NewHit[], now: Date) => Promise<HitWithEffects[]>;

/** Keeps people's decisions with what follows them, and tells of them, in the caller's transaction. */
export type PublishDecisions = (tx: Tx, context: EventContext, decided: readonly Approval[], now: Date) => Promise<void>;
