import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { describe } from '../../errors.js';
import { Bell, backoffMs } from '../../pacing.js';
import type { Delivery, Lane, RawEvent, Receive } from '../../ports.js';
import { closeChannel, type Link, within } from './link.js';
import { batchContentType, deathOf, deliveriesOf, rawEventsOf } from './message.js';
import type { RabbitSettings } from './options.js';

interface Open {
  channel: Channel;
  tag: string;
  /** Delivered and not yet handled, in the queue's order. */
  buffer: ConsumeMessage[];
  /** Delivered and not yet acknowledged: the broker does not count these as waiting. */
  unanswered: number;
  alive: boolean;
}
/** From this many unanswered deliveries on a message is only stored: the retry loop then tries its events, at last one by one, and counts. */
const suspectDeliveries = 2;

export interface LaneConsumerOptions {
  link: Link;
  queue: string;
  lane: Lane | 'dead';
  receive: Receive;
  settings: RabbitSettings;
  /** Called when there is no such queue: declares it. */
  declare: () => Promise<void>;
  /** Called when the queue refuses to work again and again: drops it and declares it anew. */
  rebuild: (queue: string) => Promise<void>;
}

/** Consumes one queue: collects what is there, hands it over, acknowledges; opens again after any loss. */
export class LaneConsumer {
  private open: Open | undefined;
  private stopping = false;
  private refusals = 0;
  private refusedSince = 0;
  private pumping: Promise<void> = Promise.resolve();
  private isPumping = false;
  private readonly bell = new Bell();
  private readonly running: Promise<void>;

  constructor(private readonly options: LaneConsumerOptions) {
    this.running = this.run();
  }

  get queue(): string {
    return this.options.queue;
  }

  /** Whether the queue is being consumed: an answer about a queue that is not may be wrong. */
  get isOpen(): boolean {
    return this.open?.alive === true;
  }

  /** Messages in hand. */
  get unanswered(): number {
    return this.open?.alive === true ? this.open.unanswered : 0;
  }

  /** Keeps a channel open as long as there is a connection. */
  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const connection = this.options.link.connection();
      if (this.open?.alive !== true && connection !== undefined && !this.isPumping) {
        const began = Date.now();
        try {
          await this.start(connection);
          failures = 0;
        } catch (error) {
          failures = (await this.refused(error, began)) ? 0 : failures + 1;
        }
      }
      await this.bell.wait(failures > 0 ? backoffMs(failures, 200, 5000) : 250);
    }
  }

  /** Whether the queue was made anew, so that it can be tried at once. */
  private async refused(error: unknown, began: number): Promise<boolean> {
    const { settings, queue, declare, rebuild } = this.options;
    const reason = describe(error);
    settings.log.warn({ queue, error: reason }, 'a queue cannot be consumed; trying again');
    if (this.stopping) return false;
    if (/no queue/i.test(reason)) {
      await this.repaired(declare);
      return false;
    }
    // A queue that came back unusable does not answer, or ends the channel with an internal error; an unreachable broker is another matter.
    if (!/INTERNAL.ERROR|NOT.FOUND|no reply|took longer/i.test(reason)) return false;
    if (this.refusals === 0) this.refusedSince = began;
    this.refusals += 1;
    if (this.refusals < 3 || Date.now() - this.refusedSince < settings.rebuildAfterMs) return false;
    this.refusals = 0;
    return this.repaired(() => rebuild(queue));
  }

  private async repaired(repair: () => Promise<void>): Promise<boolean> {
    const { log } = this.options.settings;
    return repair().then(
      () => true,
      (failure: unknown) => {
        log.warn({ queue: this.queue, error: describe(failure) }, 'repairing a queue failed; the next refusals try again');
        return false;
      },
    );
  }

  private async start(connection: ChannelModel): Promise<void> {
    const channel = await within(connection.createChannel(), 4000, 'opening a channel');
    const open: Open = { channel, tag: '', buffer: [], unanswered: 0, alive: true };
    const lost = (): void => {
      open.alive = false;
      this.bell.ring();
    };
    let failure: unknown;
    channel.on('error', (error: unknown) => {
      failure = error;
      this.options.settings.log.warn({ queue: this.options.queue, error: describe(error) }, 'a consumer channel failed; opening another');
      lost();
    });
    channel.on('close', lost);
    try {
      await within(this.subscribe(open), 4000, 'subscribing');
    } catch (error) {
      open.alive = false;
      void closeChannel(channel);
      throw failure ?? error;
    }
    this.refusals = 0;
    this.open = open;
    this.pump();
  }

  private async subscribe(open: Open): Promise<void> {
    await open.channel.prefetch(this.options.settings.prefetch);
    const reply = await open.channel.consume(this.options.queue, (message) => this.delivered(open, message));
    open.tag = reply.consumerTag;
  }

  private delivered(open: Open, message: ConsumeMessage | null): void {
    if (message === null) {
      // The broker cancelled us: the queue was deleted, or its leader moved.
      this.options.settings.log.warn({ queue: this.options.queue }, 'the broker cancelled the consumer; subscribing again');
      open.alive = false;
      void closeChannel(open.channel);
      this.bell.ring();
      return;
    }
    open.buffer.push(message);
    open.unanswered += 1;
    this.pump();
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    // One turn of the event loop later, what has arrived in the same breath is there too.
    this.pumping = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.work())
      .catch((error: unknown) => this.options.settings.log.error({ queue: this.options.queue, error: describe(error) }, 'consuming failed'))
      .finally(() => {
        this.isPumping = false;
        if (this.open?.alive === true && this.open.buffer.length > 0) this.pump();
        this.bell.ring();
      });
  }

  private async work(): Promise<void> {
    for (;;) {
      const open = this.open;
      if (open === undefined || !open.alive || open.buffer.length === 0) return;
      const { messages, suspect } = this.takeBatch(open);
      const handled = await this.handOver(open, messages, suspect ? { storeOnly: true, suspect } : {});
      const last = messages.at(-1);
      if (!handled || last === undefined) return;
      if (open.alive) open.channel.ack(last, true);
      open.unanswered -= messages.length;
    }
  }

  /** The next messages that can go together: suspects apart from the others, and not too many events. */
  private takeBatch(open: Open): { messages: ConsumeMessage[]; suspect: boolean } {
    const messages: ConsumeMessage[] = [];
    const suspect = open.buffer[0] !== undefined && deliveriesOf(open.buffer[0]) >= suspectDeliveries;
    let events = 0;
    for (const next of open.buffer) {
      if (events >= this.options.settings.handleBatch || deliveriesOf(next) >= suspectDeliveries !== suspect) break;
      messages.push(next);
      // A guess without parsing: a batch message holds some hundreds of bytes an event.
      events += next.properties.contentType === batchContentType ? Math.max(1, Math.ceil(next.content.length / 700)) : 1;
    }
    open.buffer.splice(0, messages.length);
    return { messages, suspect };
  }

  /** Holds the messages while the database is away; after long enough gives them back and waits with empty hands. */
  private async handOver(open: Open, messages: readonly ConsumeMessage[], delivery: Delivery): Promise<boolean> {
    const { settings, queue } = this.options;
    const groups = this.groupsOf(messages);
    const giveUpAt = Date.now() + settings.patienceMs;
    for (let attempt = 1; open.alive; attempt += 1) {
      try {
        for (const [lane, raws] of groups) await this.options.receive(lane, raws, delivery);
        return true;
      } catch (error) {
        settings.log.warn({ queue, attempt, error: describe(error) }, 'nothing could be stored: consuming pauses');
        if (Date.now() > giveUpAt || this.stopping) break;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, 100, 2000)));
      }
    }
    if (open.alive) await closeChannel(open.channel);
    open.alive = false;
    await this.untilStorable(groups[0]?.[0] ?? 'facts');
    return false;
  }

  private async untilStorable(lane: Lane): Promise<void> {
    for (let attempt = 1; !this.stopping; attempt += 1) {
      const storable = await this.options.receive(lane, []).then(
        () => true,
        () => false,
      );
      if (storable) return;
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, 200, 2000)));
    }
  }

  private groupsOf(messages: readonly ConsumeMessage[]): [Lane, RawEvent[]][] {
    const { lane } = this.options;
    if (lane !== 'dead') return [[lane, messages.flatMap(rawEventsOf)]];
    const byLane = new Map<Lane, RawEvent[]>();
    for (const message of messages) {
      const death = deathOf(message);
      const raws = rawEventsOf(message).map((raw) => ({ ...raw, deadLettered: death.reason }));
      byLane.set(death.lane, [...(byLane.get(death.lane) ?? []), ...raws]);
    }
    return [...byLane];
  }

  /** Takes no more, finishes what is in hand (for at most `patienceMs`), gives the channel back. */
  async stop(): Promise<void> {
    const open = this.open;
    this.stopping = true;
    this.bell.ring();
    if (open?.alive === true) await within(open.channel.cancel(open.tag), 2000, 'cancelling').catch(() => undefined);
    const until = Date.now() + this.options.settings.patienceMs;
    while (this.isPumping && Date.now() < until) await this.pumping;
    if (open?.alive === true) await closeChannel(open.channel);
    await within(this.running, this.options.settings.patienceMs, 'ending').catch(() => undefined);
  }
}
