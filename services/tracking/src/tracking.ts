import type { IncomingMessage } from 'node:http';
import type { Tx } from '@tributary/messaging';
import type { Kit, Principal } from '@tributary/service-kit';
import type pg from 'pg';
import type { ClickRecorder } from './clicks/click-recorder.js';
import type { Visitor } from './clicks/visitor.js';
import type { Incoming, Outcome } from './conversions/incoming.js';
import type { Reattributed, Reattribution } from './conversions/reattribute.js';
import type { PrismaClient } from './generated/client.js';
import type { LinkCache } from './links/link-cache.js';

/** Goes on where a reassignment, or the job itself, has stopped. */
export const reattributeJob = 'reattribute-customer';

/** What the use cases of this service work with. */
export interface Tracking {
  kit: Kit<PrismaClient>;
  /** Where visitors reach us, without a slash at its end. */
  publicUrl: string;
  /** Connections of the hot paths, seeing all brands. */
  hotPool: pg.Pool;
  links: LinkCache;
  clicks: ClickRecorder;
  visitorOf: (request: IncomingMessage) => Visitor;
  verify: (token: string) => Promise<Principal | undefined>;
  /** One event, written together with whatever else is waiting. */
  takeOne: (event: Incoming) => Promise<Outcome>;
  /** Many events in a transaction of their own. */
  takeMany: (events: readonly Incoming[]) => Promise<Outcome[]>;
  /** Brings a customer's conversions to what his reassignments say; of very many the rest by a job that is enqueued with it. */
  reattribute: (tx: Tx, who: Reattribution, now: Date) => Promise<Reattributed>;
  /** Waits for brands that this service has not heard of yet; answers those still unknown. */
  unknownBrands: (brandIds: readonly string[]) => Promise<ReadonlySet<string>>;
}
