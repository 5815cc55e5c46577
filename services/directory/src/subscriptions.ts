import type { Subscriptions } from '@tributary/messaging';

/** The directory is where the others learn from: it listens to nothing yet. */
export const subscriptions: Subscriptions = {};
