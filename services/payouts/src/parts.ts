import type { Kit } from '@tributary/service-kit';
import type { PrismaClient } from './generated/client.js';
import type { PaymentFiles } from './rails/adapters/payment-files.js';
import type { HearCallback } from './rails/domain/callback.js';
import type { Rail } from './rails/domain/rail.js';
import type { SentJournal } from './shared/sent-journal.js';

/** The steps around whose commit a test may have the process die. */
export type CrashStep =
  | 'build'
  | 'seal'
  | 'cancel'
  | 'submit'
  | 'clear'
  | 'refuse'
  | 'recall'
  | 'attempt'
  | 'answer'
  | 'look-up'
  | 'callback'
  | 'submitted'
  | 'unknown'
  | 'settled'
  | 'failed'
  | 'returned';

/** The named places at which a crash would hurt most. */
export type PayoutCrashPoint =
  | 'payouts.after-claim'
  | 'payouts.before-submit'
  | 'payouts.after-rail-answer-before-commit'
  | 'payouts.before-acknowledge'
  | 'payouts.between-statements'
  | `payouts.${CrashStep}.${'before' | 'after'}-commit`;

/** Everything that the use cases of this service are built from. */
export interface Parts extends Kit<PrismaClient> {
  /** By name, as funding accounts and payouts say it. */
  rails: ReadonlyMap<string, Rail>;
  /** What file rails have written. */
  files: PaymentFiles;
  /** How callbacks of a rail are read, by its name. */
  callbacks: ReadonlyMap<string, HearCallback>;
  /** What went out, written down outside the database. */
  journal: SentJournal;
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
  /** So many balances are claimed, planned and written at once. All of a partner's are together. */
  balancesAtOnce: number;
  /** So many payouts are sent between two commits. A bank file holds all of its brand. */
  payoutsPerBatch: number;
  /** So many of a file are held at a time. */
  paymentsAtOnce: number;
  /** For how many full calendar years after the last record tax and payment records of the erased are kept. */
  retentionYears: number;
  /** So many accounts are stated between two commits. */
  statementsPerBatch: number;
}

/** For so many days after a change of address no account is paid that was entered around it. */
export const contactDays = 7;

/** Payouts as the answers of rails see them. */
export const everyBrand = { brandIds: 'all' } as const;
