import type pg from 'pg';
import { consumersOf, lanes, servicesOf, typesBoundTo } from '../catalogue.js';
import { describe } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import type { Bus, Envelope, Lane, Logger, MessageCatalogue, ReconcileReport } from '../ports.js';
import { meters } from '../telemetry.js';
import { createLedgerOfSent, type SentBucket } from './ledger-of-sent.js';
import {
  bucketMs,
  type Count,
  type GapFound,
  type OwnMessage,
  ownEnvelope,
  ownTypes,
  type ReceiptsCounted,
  type ReceiptsListed,
} from './messages.js';
import { createReceipts } from './receipts.js';

export interface ReconcilerOptions {
  service: string;
  catalogue: MessageCatalogue;
  pool: pg.Pool;
  bus: Bus;
  settings: MessagingSettings;
  log: Logger;
}
export interface Reconciler {
  /** Looks whether our queues are empty; a count is only judged against an instant at which they were. */
  sampleBacklog(): Promise<void>;
  /** Tells each producer what we have received from it. */
  tell(): Promise<void>;
  /** Asks consumers about old buckets that were never found equal. */
  chase(): Promise<void>;
  handle(events: readonly Envelope[]): Promise<void>;
  report(): ReconcileReport;
}

/** Finds events that were confirmed and yet never reached a bound consumer, and sends them again. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { service, catalogue, pool, bus, settings, log } = options;
  const receipts = createReceipts(pool, service);
  const ledger = createLedgerOfSent(pool);
  const caughtUpAt: Record<Lane, number | null> = { facts: null, control: null };
  /** When a stretch was last looked into, so that what was just sent again has time to arrive. */
  const lookedInto = new Map<string, number>();
  const totals: ReconcileReport = { compared: 0, mismatches: 0, resent: 0 };
  const producers = servicesOf(catalogue).filter((name) => produces(catalogue, name, service));

  const say = (to: string, message: OwnMessage): Promise<void> => bus.sendTo(to, 'control', [ownEnvelope(service, message)]);

  const heal = async (consumer: string, lane: Lane, events: Envelope[]): Promise<void> => {
    if (events.length === 0) return;
    await bus.sendTo(consumer, lane, events);
    totals.resent += events.length;
    meters().resent.add(events.length, { service, consumer });
    log.warn({ consumer, type: events[0]?.type, events: events.length }, 'events that never arrived were sent again');
  };

  const cutoffOf = (lane: Lane, told: ReceiptsCounted['caughtUpAt']): number | undefined => {
    const at = told[lane];
    return at === null ? undefined : at - settings.reconcileGraceMs;
  };

  const recently = (key: string): boolean => {
    const now = Date.now();
    if (now - (lookedInto.get(key) ?? 0) < 1.5 * settings.reconcileEveryMs) return true;
    lookedInto.set(key, now);
    if (lookedInto.size > 10_000) lookedInto.clear();
    return false;
  };

  const compare = async (told: ReceiptsCounted): Promise<void> => {
    const theirs = new Map(told.counts.map((count) => [`${count.type} ${count.from}`, count]));
    const asked = told.only === undefined ? undefined : new Set(told.only.map((one) => `${one.type} ${one.from}`));
    for (const lane of lanes) {
      const cutoff = cutoffOf(lane, told.caughtUpAt);
      const types = typesBoundTo(catalogue, told.consumer, lane).filter((type) => catalogue.get(type)?.producer === service);
      if (cutoff === undefined || types.length === 0) continue;
      const since = asked === undefined ? told.since : Math.min(...(told.only ?? []).map((one) => one.from));
      for (const ours of await ledger.since(told.consumer, types, since, cutoff)) {
        const key = `${ours.type} ${ours.from}`;
        if (ours.equalCount === ours.count || (asked !== undefined && !asked.has(key))) continue;
        totals.compared += 1;
        await compareBucket(told.consumer, lane, ours, theirs.get(key), cutoff);
      }
    }
  };

  const compareBucket = async (
    consumer: string,
    lane: Lane,
    ours: SentBucket,
    theirs: Count | undefined,
    cutoff: number,
  ): Promise<void> => {
    const received = theirs?.count ?? 0;
    const settled = ours.dueCount === ours.count;
    const equal = received === ours.count && (theirs?.hash ?? '0') === ours.hash;
    if (settled && equal) {
      const end = ours.from + bucketMs;
      const closed = end <= cutoff && !(await ledger.anyWaiting(ours.type, ours.from, end));
      if (closed) await ledger.remember(consumer, ours);
      return;
    }
    // While events flow, only too few is proof; a settled bucket must be equal.
    const gap = received < ours.dueCount || (settled && received === ours.count && !equal);
    if (!gap || recently(`${consumer} ${ours.type} ${ours.from}`)) return;
    totals.mismatches += 1;
    log.warn({ consumer, type: ours.type, bucket: new Date(ours.from), published: ours.dueCount, received }, 'a consumer lacks events');
    // A binding may be gone: it is made again before anything is sent again.
    await bus.declare(catalogue);
    if (received === 0) {
      for await (const page of ledger.published(ours.type, ours.from, ours.from + bucketMs, cutoff)) await heal(consumer, lane, page);
      return;
    }
    await say(consumer, {
      type: ownTypes.gap,
      data: { producer: service, detail: 'seconds', wanted: [{ type: ours.type, from: ours.from }] },
    });
  };

  const narrow = async (told: ReceiptsListed): Promise<void> => {
    const definition = catalogue.get(told.type);
    if (definition === undefined || definition.producer !== service) return;
    const cutoff = Date.now() - settings.reconcileGraceMs;
    if (told.ids !== undefined) {
      const theirs = new Set(told.ids);
      for await (const page of ledger.published(told.type, told.from, told.from + 1000, cutoff)) {
        await heal(
          told.consumer,
          definition.lane,
          page.filter((event) => !theirs.has(event.id)),
        );
      }
      return;
    }
    const theirs = new Map((told.seconds ?? []).map((second) => [second.from, second]));
    const ours = await ledger.secondsOf(told.type, told.from, told.from + bucketMs, cutoff);
    const missing = ours.filter((second) => {
      const other = theirs.get(second.from);
      return other === undefined || other.count < second.count || (other.count === second.count && other.hash !== second.hash);
    });
    for (let from = 0; from < missing.length; from += 50) {
      const wanted = missing.slice(from, from + 50).map((second) => ({ type: told.type, from: second.from }));
      await say(told.consumer, { type: ownTypes.gap, data: { producer: service, detail: 'ids', wanted } });
    }
  };

  const answer = async (gap: GapFound): Promise<void> => {
    const source = `/services/${gap.producer}`;
    if (gap.detail === 'buckets') {
      await say(gap.producer, { type: ownTypes.counted, data: await receipts.countedOnly(source, gap.wanted, { ...caughtUpAt }) });
      return;
    }
    for (const wanted of gap.wanted) {
      await say(gap.producer, { type: ownTypes.listed, data: await receipts.listed(source, gap.detail, wanted) });
    }
  };

  return {
    async sampleBacklog() {
      for (const lane of lanes) {
        const at = Date.now();
        const waiting = await bus.backlog(service, lane);
        if (waiting === 0) caughtUpAt[lane] = at;
      }
    },
    async tell() {
      const since = Math.floor((Date.now() - settings.reconcileWindowMs) / bucketMs) * bucketMs;
      const caughtUp = { ...caughtUpAt };
      const bySource = await receipts.countedSince(since);
      for (const producer of producers) {
        const counts = bySource.get(`/services/${producer}`) ?? [];
        const message: OwnMessage = { type: ownTypes.counted, data: { consumer: service, since, caughtUpAt: caughtUp, counts } };
        await say(producer, message).catch((error: unknown) =>
          log.debug({ producer, error: describe(error) }, 'a producer could not be told'),
        );
      }
    },
    async chase() {
      const old = await ledger.unreconciledBefore(Date.now() - settings.reconcileWindowMs);
      const byConsumer = new Map<string, { type: string; from: number }[]>();
      for (const { consumer, type, from } of old) byConsumer.set(consumer, [...(byConsumer.get(consumer) ?? []), { type, from }]);
      for (const [consumer, wanted] of byConsumer) {
        const message: OwnMessage = { type: ownTypes.gap, data: { producer: service, detail: 'buckets', wanted } };
        await say(consumer, message).catch((error: unknown) =>
          log.debug({ consumer, error: describe(error) }, 'a consumer could not be asked'),
        );
      }
    },
    async handle(events) {
      for (const event of events) {
        const message = { type: event.type, data: event.data } as OwnMessage;
        try {
          if (message.type === ownTypes.counted) await compare(message.data);
          else if (message.type === ownTypes.gap) await answer(message.data);
          else if (message.type === ownTypes.listed) await narrow(message.data);
        } catch (error) {
          // The next round says it again.
          log.warn({ type: event.type, error: describe(error) }, 'a reconciliation message could not be worked on');
        }
      }
    },
    report: () => ({ ...totals }),
  };
}

function produces(catalogue: MessageCatalogue, producer: string, consumer: string): boolean {
  return [...catalogue.values()].some((definition) => definition.producer === producer && consumersOf(definition).includes(consumer));
}
