import { setTimeout as pause } from 'node:timers/promises';
import type { Caller, Json } from './caller.js';
import type { Shipment } from './generate-events.js';
import { aPartner, click, created, type World } from './world.js';

/** Sends everything, several calls at a time; how far it may go is said by `quota`, so that the kills meet traffic to the end. */
export async function sendEvents(to: Caller, key: string, shipments: readonly Shipment[], quota: () => number): Promise<void> {
  let next = 0;
  let sent = 0;
  const total = shipments.reduce((sum, { events }) => sum + events.length, 0);
  const worker = async () => {
    for (;;) {
      // Over the quota a trickle goes on: a crash point needs something to pass it.
      if (sent > quota() * total) await pause(700);
      const shipment = shipments[next++];
      if (!shipment) return;
      await ship(to, key, shipment);
      sent += shipment.events.length;
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

async function ship(to: Caller, key: string, { events, single }: Shipment): Promise<void> {
  const order = { method: 'POST', path: '/api/v1/events', key } as const;
  if (single) await to.insist({ op: 'event', ...order, body: events[0], note: { events }, keep: (json) => [outcomeOf(json)] });
  else await to.insist({ op: 'events', ...order, body: { events }, note: { events }, keep: (json) => json.outcomes.map(outcomeOf) });
}

const outcomeOf = (said: Json) => [said.outcome, said.conversionId ?? said.duplicateOf ?? said.code];

/** Little of everything else while `going`: partners, brands, API keys, clicks. The calls that people make. */
export async function administer(to: Caller, key: string, world: World, going: () => boolean): Promise<void> {
  for (let n = 0; going(); n += 1) {
    const make = (op: string, path: string, body: Json) =>
      to.insist({
        op,
        method: 'POST',
        path,
        key,
        body,
        note: { body },
        idempotencyKey: `${op}-extra-${n}`,
        keep: (json) => ({ id: json.id }),
      });
    const { id } = created(await make('partner', '/api/v1/partners', aPartner(`extra-${n}`)), 'partner');
    const brandId = world.brands[n % world.brands.length]?.id;
    await make('enrollment', `/api/v1/partners/${id}/enrollments`, { brandId });
    await make('api-key', '/api/v1/api-keys', { name: `extra-${n}`, roles: ['auditor'] });
    if (n % 2 === 0) await make('brand', '/api/v1/brands', { name: `Extra ${n}`, slug: `extra-${n}`, currency: 'EUR', timeZone: 'UTC' });
    const url = world.linkUrls[n % world.linkUrls.length];
    if (url) await click(to, url);
    await pause(300);
  }
}
