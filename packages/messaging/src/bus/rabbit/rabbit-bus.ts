import type { Channel, ChannelModel } from 'amqplib';
import { describe } from '../../errors.js';
import type { Bus, BusState, Consumption, MessageCatalogue, Receive } from '../../ports.js';
import { LaneConsumer } from './lane-consumer.js';
import { closeChannel, connectFor, drop, keepLink, prepareTimeoutMs, within } from './link.js';
import { type RabbitOptions, settingsOf } from './options.js';
import { createPublisher } from './publisher.js';
import { assertTopology, exchangeOf, queueOf } from './topology.js';

export type { RabbitOptions } from './options.js';

/**
 * RabbitMQ behind the port: durable topic exchange, quorum queues per service and lane, confirms, one connection to publish and one to
 * consume. It never buffers: what cannot be confirmed now fails now, because the outbox is the buffer.
 */
export function rabbitBus(options: RabbitOptions): Bus {
  const settings = settingsOf(options);
  const { log } = settings;
  const listeners = new Set<() => void>();
  let catalogue: MessageCatalogue = new Map();
  let admin: Channel | undefined;
  let lastState: BusState = 'down';

  const assertOn = async (connection: ChannelModel): Promise<void> => {
    if (catalogue.size === 0) return;
    const channel = await quietChannel(connection);
    try {
      await assertTopology(channel, catalogue, settings);
    } finally {
      await closeChannel(channel);
    }
  };
  const publisher = createPublisher(settings, () => publishing);
  const publishing = keepLink(settings, 'publish', async (connection) => {
    await assertOn(connection);
    const channel = await connection.createConfirmChannel();
    publisher.use(channel);
    connection.on('unblocked', () => setImmediate(notice));
    setImmediate(notice);
  });
  const consuming = keepLink(settings, 'consume', async (connection) => {
    await assertOn(connection);
    setImmediate(notice);
  });

  const state = (): BusState => {
    if (publishing.connection() === undefined || consuming.connection() === undefined) return 'down';
    return publishing.isBlocked() ? 'blocked' : 'up';
  };
  const notice = (): void => {
    const now = state();
    if (now === 'up' && lastState !== 'up') for (const listener of listeners) listener();
    lastState = now;
  };
  const watching = setInterval(notice, 250);
  watching.unref();

  const declareNow = async (): Promise<void> => {
    const connection = consuming.connection() ?? publishing.connection();
    if (connection !== undefined) await within(assertOn(connection), prepareTimeoutMs, 'asserting the topology');
  };

  /**
   * On a connection of its own: once the queue is gone the broker ends every connection that still waits for an answer of it. Deleting
   * takes the broker five seconds, because first it waits for the dead queue too.
   */
  const rebuild = async (queue: string): Promise<void> => {
    log.error({ queue }, 'a queue is beyond repair: it is declared anew, and reconciliation sends again what it held');
    const connection = await connectFor(settings, 'repair');
    connection.on('error', (error: Error) => log.warn({ queue, error: error.message }, 'the connection for repairs failed'));
    try {
      const channel = await within(quietChannel(connection), prepareTimeoutMs, 'opening a channel');
      await within(channel.deleteQueue(queue), prepareTimeoutMs, 'deleting the queue');
      await within(assertOn(connection), prepareTimeoutMs, 'declaring the queue anew');
      log.info({ queue }, 'the queue is declared anew');
    } finally {
      await within(connection.close(), 2000, 'closing').catch(() => drop(connection));
    }
  };

  const laneConsumers = new Set<LaneConsumer>();
  const consumersOf = (queue: string): LaneConsumer[] => [...laneConsumers].filter((consumer) => consumer.queue === queue);

  return {
    features: { broker: true, durableBindings: true },
    state,
    async declare(wanted) {
      catalogue = new Map([...catalogue, ...wanted]);
      await declareNow().catch((error: unknown) =>
        log.error({ error: describe(error) }, 'the topology could not be asserted; the next connect tries again'),
      );
    },
    publish: (events) => publisher.send(exchangeOf(settings), (event) => event.type, events),
    sendTo: (service, lane, events) => publisher.send('', () => queueOf(settings, service, lane), events),
    async consume(service: string, receive: Receive): Promise<Consumption> {
      const consumers = (['control', 'facts', 'dead'] as const).map(
        (lane) =>
          new LaneConsumer({
            link: consuming,
            queue: queueOf(settings, service, lane),
            lane,
            receive,
            settings,
            declare: declareNow,
            rebuild,
          }),
      );
      for (const consumer of consumers) laneConsumers.add(consumer);
      const stop = async () => {
        await Promise.all(consumers.map((consumer) => consumer.stop()));
        for (const consumer of consumers) laneConsumers.delete(consumer);
      };
      return { stop };
    },
    async backlog(service, lane) {
      const connection = consuming.connection();
      if (connection === undefined) return undefined;
      try {
        admin ??= await within(
          quietChannel(connection, () => {
            admin = undefined;
          }),
          settings.confirmTimeoutMs,
          'opening a channel',
        );
        const queue = queueOf(settings, service, lane);
        const reply = await within(admin.checkQueue(queue), settings.confirmTimeoutMs, 'looking at a queue');
        // A queue that came back unusable says that it is empty.
        if (reply.messageCount === 0 && consumersOf(queue).some((consumer) => !consumer.isOpen)) return undefined;
        // What a consumer of ours has in hand waits too, though the broker does not count it.
        return reply.messageCount + consumersOf(queue).reduce((sum, consumer) => sum + consumer.unanswered, 0);
      } catch {
        admin = undefined;
        return undefined;
      }
    },
    onUp(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(watching);
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}

/** A channel whose failure is told to the one who waits for its reply, and to nobody else. */
async function quietChannel(connection: ChannelModel, lost: () => void = () => undefined): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', lost);
  channel.on('close', lost);
  return channel;
}
