import type { Outbox, Tx } from '@tributary/messaging';
import { type Held, lockOfCustomer, lockReversals, saveDecided } from './attributed-store.js';
import { forgetAwaited } from './awaited-store.js';
import { conversionData } from './conversion-store.js';
import { decideBatch } from './domain/decide-batch.js';
import type { Actor } from './incoming.js';
import { publishAttributed } from './publish-attributed.js';
import { readWorld } from './world-store.js';

/** Conversions looked at in one transaction; the rest goes to the background, in chunks of this size. */
const most = 1000;

export interface Reattribution extends Actor {
  customerId: string;
  /** The conversion up to which it has been done. */
  after?: string | undefined;
}

export interface Reattributed {
  /** How many have another partner now, reversals among them. */
  changed: number;
  /** What is still to do; null when that is nothing. */
  rest: Reattribution | null;
}

/**
 * Brings the next recorded conversions of a customer to what his reassignments say, each one's reversals with it. Doing it again changes
 * nothing.
 */
export async function reattribute(tx: Tx, outbox: Outbox, asked: Reattribution, now: Date): Promise<Reattributed> {
  const { customerId, after = '', ...actor } = asked;
  const { rows } = await tx.query<{ since: Date | null }>(sinceWhen, [customerId]);
  const since = rows[0]?.since ?? null;
  if (since === null) return { changed: 0, rest: null };
  const found = await lockOfCustomer(tx, customerId, since, after, most + 1);
  const originals = found.slice(0, most);
  const moved = await move(tx, outbox, originals, actor, now);
  const reversals = moved.length === 0 ? [] : await lockReversals(tx, moved);
  const changed = moved.length + (await move(tx, outbox, reversals, actor, now)).length;
  const last = originals.at(-1);
  return { changed, rest: last === undefined || found.length <= most ? null : { ...asked, after: last.conversionId } };
}

const sinceWhen = /* sql */ `
SELECT min((a->>'effectiveFrom')::timestamptz) AS since FROM customers, jsonb_array_elements(assignments) a WHERE id = $1`;

/** Gives conversions to the partners that they should have, and answers which have another one now. Nobody is left without the one he has. */
async function move(tx: Tx, outbox: Outbox, conversions: readonly Held[], actor: Actor, now: Date): Promise<string[]> {
  if (conversions.length === 0) return [];
  const { decisions } = decideBatch(conversions, await readWorld(tx, conversions), now);
  const settled = conversions.flatMap((conversion) => {
    const decision = decisions.get(conversion.conversionId);
    if (!decision?.attribution || decision.attribution.partnerId === conversion.partnerId) return [];
    return [{ conversion, data: conversionData(conversion, decision) }];
  });
  const ids = settled.map(({ data }) => data.conversionId);
  if (ids.length === 0) return [];
  await saveDecided(
    tx,
    settled.map(({ data }) => data),
  );
  await forgetAwaited(tx, ids);
  await publishAttributed(tx, outbox, settled, now, actor);
  return ids;
}
