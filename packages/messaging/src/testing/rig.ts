import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import { inProcessBus } from '../bus/in-process.js';
import { within } from '../bus/rabbit/link.js';
import type { RabbitOptions } from '../bus/rabbit/options.js';
import { rabbitBus } from '../bus/rabbit/rabbit-bus.js';
import type { Bus, Lane } from '../ports.js';
import type { LabService } from './lab.js';

/** One adapter set up for the conformance suite. */
export interface Rig {
  name: string;
  /** For a child process: how to reach the same bus. */
  child: { url?: string; prefix?: string };
  /** The handle of one service: its own, as if it were a process of its own, where the adapter knows such a thing. */
  busFor(service: string): Bus;
  /** Puts a raw text where the service's inbox will find it. */
  inject(to: LabService, lane: Lane, text: string): Promise<void>;
  /** Takes away one binding, where bindings are durable. */
  unbind(service: string, lane: Lane, type: string): Promise<void>;
  close(): Promise<void>;
}

export const sampleServices = ['shop', 'billing', 'stats'];

export async function inProcessRig(): Promise<Rig> {
  const bus = inProcessBus({ services: sampleServices, patienceMs: 400, slowForMs: 300 });
  return {
    name: 'in-process',
    child: {},
    busFor: () => bus,
    async inject(to, lane, text) {
      let raw: { content: unknown; malformed?: string };
      try {
        raw = { content: JSON.parse(text) as unknown };
      } catch {
        raw = { content: text, malformed: 'not JSON' };
      }
      await to.messaging.receive(lane, [raw]);
    },
    unbind: () => Promise.reject(new Error('an in-process bus has no bindings that could be removed')),
    close: () => bus.close(),
  };
}

export async function rabbitRig(url: string, options: Partial<RabbitOptions> = {}): Promise<Rig> {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const buses: Bus[] = [];
  const once = async (
    work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>) => Promise<void>,
  ) => {
    const connection = await connect(url);
    try {
      const channel = await connection.createConfirmChannel();
      await work(channel);
      await channel.waitForConfirms();
    } finally {
      await connection.close();
    }
  };
  return {
    name: 'RabbitMQ',
    child: { url, prefix },
    busFor(service) {
      const bus = rabbitBus({ url, prefix, name: service, deliveryLimit: 4, confirmTimeoutMs: 4000, ...options });
      buses.push(bus);
      return bus;
    },
    inject: (to, lane, text) =>
      once(async (channel) => void channel.sendToQueue(`${prefix}${to.name}.${lane}`, Buffer.from(text), { persistent: true })),
    unbind: (service, lane, type) =>
      once(async (channel) => void (await channel.unbindQueue(`${prefix}${service}.${lane}`, `${prefix}tributary.events`, type))),
    async close() {
      const tidied = once(async (channel) => {
        for (const service of [...sampleServices, 'audit']) {
          for (const lane of ['facts', 'control', 'dead']) await channel.deleteQueue(`${prefix}${service}.${lane}`);
        }
        for (const exchange of ['tributary.events', 'tributary.dead']) await channel.deleteExchange(`${prefix}${exchange}`);
      });
      // A broker that has lost its memory may never answer; it is thrown away soon.
      await within(tidied, 20_000, 'tidying up').catch(() => undefined);
      await Promise.all(buses.map((bus) => bus.close()));
    },
  };
}
