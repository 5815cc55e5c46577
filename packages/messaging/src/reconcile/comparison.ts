import { lanes, typesBoundTo } from '../catalogue.js';
import type { MessagingSettings } from '../messaging-options.js';
import type { Bus, Envelope, Lane, Logger, MessageCatalogue, ReconcileReport } from '../ports.js';
import { meters } from '../telemetry.js';
import type { LedgerOfSent, SentBucket } from './ledger-of-sent.js';
import { bucketMs, type Count, type OwnMessage, ownTypes, type ReceiptsCounted, type ReceiptsListed } from './messages.js';

export interface ComparisonOptions {
  service: string;
  catalogue: MessageCatalogue;
  bus: Bus;
  settings: MessagingSettings;
  log: Logger;
  ledger: LedgerOfSent;
  say: (to: string, message: OwnMessage) => Promise<void>;
}

const keyOf = (one: { type: string; from: number }): string => `${one.type} ${one.from}`;

/** The producer's half: holds a consumer's counts against what was published, narrows a difference down, and sends again what is missing. */
export class Comparison {
  private readonly totals: ReconcileReport = { compared: 0, mismatches: 0, resent: 0 };
  /** When a bucket was last looked into, so that what was just sent again has time to arrive. */
  private readonly lookedInto = new Map<string, number>();

  constructor(private readonly options: ComparisonOptions) {}

  report(): ReconcileReport {
    return { ...this.totals };
  }

  async compare(told: ReceiptsCounted): Promise<void> {
    for (const lane of lanes) {
      const at = told.caughtUpAt[lane];
      if (at !== null) await this.compareLane(told, lane, at - this.options.settings.reconcileGraceMs);
    }
  }

  private async compareLane(told: ReceiptsCounted, lane: Lane, cutoff: number): Promise<void> {
    const { catalogue, service, ledger } = this.options;
    const types = typesBoundTo(catalogue, told.consumer, lane).filter((type) => catalogue.get(type)?.producer === service);
    if (types.length === 0) return;
    const theirs = new Map(told.counts.map((count) => [keyOf(count), count]));
    const asked = told.only === undefined ? undefined : new Set(told.only.map(keyOf));
    const since = told.only === undefined ? told.since : Math.min(...told.only.map((one) => one.from));
    for (const ours of await ledger.since(told.consumer, types, since, cutoff)) {
      if (ours.equalCount === ours.count || asked?.has(keyOf(ours)) === false) continue;
      this.totals.compared += 1;
      await this.compareBucket(told.consumer, lane, ours, theirs.get(keyOf(ours)), cutoff);
    }
  }

  private async compareBucket(consumer: string, lane: Lane, ours: SentBucket, theirs: Count | undefined, cutoff: number): Promise<void> {
    const received = theirs?.count ?? 0;
    const settled = ours.dueCount === ours.count;
    const equal = received === ours.count && theirs?.hash === ours.hash;
    if (settled && equal) return this.rememberClosed(consumer, ours, cutoff);
    // While events flow, only too few is proof; a settled bucket with as many but others is proof too.
    const gap = received < ours.dueCount || (settled && received === ours.count);
    if (!gap || this.recently(`${consumer} ${keyOf(ours)}`)) return;
    const { bus, catalogue, ledger, log, say, service } = this.options;
    this.totals.mismatches += 1;
    log.warn({ consumer, type: ours.type, bucket: new Date(ours.from), published: ours.dueCount, received }, 'a consumer lacks events');
    // A binding may be gone: it is made again before anything is sent again.
    await bus.declare(catalogue);
    if (received > 0) {
      const wanted = [{ type: ours.type, from: ours.from }];
      return say(consumer, { type: ownTypes.gap, data: { producer: service, detail: 'seconds', wanted } });
    }
    for await (const page of ledger.published(ours.type, ours.from, ours.from + bucketMs, cutoff)) await this.heal(consumer, lane, page);
  }

  private async rememberClosed(consumer: string, ours: SentBucket, cutoff: number): Promise<void> {
    const end = ours.from + bucketMs;
    if (end > cutoff || (await this.options.ledger.anyWaiting(ours.type, ours.from, end))) return;
    await this.options.ledger.remember(consumer, ours);
  }

  /** From the seconds of a bucket to the ids of those that differ, and from the ids to what is missing. */
  async narrow(told: ReceiptsListed): Promise<void> {
    const { catalogue, service, settings, ledger } = this.options;
    const definition = catalogue.get(told.type);
    if (definition === undefined || definition.producer !== service) return;
    const cutoff = Date.now() - settings.reconcileGraceMs;
    if (told.ids === undefined) return this.narrowSeconds(told, cutoff);
    const theirs = new Set(told.ids);
    for await (const page of ledger.published(told.type, told.from, told.from + 1000, cutoff)) {
      const missing = page.filter((event) => !theirs.has(event.id));
      await this.heal(told.consumer, definition.lane, missing);
    }
  }

  private async narrowSeconds(told: ReceiptsListed, cutoff: number): Promise<void> {
    const { ledger, say, service } = this.options;
    const theirs = new Map((told.seconds ?? []).map((second) => [second.from, second]));
    const ours = await ledger.secondsOf(told.type, told.from, told.from + bucketMs, cutoff);
    const differing = ours.filter((second) => {
      const other = theirs.get(second.from);
      return other === undefined || other.count < second.count || (other.count === second.count && other.hash !== second.hash);
    });
    for (let from = 0; from < differing.length; from += 50) {
      const wanted = differing.slice(from, from + 50).map((second) => ({ type: told.type, from: second.from }));
      await say(told.consumer, { type: ownTypes.gap, data: { producer: service, detail: 'ids', wanted } });
    }
  }

  private async heal(consumer: string, lane: Lane, events: Envelope[]): Promise<void> {
    if (events.length === 0) return;
    const { bus, log, service } = this.options;
    await bus.sendTo(consumer, lane, events);
    this.totals.resent += events.length;
    meters().resent.add(events.length, { service, consumer });
    log.warn({ consumer, type: events[0]?.type, events: events.length }, 'events that never arrived were sent again');
  }

  private recently(key: string): boolean {
    const now = Date.now();
    if (now - (this.lookedInto.get(key) ?? 0) < 1.5 * this.options.settings.reconcileEveryMs) return true;
    if (this.lookedInto.size > 10_000) this.lookedInto.clear();
    this.lookedInto.set(key, now);
    return false;
  }
}
