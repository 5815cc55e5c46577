import type { ReportedOutcome } from '../../payouts/domain/payout-state.js';

/** Out of the brand's account, or back into it. */
export type Direction = 'out' | 'back';

/** One thing that a bank says, whatever file it says it in. */
export interface BankLine {
  /** Its place in the file, from 1. */
  number: number;
  /** Our name for the payment, which banks hand through: the payout's id. */
  endToEndId: string | null;
  /** Our name for a whole file of payments; then the line stands for those that it does not name one by one. */
  fileId: string | null;
  direction: Direction;
  /** Minor units, not negative; null when nothing is said of it. */
  amount: bigint | null;
  currency: string | null;
  /** What it means for the payout; null when that cannot be told. */
  outcome: ReportedOutcome | null;
  /** Whether money moved on the account. */
  booked: boolean;
  /** The bank's own name for the booking, by which it is known again. */
  reference: string | null;
  /** Code and meaning of a refusal or return. */
  reason: string | null;
  bookedOn: string | null;
  /** What the bank took for a payment, and no payment itself. */
  charge?: boolean;
}

/** A file of a bank, read. */
export interface BankFileContent {
  kind: 'pain.002' | 'camt.053' | 'camt.054' | 'csv';
  /** Of the account that it is about, where it says so. */
  ibans: readonly string[];
  from: string | null;
  to: string | null;
  lines: readonly BankLine[];
}

/** Why a file cannot be read. All of a file or nothing of it: half a file is no file. */
export class UnreadableFile extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableFile';
  }
}
