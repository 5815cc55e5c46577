import type { Random } from './random.js';
import { type Deal, dayMs, type World } from './world.js';

export interface Generated {
  type: string;
  eventId: string;
  brandId: string;
  occurredAt: string;
  amount?: number;
  currency?: string;
  partnerId?: string;
  clickId?: string;
  customerKey?: string;
  originalEventId?: string;
}
/** What is sent in one call. */
export interface Shipment {
  events: Generated[];
  single: boolean;
}
type Placed = { at: number; event: Generated };

const batchSize = 1_000;

/**
 * `count` valid events: sales, leads, deposits, refunds and chargebacks, some of which come long before their original, some of which
 * never see one. On top: 3 % that are sent a second time, and a few that must be refused.
 */
export function generateEvents(world: World, luck: Random, count: number): Shipment[] {
  const placed: Placed[] = [];
  for (let n = 0; placed.length < count; n += 1) {
    const deal = luck.pick(world.deals);
    const original = anOriginal(world, deal, luck, n);
    const at = placed.length;
    placed.push({ at, event: original });
    for (const refund of refundsOf(original, luck)) {
      if (placed.length >= count) break;
      const early = luck.chance(0.3);
      placed.push({ at: at + (early ? -1 : 1) * luck.next() * count * (early ? 0.05 : 0.1), event: refund });
    }
    if (luck.chance(0.001) && placed.length < count) placed.push({ at, event: anOrphan(original) });
  }
  const extra: Placed[] = [];
  for (const { at, event } of placed) {
    if (luck.chance(0.03)) extra.push({ at: at + luck.next() * count * 0.05, event });
    if (luck.chance(0.002)) extra.push({ at, event: refused(event) });
  }
  const stream = [...placed, ...extra].sort((a, b) => a.at - b.at).map(({ event }) => event);
  return shipped(stream, luck);
}

function anOriginal(world: World, deal: Deal, luck: Random, n: number): Generated {
  const base = { eventId: `e-${n}`, brandId: deal.brandId, occurredAt: new Date(world.now - luck.int(3_600_000, dayMs)).toISOString() };
  const money = { amount: luck.int(500, 60_000), currency: deal.currency };
  // A customer of this partner only; most events name the partner, some only a click of it.
  const customerKey = `${deal.partnerId}-${luck.int(1, 400)}`;
  const whose = luck.chance(0.1) ? { clickId: luck.pick(deal.clickIds), customerKey } : { partnerId: deal.partnerId, customerKey };
  const dice = luck.next();
  // A click leads to a partner only for what happened after it.
  if ('clickId' in whose) base.occurredAt = new Date(world.now).toISOString();
  if (dice < 0.8) return { type: 'sale', ...base, ...money, ...whose };
  if (dice < 0.9) return { type: 'lead', ...base, ...whose };
  return { type: 'deposit', ...base, ...money, ...whose };
}

/** At most what there is, in one or two parts. A lead has no amount to take back. */
function refundsOf(original: Generated, luck: Random): Generated[] {
  if (!luck.chance(0.07)) return [];
  const type = luck.chance(0.8) ? 'refund' : 'chargeback';
  const { brandId, eventId, currency, amount } = original;
  if (amount === undefined) return [];
  const one = (n: number, part: number): Generated => ({
    type,
    eventId: `${eventId}-r${n}`,
    originalEventId: eventId,
    brandId,
    occurredAt: new Date(Date.parse(original.occurredAt) + n * 1_000).toISOString(),
    amount: part,
    currency: currency as string,
  });
  const first = luck.chance(0.4) ? amount : luck.int(Math.ceil(amount * 0.2), Math.floor(amount * 0.6));
  const second = Math.floor((amount - first) / 2);
  return second > 100 && luck.chance(0.4) ? [one(1, first), one(2, second)] : [one(1, first)];
}

const anOrphan = (original: Generated): Generated => ({
  type: 'refund',
  eventId: `${original.eventId}-orphan`,
  originalEventId: `${original.eventId}-never-sent`,
  brandId: original.brandId,
  occurredAt: original.occurredAt,
  amount: 100,
  currency: 'EUR',
});

const refused = ({ brandId, eventId, occurredAt }: Generated): Generated => ({
  type: 'sale',
  eventId: `${eventId}-bad`,
  brandId,
  occurredAt,
});

/** Batches of a thousand (or less, so that there are at least a dozen), and one event in fifty by itself. */
function shipped(stream: readonly Generated[], luck: Random): Shipment[] {
  const size = Math.min(batchSize, Math.ceil(stream.length / 24));
  const shipments: Shipment[] = [];
  let batch: Generated[] = [];
  for (const event of stream) {
    if (luck.chance(0.02)) shipments.push({ events: [event], single: true });
    else batch.push(event);
    if (batch.length === size) {
      shipments.push({ events: batch, single: false });
      batch = [];
    }
  }
  if (batch.length > 0) shipments.push({ events: batch, single: false });
  return shipments;
}
