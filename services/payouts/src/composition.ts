import path from 'node:path';
import { crashPoint } from '@tributary/messaging';
import { buildService, readEnvironment, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { z } from 'zod';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import type { Parts, PayoutSettings } from './parts.js';
import { apiRail } from './rails/adapters/api-rail.js';
import { csvFile } from './rails/adapters/csv-file.js';
import { fileRail } from './rails/adapters/file-rail.js';
import { nachaFile } from './rails/adapters/nacha-file.js';
import { paymentFiles } from './rails/adapters/payment-files.js';
import { providerHttp } from './rails/adapters/providers/http.js';
import { paypal, paypalAccess } from './rails/adapters/providers/paypal.js';
import { hearPaypal } from './rails/adapters/providers/paypal-callback.js';
import { stripe } from './rails/adapters/providers/stripe.js';
import { hearStripe } from './rails/adapters/providers/stripe-callback.js';
import { sepaFile } from './rails/adapters/sepa-file.js';
import { simulatedApi } from './rails/adapters/simulated-api.js';
import type { Rail } from './rails/domain/rail.js';
import { detectRestore } from './recovery/detect-restore.js';
import { routes } from './routes.js';
import { journaled, sentJournal } from './shared/sent-journal.js';
import { subscriptions } from './subscriptions.js';

const environmentSchema = z.object({
  TRIBUTARY_PAYOUT_COOLING_DAYS: z.coerce.number().int().min(0).max(365).default(3),
  TRIBUTARY_PAYOUT_BANK_DAYS: z.coerce.number().int().min(0).max(30).default(3),
  TRIBUTARY_RETENTION_YEARS: z.coerce.number().int().min(1).max(30).default(10),
  TRIBUTARY_PAYPAL_URL: z.url().default('https://api-m.paypal.com'),
  TRIBUTARY_STRIPE_URL: z.url().default('https://api.stripe.com'),
});

function settingsFrom(env: NodeJS.ProcessEnv): PayoutSettings {
  const read = readEnvironment(environmentSchema, env);
  return {
    coolingDays: read.TRIBUTARY_PAYOUT_COOLING_DAYS,
    bankDays: read.TRIBUTARY_PAYOUT_BANK_DAYS,
    retentionYears: read.TRIBUTARY_RETENTION_YEARS,
    payoutsPerRun: 100_000,
    balancesAtOnce: 1000,
    payoutsPerBatch: 100,
    paymentsAtOnce: 1000,
    statementsPerBatch: 200,
    paypalUrl: read.TRIBUTARY_PAYPAL_URL,
    stripeUrl: read.TRIBUTARY_STRIPE_URL,
    providerTimeoutMs: 15_000,
  };
}

/** What tests replace. */
export interface PayoutsOptions {
  crashPoint?: Parts['crashPoint'];
  settings?: Partial<PayoutSettings>;
  /** Wraps each rail, so that a test can break it. */
  wrapRail?: (rail: Rail) => Rail;
}

/** The payouts service on its database: nothing runs before `start`. */
export async function compose(environment: ServiceEnvironment, options: PayoutsOptions = {}): Promise<Service<PrismaClient>> {
  let built: Parts | undefined;
  const service = await buildService<PrismaClient>({
    name: 'payouts',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: [
      'clawback_policy',
      'ledger_transaction',
      'simulator_money_out',
      'bank_report',
      'bank_booking',
      'bank_file_piece',
      'bank_file_payout',
      'rail_item',
      'rail_callback',
      'payout_schedule',
      'payout_limit',
      'scheduled_run',
      'exchange_policy',
      'fx_rate',
      'run_approval',
      'payout_routing_policy',
      'account_statement',
      'account_statement_line',
      'statement_month',
      'tax_rule',
      'tax_profile',
      'payout_tax',
      'self_billed_invoice',
      'freeze_finding',
    ],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit) => {
      const wrap = options.wrapRail ?? ((rail) => rail);
      const settings = { ...settingsFrom(kit.env), ...options.settings };
      const callPaypal = providerHttp(settings.paypalUrl, settings.providerTimeoutMs);
      const access = paypalAccess(callPaypal);
      const journal = sentJournal(path.join(kit.config.dataDir, 'payouts-sent'));
      const rails = [
        fileRail(kit.db, kit.vault, sepaFile),
        fileRail(kit.db, kit.vault, nachaFile),
        fileRail(kit.db, kit.vault, csvFile),
        apiRail(kit.db, kit.vault, paypal(callPaypal, access), journal),
        apiRail(kit.db, kit.vault, stripe(providerHttp(settings.stripeUrl, settings.providerTimeoutMs)), journal),
        simulatedApi(kit.db),
      ].map((rail) => [rail.name, wrap(journaled(rail, kit.db, journal))] as const);
      const own = {
        rails: new Map(rails),
        callbacks: new Map([
          ['paypal', hearPaypal(callPaypal, access)],
          ['stripe', hearStripe],
        ]),
        settings,
        journal,
        crashPoint: options.crashPoint ?? crashPoint,
        files: paymentFiles(kit.db, kit.vault),
      } satisfies Omit<Parts, keyof typeof kit>;
      // The kit's messaging is there only once all is built, so the kit is not copied.
      const parts: Parts = Object.create(kit, Object.getOwnPropertyDescriptors(own));
      built = parts;
      return { routes: routes(parts), subscriptions: subscriptions(parts), jobs: jobs(parts) };
    },
  });
  if (built) await detectRestore(built);
  return service;
}
