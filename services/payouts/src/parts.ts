import type { Tx } from '@tributary/messaging';
import type { Kit } from '@tributary/service-kit';
import type { PrismaClient } from './generated/client.js';
import type { HearCallback } from './rails/domain/callback.js';
import type { Rail } from './rails/domain/rail.js';

/** The named places at which a crash would hurt most. */
export type PayoutCrashPoint = 'payouts.before-submit' | 'payouts.after-rail-answer-before-commit' | 'payouts.between-statements';

/** Everything that the use cases of this service are built from. */
export interface Parts extends Kit<PrismaClient> {
  /** By name, as funding accounts and payouts say it. */
  rails: ReadonlyMap<string, Rail>;
  /** The files of a run and rail, decrypted, by brand. */
  bankFilesOf: (tx: Tx, runId: string, rail: string, brandId: string | undefined) => Promise<string[]>;
  /** How callbacks of a rail are read, by its name. */
  callbacks: ReadonlyMap<string, HearCallback>;
  crashPoint: (name: PayoutCrashPoint) => void;
  settings: PayoutSettings;
}

export interface PayoutSettings {
  /** How long a changed payout method cannot be used, in days. A partner's first one can be used at once. */
  coolingDays: number;
  /** How long a bank may take to book what it was handed, in days: then a statement without it lacks it. */
  bankDays: number;
  /** Where the providers answer, and how long an answer is waited for. */
  paypalUrl: string;
  stripeUrl: string;
  providerTimeoutMs: number;
  /** A run holds at most so many payouts; the rest goes into the next one. */
  payoutsPerRun: number;
  /** So many payouts are sent between two commits. A bank file holds all of its brand. */
  payoutsPerBatch: number;
  /** So many accounts are stated between two commits. */
  statementsPerBatch: number;
}

/** Payouts as the answers of rails see them. */
export const everyBrand = { brandIds: 'all' } as const;
