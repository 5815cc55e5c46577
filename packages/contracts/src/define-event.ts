import type { z } from 'zod';

export const serviceNames = [
  'directory',
  'tracking',
  'commission',
  'approvals',
  'payouts',
  'notifications',
  'insights',
  'audit',
  'gateway',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * Volume facts travel in lane `facts`; holds, statuses, decisions and snapshots in `control`, so that they never wait behind a
 * replay of a million facts.
 */
export type Lane = 'facts' | 'control';

export interface EventDefinition<Type extends string = string, Schema extends z.ZodType = z.ZodType> {
  type: Type;
  /** A fact is immutable and has a business key; a snapshot is the full state with a sequence per subject, highest wins. */
  kind: 'fact' | 'snapshot';
  lane: Lane;
  /** Order inside one consumed batch: definitions (low) before what refers to them (high). Only a kindness: order is never relied upon. */
  rank: number;
  producer: ServiceName;
  /** Who handles it, besides audit, which archives everything. Held against each service's subscriptions by a test. */
  consumers: readonly ServiceName[];
  schema: Schema;
  summary: string;
  /** While the old version still has consumers, the outbox writes it too, made from the new one. */
  alsoPublish?: { type: string; downcast: (data: never) => unknown };
}

/** Declares one event version. Identity function that keeps the literal types. */
export function defineEvent<const Type extends string, Schema extends z.ZodType>(
  definition: EventDefinition<Type, Schema>,
): EventDefinition<Type, Schema> {
  return definition;
}
