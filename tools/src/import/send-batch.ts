import { setTimeout as wait } from 'node:timers/promises';
import { type Platform, PlatformError, pauseBefore } from './platform.js';
import type { Read } from './read-order.js';
import type { References } from './references.js';

export type Sendable = Extract<Read, { event: unknown }>;
export interface Sent {
  accepted: number;
  duplicates: number;
  refused: { line: number; code: string }[];
}
interface Outcome {
  outcome: 'accepted' | 'duplicate' | 'rejected';
  code?: string;
}

/** Brands and partners just made take a moment to be known everywhere. */
const notYetKnown = 'reference-not-yet-known';

/** Sends up to 1,000 events; sent again, those that are there already are duplicates. */
export async function sendBatch(
  platform: Platform,
  references: References,
  batch: readonly Sendable[],
  patienceMs = 60_000,
): Promise<Sent> {
  const sent: Sent = { accepted: 0, duplicates: 0, refused: [] };
  const until = Date.now() + patienceMs;
  let rest = batch;
  for (let attempt = 0; rest.length > 0; attempt += 1) {
    const outcomes = await post(platform, references, rest);
    const tooEarly = rest.filter((_, index) => outcomes[index]?.code === notYetKnown && Date.now() < until);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.outcome === 'accepted') sent.accepted += 1;
      else if (outcome.outcome === 'duplicate') sent.duplicates += 1;
      else if (outcome.code !== notYetKnown || tooEarly.length === 0)
        sent.refused.push({ line: rest[index]?.ordinal ?? 0, code: outcome.code ?? 'unnamed' });
    }
    rest = tooEarly;
    if (rest.length > 0) await wait(pauseBefore(attempt));
  }
  return sent;
}

async function post(platform: Platform, references: References, batch: readonly Sendable[]): Promise<Outcome[]> {
  const events = batch.map(({ event }) => ({
    ...event.body,
    brandId: references.brands[event.brand],
    ...(event.partner === undefined ? {} : { partnerId: references.partners[event.partner] }),
  }));
  const { outcomes } = await platform.expect<{ outcomes: Outcome[] }>(202, 'POST', '/api/v1/events', { events });
  if (outcomes.length !== events.length) throw new PlatformError(`${events.length} events were answered by ${outcomes.length} outcomes`);
  return outcomes;
}
