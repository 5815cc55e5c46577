import type { ConsumeMessage } from 'amqplib';
import type { Lane, RawEvent } from '../../ports.js';

export const singleContentType = 'application/cloudevents+json';
export const batchContentType = 'application/cloudevents-batch+json';

/** What a message holds: one event, several, or something that is no JSON. */
export function rawEventsOf(message: ConsumeMessage): RawEvent[] {
  const text = message.content.toString('utf8');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return [{ content: text, malformed: error instanceof Error ? error.message : 'not JSON' }];
  }
  if (!Array.isArray(content)) return [{ content }];
  return content.map((one: unknown) => ({ content: one }));
}

/** How often it was delivered before without an answer. */
export function deliveriesOf(message: ConsumeMessage): number {
  const count: unknown = message.properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
}

/** Where a dead-lettered message came from, and why. */
export function deathOf(message: ConsumeMessage): { lane: Lane; reason: string } {
  const headers = message.properties.headers ?? {};
  const queue = String(headers['x-first-death-queue'] ?? '');
  const reason = String(headers['x-first-death-reason'] ?? 'unknown');
  const lane = queue.endsWith('.control') ? 'control' : 'facts';
  const what = reason === 'delivery_limit' ? 'delivered too often without an answer: its consumer may die of it' : reason;
  return { lane, reason: what };
}
