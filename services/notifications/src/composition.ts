import { freezePurpose, freezeToken } from '@tributary/contracts';
import {
  buildService,
  internalClient,
  principalSigner,
  type Service,
  type ServiceEnvironment,
  systemPrincipal,
  type Upstream,
} from '@tributary/service-kit';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import { directoryContacts } from './messages/adapters/directory-contacts.js';
import { folderMailer } from './messages/adapters/folder-mailer.js';
import { pgMessageStore } from './messages/adapters/pg-message-store.js';
import { smtpMailer } from './messages/adapters/smtp-mailer.js';
import type { Mailer } from './messages/mailer.js';
import { prismaProfileStore } from './profiles/adapters/prisma-profile-store.js';
import { routes } from './routes.js';
import { readSettings } from './settings.js';
import { subscriptions } from './subscriptions.js';

export interface NotificationOptions {
  /** Where the directory answers; without it TRIBUTARY_DIRECTORY_URL says so. */
  directory?: Upstream;
  /** Instead of the mailer that the environment asks for. */
  mailer?: Mailer;
}

/** Builds notifications: tell them. */
export function compose(environment: ServiceEnvironment, options: NotificationOptions = {}): Promise<Service<PrismaClient>> {
  const { directory, smtpUrl, mailFrom, mailFolder, publicUrl } = readSettings(environment, options.directory);
  return buildService({
    name: 'notifications',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: [],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit) => {
      const client = internalClient(directory, principalSigner(kit.keys), { as: systemPrincipal(kit.name) });
      const mailer = options.mailer ?? (smtpUrl === undefined ? folderMailer(mailFolder, mailFrom) : smtpMailer(smtpUrl, mailFrom));
      const parts = {
        messages: pgMessageStore(kit.db),
        profiles: prismaProfileStore(kit.db),
        contacts: directoryContacts(client),
        mailer,
        jobs: kit.jobs,
        outbox: kit.outbox,
        clock: kit.clock,
        db: kit.db,
        log: kit.log,
        // Behind the hash: the word stands in no log of a server, and opening the page freezes nothing yet.
        freezeLink: (id: string, until: Date) =>
          `${publicUrl}/freeze#${freezeToken(id, until, (text) => kit.keys.hmac(freezePurpose, text))}`,
      };
      return {
        routes,
        subscriptions: subscriptions(parts),
        jobs: jobs(parts),
        async onStop() {
          mailer.close();
          client.close();
        },
      };
    },
  });
}
