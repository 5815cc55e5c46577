import type { Subscriptions } from '@tributary/messaging';
import { type EraseParts, onErasureAnswered } from './partners/erasures/on-erasure-answered.consumer.js';

/** The directory is where the others learn from; it listens only for what an erasure waits for. */
export const subscriptions = (parts: EraseParts): Subscriptions => ({
  'payouts.erasure.answered.v1': onErasureAnswered(parts),
});
