import { crashPoint } from '@tributary/messaging';
import { buildService, readEnvironment, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { z } from 'zod';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import type { Parts, PayoutSettings } from './parts.js';
import { bankFile, bankFilesOf } from './rails/adapters/bank-file.js';
import { simulatedApi } from './rails/adapters/simulated-api.js';
import type { Rail } from './rails/domain/rail.js';
import { routes } from './routes.js';
import { subscriptions } from './subscriptions.js';

const environmentSchema = z.object({ TRIBUTARY_PAYOUT_COOLING_DAYS: z.coerce.number().int().min(0).max(365).default(3) });

function settingsFrom(env: NodeJS.ProcessEnv): PayoutSettings {
  return { coolingDays: readEnvironment(environmentSchema, env).TRIBUTARY_PAYOUT_COOLING_DAYS, payoutsPerRun: 5000, payoutsPerBatch: 100 };
}

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
    appendOnly: ['ledger_transaction', 'simulator_money_out', 'payout_schedule', 'scheduled_run'],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit) => {
      const wrap = options.wrapRail ?? ((rail) => rail);
      const rails = [bankFile(kit.db, kit.vault), simulatedApi(kit.db)].map((rail) => [rail.name, wrap(rail)] as const);
      const own = {
        rails: new Map(rails),
        settings: { ...settingsFrom(kit.env), ...options.settings },
        crashPoint: options.crashPoint ?? crashPoint,
        bankFilesOf: (tx, runId, brandId) => bankFilesOf(tx, kit.vault, runId, brandId),
      } satisfies Omit<Parts, keyof typeof kit>;
      // The kit's messaging is there only once all is built, so the kit is not copied.
      const parts: Parts = Object.create(kit, Object.getOwnPropertyDescriptors(own));
      return { routes: routes(parts), subscriptions: subscriptions(parts), jobs: jobs(parts) };
    },
  });
}
