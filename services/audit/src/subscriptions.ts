import type { Subscriptions } from '@tributary/messaging';
import { archiveEvents } from './archive/archive-events.consumer.js';
import type { ArchiveStore } from './archive/archive-store.js';

/** Audit listens to everything. */
export const subscriptions = (archive: ArchiveStore): Subscriptions => ({ '*': archiveEvents(archive) });
