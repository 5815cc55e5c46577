import { buildService, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { pgActivityStore } from './activity/adapters/pg-activity-store.js';
import { pgBrandStore } from './brands/adapters/pg-brand-store.js';
import { pgOutcomeStore } from './outcomes/adapters/pg-outcome-store.js';
import { pgQualityStore } from './quality/adapters/pg-quality-store.js';
import { pgProjections } from './rebuild/adapters/pg-projections.js';
import { routes } from './routes.js';
import { pgStandingStore } from './standings/adapters/pg-standing-store.js';
import { subscriptions } from './subscriptions.js';

/** Builds insights: how it goes. */
export const compose = (environment: ServiceEnvironment): Promise<Service<undefined>> =>
  buildService<undefined>({
    name: 'insights',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: ['quality_weights'],
    parts: ({ db }) => {
      const parts = {
        activity: pgActivityStore(db),
        outcomes: pgOutcomeStore(db),
        quality: pgQualityStore(db),
        standings: pgStandingStore(),
        brands: pgBrandStore(),
      };
      return { routes: routes({ ...parts, projections: pgProjections() }), subscriptions: subscriptions(parts) };
    },
  });
