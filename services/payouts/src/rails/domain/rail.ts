/** One payment to be made. */
export interface Instruction {
  /** The only key under which the rail ever knows this payout. */
  railKey: string;
  payoutId: string;
  runId: string;
  brandId: string;
  amount: bigint;
  currency: string;
  /** Whom it is paid to; null in a sandbox without payout methods. */
  methodId: string | null;
  partnerId: string;
  /** What a simulated rail is to do with it. */
  behaviour: string | null;
}

/** All instructions of a run, brand and rail that have been tried and not answered, some at a time, and as often as they are asked for. */
export type Whole = () => AsyncIterable<readonly Instruction[]>;

/** What the rail says to an instruction. `unknown`: it did not say, and money may or may not move. */
export type Answer =
  | { outcome: 'accepted'; reference: string }
  | { outcome: 'rejected'; reason: string }
  | { outcome: 'unknown'; reason: string };

interface Amount {
  amount: bigint;
  currency: string;
}
/** What a payment has cost the brand besides, as far as the rail says so. */
export interface Costs {
  fee?: Amount | undefined;
  /** What was taken for it, where that is of another currency than the payment. */
  debited?: Amount | undefined;
}

/** What the rail knows under a key, and what it took for it where it says so. */
export type RailState =
  | { state: 'not-found' }
  | ({ state: 'accepted' | 'settled' | 'returned'; reference: string } & Costs)
  | { state: 'rejected'; reason: string };

/** A message of the rail that came by itself. */
export interface Callback {
  id: string;
  railKey: string;
  state: 'accepted' | 'settled' | 'returned';
  reference: string;
}

/** Rails by a file that a person hands to the bank, and whose outcome the bank's own files tell. */
export const fileRails: readonly string[] = ['bank-file', 'nacha-file', 'csv-file'];

/** How providers say that the brand's account does not hold enough. */
export const outOfFunds: readonly string[] = ['balance_insufficient', 'INSUFFICIENT_FUNDS'];
export const lacksFunds = (reason: string): boolean => outOfFunds.includes(reason);

/**
 * A way for money to leave. All calls are idempotent by `railKey`: submitting the same key again never moves money twice. A rail
 * commits on its own, outside of every transaction of ours, as an outside system would.
 */
export interface Rail {
  readonly name: string;
  /**
   * Instructions of one run and brand, together. An answer for each key; throwing means `unknown` for all. `whole` is what they are a
   * part of, for a rail that writes all of it into one file; left out, they are all.
   */
  submit(instructions: readonly Instruction[], now: Date, whole?: Whole): Promise<ReadonlyMap<string, Answer>>;
  lookup(railKey: string, now: Date): Promise<RailState>;
  /** Callbacks not acknowledged yet, oldest first; the same one may come again. */
  callbacks(now: Date, limit: number): Promise<Callback[]>;
  acknowledge(callbackIds: readonly string[]): Promise<void>;
  /**
   * Asks for a settled payment back, where the rail knows how; idempotent by the same key. `accepted`: the rail will say that it was
   * returned.
   */
  reverse?(railKey: string, now: Date): Promise<Answer>;
  /** Until when a key keeps its payment from being made twice, where that ends: then nothing is sent again by itself. Null before the first call. */
  resendUntil?(railKey: string): Promise<Date | null>;
}
