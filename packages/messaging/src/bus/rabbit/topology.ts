import type { Channel } from 'amqplib';
import { consumersOf, lanes, servicesOf } from '../../catalogue.js';
import type { Lane, MessageCatalogue } from '../../ports.js';
import type { RabbitSettings } from './options.js';

export const exchangeOf = (settings: RabbitSettings): string => `${settings.prefix}tributary.events`;
const deadExchangeOf = (settings: RabbitSettings): string => `${settings.prefix}tributary.dead`;
export const queueOf = (settings: RabbitSettings, service: string, lane: Lane | 'dead'): string => `${settings.prefix}${service}.${lane}`;

/**
 * Asserts exchanges, queues and bindings of the whole catalogue: idempotent, so it is simply repeated at every connect. The dead-letter
 * side comes first, because what is dead-lettered to nowhere is lost. Dead-lettering is at-least-once, which needs `reject-publish`.
 */
export async function assertTopology(channel: Channel, catalogue: MessageCatalogue, settings: RabbitSettings): Promise<void> {
  const dead = deadExchangeOf(settings);
  await channel.assertExchange(dead, 'direct', { durable: true });
  await channel.assertExchange(exchangeOf(settings), 'topic', { durable: true });
  for (const service of servicesOf(catalogue)) {
    const deadQueue = queueOf(settings, service, 'dead');
    // A limit that is never reached: newer brokers would otherwise drop after 20 deliveries.
    await channel.assertQueue(deadQueue, { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 } });
    await channel.bindQueue(deadQueue, dead, service);
    for (const lane of lanes) await channel.assertQueue(queueOf(settings, service, lane), laneQueue(dead, service, settings));
  }
  for (const definition of catalogue.values()) {
    for (const consumer of consumersOf(definition)) {
      await channel.bindQueue(queueOf(settings, consumer, definition.lane), exchangeOf(settings), definition.type);
    }
  }
}

function laneQueue(dead: string, service: string, settings: RabbitSettings) {
  return {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': settings.deliveryLimit,
      'x-dead-letter-exchange': dead,
      'x-dead-letter-routing-key': service,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
}
