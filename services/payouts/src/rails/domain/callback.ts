import type { RailState } from './rail.js';

/** What a provider's callback says of a payment. */
export interface Said {
  payoutId: string;
  amount: bigint;
  currency: string;
  state: Exclude<RailState, { state: 'not-found' }>;
  reference: string;
}

/** A callback whose signature holds; `said` is null when it is about something else than payments of ours. */
export interface Heard {
  eventId: string;
  eventType: string;
  said: Said | null;
}

/** Headers as Node gives them. */
export type CallbackHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Reads callbacks of one rail. `funding` is the account as the vault keeps it. Null: it is not from there. Throwing: it cannot be told now. */
export type HearCallback = (funding: unknown, headers: CallbackHeaders, body: string, now: Date) => Promise<Heard | null>;
