import { buildService, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { prismaBrandStore } from './brands/adapters/prisma-brand-store.js';
import { prismaEnrollmentStore } from './enrollments/adapters/prisma-enrollment-store.js';
import { PrismaClient } from './generated/client.js';
import { prismaPartnerStore } from './partners/adapters/prisma-partner-store.js';
import { pgErasureStore } from './partners/erasures/adapters/pg-erasure-store.js';
import { routes } from './routes.js';
import { subscriptions } from './subscriptions.js';

/** Builds the directory: who there is. */
export const compose = (environment: ServiceEnvironment): Promise<Service<PrismaClient>> =>
  buildService({
    name: 'directory',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: ['partner_change', 'former_contact'],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: ({ db, outbox, keys }) => {
      const parts = {
        brands: prismaBrandStore(db),
        partners: prismaPartnerStore(db),
        enrollments: prismaEnrollmentStore(db),
        erasures: pgErasureStore,
        db,
        outbox,
        keys,
      };
      return { routes: routes(parts), subscriptions: subscriptions(parts) };
    },
  });
