import { crashPoint } from '@tributary/messaging';
import { buildService, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import type { Parts, PayoutSettings } from './parts.js';
import { bankFile } from './rails/adapters/bank-file.js';
import { simulatedApi } from './rails/adapters/simulated-api.js';
import type { Rail } from './rails/rail.js';
import { routes } from './routes.js';
import { subscriptions } from './subscriptions.js';

/** What tests replace. */
export interface PayoutsOptions {
  crashPoint?: Parts['crashPoint'];
  settings?: Partial<PayoutSettings>;
  /** Wraps each rail, so that a test can break it. */
  wrapRail?: (rail: Rail) => Rail;
}

/** The payouts service on its database: nothing runs before `start`. */
export function compose(environment: ServiceEnvironment, options: PayoutsOptions = {}): Promise<Service<PrismaClient>> {
  return buildService<PrismaClient>({
    name: 'payouts',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: ['ledger_transaction', 'ledger_leg', 'simulator_money_out'],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit) => {
      const wrap = options.wrapRail ?? ((rail) => rail);
      const rails = [bankFile(kit.db, kit.vault), simulatedApi(kit.db)].map((rail) => [rail.name, wrap(rail)] as const);
      const settings = {
        coolingDays: Number(kit.env['TRIBUTARY_PAYOUT_COOLING_DAYS'] ?? 3),
        payoutsPerRun: 5000,
        payoutsPerBatch: 100,
        ...options.settings,
      };
      // The kit's messaging is there only once all is built: a getter must stay a getter.
      const parts: Parts = Object.create(
        kit,
        Object.getOwnPropertyDescriptors({ rails: new Map(rails), settings, crashPoint: options.crashPoint ?? crashPoint }),
      );
      return { routes: routes(parts), subscriptions: subscriptions(parts), jobs: jobs(parts) };
    },
  });
}
