import type pg from 'pg';
import { consumersOf, lanes, servicesOf } from '../catalogue.js';
import { describe } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import type { Bus, Envelope, Lane, Logger, MessageCatalogue, ReconcileReport } from '../ports.js';
import { Comparison } from './comparison.js';
import { createLedgerOfSent, type LedgerOfSent } from './ledger-of-sent.js';
import { bucketMs, type GapFound, type OwnMessage, ownEnvelope, ownTypes } from './messages.js';
import { createReceipts } from './receipts.js';

export interface ReconcilerOptions {
  service: string;
  catalogue: MessageCatalogue;
  pool: pg.Pool;
  bus: Bus;
  settings: MessagingSettings;
  log: Logger;
}

/** Finds events that were confirmed and yet never reached a bound consumer. Every service plays both parts: consumer and producer. */
export class Reconciler {
  private readonly receipts: ReturnType<typeof createReceipts>;
  private readonly ledger: LedgerOfSent;
  private readonly comparison: Comparison;
  private readonly caughtUpAt: Record<Lane, number | null> = { facts: null, control: null };
  private readonly producers: string[];

  constructor(private readonly options: ReconcilerOptions) {
    const { service, catalogue, pool, bus, settings, log } = options;
    this.receipts = createReceipts(pool, service);
    this.ledger = createLedgerOfSent(pool);
    this.comparison = new Comparison({
      service,
      catalogue,
      bus,
      settings,
      log,
      ledger: this.ledger,
      say: (to, what) => this.say(to, what),
    });
    this.producers = servicesOf(catalogue).filter((name) => produces(catalogue, name, service));
  }

  /** Looks whether our queues are empty; counts are only judged against an instant at which they were. */
  async sampleBacklog(): Promise<void> {
    for (const lane of lanes) {
      const at = Date.now();
      if ((await this.options.bus.backlog(this.options.service, lane)) === 0) this.caughtUpAt[lane] = at;
    }
  }

  /** Tells each producer what we have received from it. */
  async tell(): Promise<void> {
    const { service, settings } = this.options;
    const since = Math.floor((Date.now() - settings.reconcileWindowMs) / bucketMs) * bucketMs;
    const caughtUpAt = { ...this.caughtUpAt };
    const bySource = await this.receipts.countedSince(since);
    for (const producer of this.producers) {
      const counts = bySource.get(`/services/${producer}`) ?? [];
      await this.tryToSay(producer, { type: ownTypes.counted, data: { consumer: service, since, caughtUpAt, counts } });
    }
  }

  /** Asks consumers about old buckets that were never found equal. */
  async chase(): Promise<void> {
    const { service, settings } = this.options;
    const byConsumer = new Map<string, { type: string; from: number }[]>();
    for (const { consumer, type, from } of await this.ledger.unreconciledBefore(Date.now() - settings.reconcileWindowMs)) {
      byConsumer.set(consumer, [...(byConsumer.get(consumer) ?? []), { type, from }]);
    }
    for (const [consumer, wanted] of byConsumer) {
      await this.tryToSay(consumer, { type: ownTypes.gap, data: { producer: service, detail: 'buckets', wanted } });
    }
  }

  /** Works on what others told or asked. What fails is said again in the next round. */
  async handle(events: readonly Envelope[]): Promise<void> {
    for (const event of events) {
      const message = { type: event.type, data: event.data } as OwnMessage;
      try {
        if (message.type === ownTypes.counted) await this.comparison.compare(message.data);
        else if (message.type === ownTypes.gap) await this.answer(message.data);
        else if (message.type === ownTypes.listed) await this.comparison.narrow(message.data);
      } catch (error) {
        this.options.log.warn({ type: event.type, error: describe(error) }, 'a reconciliation message could not be worked on');
      }
    }
  }

  report(): ReconcileReport {
    return this.comparison.report();
  }

  private async answer(gap: GapFound): Promise<void> {
    const source = `/services/${gap.producer}`;
    if (gap.detail === 'buckets') {
      const counted = await this.receipts.countedOnly(source, gap.wanted, { ...this.caughtUpAt });
      return this.say(gap.producer, { type: ownTypes.counted, data: counted });
    }
    for (const wanted of gap.wanted) {
      await this.say(gap.producer, { type: ownTypes.listed, data: await this.receipts.listed(source, gap.detail, wanted) });
    }
  }

  private async say(to: string, message: OwnMessage): Promise<void> {
    await this.options.bus.sendTo(to, 'control', [ownEnvelope(this.options.service, message)]);
  }

  private async tryToSay(to: string, message: OwnMessage): Promise<void> {
    await this.say(to, message).catch((error: unknown) =>
      this.options.log.debug({ to, error: describe(error) }, 'a reconciliation message could not be sent; the next round says it again'),
    );
  }
}

function produces(catalogue: MessageCatalogue, producer: string, consumer: string): boolean {
  return [...catalogue.values()].some((definition) => definition.producer === producer && consumersOf(definition).includes(consumer));
}
