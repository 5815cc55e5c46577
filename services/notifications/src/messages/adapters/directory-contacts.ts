import { type InternalClient, UpstreamFailed } from '@tributary/service-kit';
import { z } from 'zod';
import type { Contacts } from '../contacts.js';

/** What this service needs of the directory's answer (`getContact` of the contracts). */
const contact = z.object({
  name: z.string(),
  email: z.string(),
  former: z.array(z.object({ name: z.string(), email: z.string() })).optional(),
});

/** Asks the directory's contact API. */
export const directoryContacts = (directory: InternalClient): Contacts => ({
  async contactOf(partnerId) {
    try {
      return await directory.json({ path: `/internal/partners/${encodeURIComponent(partnerId)}/contact` }, contact);
    } catch (error) {
      if (error instanceof UpstreamFailed && (error.status === 404 || error.status === 410)) return undefined;
      throw error;
    }
  },
});
