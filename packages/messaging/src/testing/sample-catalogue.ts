import { z } from 'zod';
import type { MessageCatalogue, MessageDefinition } from '../ports.js';

const base = { lane: 'facts' as const, rank: 50, producer: 'shop', consumers: ['billing', 'stats'] };

/** A small catalogue for tests: a shop, two consumers, both lanes, two versions of one event. */
export const sampleDefinitions: readonly MessageDefinition[] = [
  { ...base, type: 'shop.sale.recorded.v1', schema: z.strictObject({ amount: z.int() }) },
  { ...base, type: 'shop.refund.recorded.v1', rank: 60, schema: z.strictObject({ of: z.string(), amount: z.int() }) },
  { ...base, type: 'shop.price.changed.v1', lane: 'control', rank: 10, schema: z.strictObject({ price: z.int() }) },
  // The old version's reader is still there; the new one is published beside it.
  { ...base, type: 'shop.order.placed.v1', consumers: ['stats'], schema: z.strictObject({ name: z.string() }) },
  {
    ...base,
    type: 'shop.order.placed.v2',
    consumers: ['billing'],
    schema: z.strictObject({ first: z.string(), last: z.string() }),
    alsoPublish: {
      type: 'shop.order.placed.v1',
      downcast: (data: never) => {
        const { first, last } = data as { first: string; last: string };
        return { name: `${first} ${last}` };
      },
    },
  },
];

export const sampleCatalogue: MessageCatalogue = new Map(sampleDefinitions.map((definition) => [definition.type, definition]));
