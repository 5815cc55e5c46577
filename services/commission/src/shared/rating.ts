import type { EntryExplanation } from '@tributary/engine';
import type { EventContext, Outbox } from '@tributary/messaging';
import type { Entry } from '../accrual/domain/entry.js';
import type { StoredFact } from '../accrual/domain/fact.js';
import type { Trigger } from '../accrual/domain/steps.js';

/** What rating is done with, and why. */
export interface Rating {
  outbox: Outbox;
  now: Date;
  /** New facts; new terms, of a deal or of a brand that has only now become known; or other circumstances. */
  trigger: Trigger;
  /** What the events go back to that no fact caused. */
  context: EventContext;
}

/** A posting made: the entry, how it is explained, and the fact that made it. */
export interface Made {
  entry: Entry;
  explanation: EntryExplanation;
  /** The maker: who wrote the deal version, or who made the adjustment. */
  dealAuthorId: string;
  cause: StoredFact | null;
  /** Whose conversion it is. */
  customerId?: string | null;
  /** Of a month: the statement that it is posted with. */
  statementId?: string | undefined;
  traceparent: string | null;
}
