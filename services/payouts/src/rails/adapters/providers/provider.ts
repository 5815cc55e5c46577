import type { Answer, Instruction, RailState } from '../../domain/rail.js';

/** A payment as the provider is asked for it. */
export interface Payment<Account> {
  payoutId: string;
  amount: bigint;
  currency: string;
  account: Account;
}

/** What was asked for under one key. */
export interface Asked {
  id: string;
  /** The provider's own name for it, once it has said one. */
  reference: string | null;
  item: { payoutId: string; amount: bigint; currency: string };
}

/** A payment provider behind its HTTP API. Throwing means that nobody knows. */
export interface Provider<Funding, Account> {
  rail: string;
  /** So many payments go out under one key. */
  paymentsPerBatch: number;
  /** How long the provider keeps a key from being done twice: after that nothing is sent again by itself. */
  windowMs: number;
  /** Whether a "no" to a repeated call is an answer to the first one too. */
  refusalsRepeat: boolean;
  /** Why a payment cannot go this way; null when it can. */
  refuses(payment: Pick<Instruction, 'amount' | 'currency'>): string | null;
  /** The request, fixed once and for all. */
  bodyOf(batchId: string, payments: readonly Payment<Account>[]): string;
  send(funding: Funding, batchId: string, body: string): Promise<Answer>;
  find(funding: Funding, asked: Asked): Promise<RailState>;
  /** Asks for the money back, under a key of its own. Not there: the provider takes nothing back. */
  reverse?(funding: Funding, asked: Asked): Promise<Answer>;
}

/** An answer that may not be what it seems: nothing is concluded from it. */
export class AnswerDoubtful extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'AnswerDoubtful';
  }
}

/** The request never got there: nothing can have come of it. */
export class NotReached extends Error {
  constructor(cause: unknown) {
    super('the rail could not be reached', { cause });
    this.name = 'NotReached';
  }
}
