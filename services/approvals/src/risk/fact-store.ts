import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { ConversionFact, PartnerFacts, Signal } from './domain/rule.js';

export type Told = EventOf<'tracking.conversion.recorded.v1'> | EventOf<'tracking.conversion.attributed.v1'>;
/** A partner at a brand. */
export interface Pair {
  brandId: string;
  partnerId: string;
}
/** A fact, and whose it is. */
export interface OwnedFact extends Pair {
  fact: ConversionFact;
}
export interface NewSignals {
  id: string;
  brandId: string;
  subjectId: string;
  signals: readonly Omit<Signal, 'id'>[];
  recordedBy: string;
  createdAt: Date;
}
export type Identity = Pick<PartnerFacts, 'accounts' | 'sameAccount'>;

/** What risk rules judge. */
export interface FactStore {
  /** Keeps conversions as told last; answers those that are new or changed, by conversion. */
  save(tx: Tx, told: readonly Told[]): Promise<Set<string>>;
  /** What partners did at brands since, oldest first, by `brand/partner`. */
  since(tx: Tx, pairs: readonly Pair[], from: Date): Promise<Map<string, ConversionFact[]>>;
  /** By brand and subject: `brand/subject`. */
  signals(tx: Tx, brandIds: readonly string[], subjectIds: readonly string[]): Promise<Map<string, Signal[]>>;
  addSignals(tx: Tx, given: NewSignals): Promise<void>;
  /** How many verdicts there are on the network of a subject. Nobody adds one before this transaction ends. */
  countVerdicts(tx: Tx, brandId: string, subjectId: string): Promise<number>;
  /** Whose conversions a signal is about, with the conversions themselves: what it may change. */
  touchedBy(tx: Tx, brandId: string, subjectId: string, from: Date): Promise<(Pair & { conversionId: string })[]>;
  saveAccounts(tx: Tx, events: readonly EventOf<'payouts.payout-method.changed.v1'>[]): Promise<void>;
  /** Forgets the signals and account hashes of erased partners, those told later too, but of the banned. */
  forgetPartners(tx: Tx, events: readonly EventOf<'directory.subject.erased.v1'>[]): Promise<void>;
  /** By partner. */
  identities(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, Identity>>;
  /** All that partners did at any brand since: what another account of theirs may change. */
  conversionsOf(tx: Tx, partnerIds: readonly string[], from: Date): Promise<(Pair & { conversionId: string })[]>;
  /** A conversion of a brand whose rules judge now, or of a partner who is banned somewhere, of which nothing has been told here yet. */
  untold(tx: Tx, conversions: readonly (Pair & { conversionId: string })[], now: Date): Promise<string | undefined>;
}
