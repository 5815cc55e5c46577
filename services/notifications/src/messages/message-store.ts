import type { Tx } from '@tributary/messaging';
import type { MessageFacts, Template, Wish } from './domain/wish.js';

/** Where a wish comes from: kept, so that the message's own event goes back to it. */
export interface Origin {
  correlationId: string;
  causationId: string;
  traceparent: string | null;
}

/** A message in the hands of one sender. */
export interface ClaimedMessage extends Origin {
  id: string;
  partnerId: string;
  brandId: string | null;
  template: Template;
  about: string;
  facts: MessageFacts;
  /** This one included. Fences off a sender that took too long. */
  attempts: number;
}

export interface MessageStore {
  /** Queues the messages whose keys are new, and returns their ids. */
  queue(tx: Tx, wishes: readonly (Wish & Origin)[], now: Date): Promise<string[]>;
  /** Queued messages whose time has come, and those whose sender died. Gives up what killed its sender every time. */
  due(now: Date, limit: number): Promise<string[]>;
  /** Takes a message for one attempt; undefined when another has it, it is done, or its time has not come. */
  claim(messageId: string, now: Date): Promise<ClaimedMessage | undefined>;
  /** False when another sender has taken over meanwhile. */
  markSent(tx: Tx, message: ClaimedMessage, sentAt: Date): Promise<boolean>;
  postpone(message: ClaimedMessage, reason: string, nextAttemptAt: Date): Promise<void>;
  fail(message: ClaimedMessage, reason: string): Promise<void>;
  /** Gives up what is still to be sent to these partners, and returns the ids of all messages of theirs. */
  forgetPartners(tx: Tx, partnerIds: readonly string[]): Promise<string[]>;
}
