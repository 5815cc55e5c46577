import { buildService, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { onRatesRecordedWith } from './accrual/on-rates-recorded.js';
import { postByHandWith } from './accrual/post-by-hand.js';
import { rateAgainWith, rateTheseWith } from './accrual/rate-again.js';
import { rateAllAgainWith } from './accrual/rate-all-again.js';
import { rateEventWith } from './accrual/rate-event.js';
import { recalculateWith } from './accrual/recalculations/recalculate.js';
import { prismaDealReader } from './deals/adapters/prisma-deal-reader.js';
import { simulateWith } from './deals/simulations/simulate.js';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import { routes } from './routes.js';
import { closeMonthsWith } from './statements/close-months.js';
import { monthsSince } from './statements/months-since.js';
import { recalculateMonths } from './statements/recalculate-months.js';
import { refoldStatements } from './statements/refold-statements.js';
import { subscriptions } from './subscriptions.js';

/** What is only ever added to: the application role may neither change nor remove a row. */
export const appendOnly = [
  'deal_version',
  'deal_status',
  'deal_template_version',
  'deal_batch',
  'deal_batch_item',
  'deal_batch_end',
  'commission_entry',
  'closed_period',
  'adjustment',
  'fx_rate',
  'network_verdict',
  'statement',
];

/** Builds commission: what is owed. */
export const compose = (environment: ServiceEnvironment): Promise<Service<PrismaClient>> =>
  buildService({
    name: 'commission',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly,
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: ({ db, outbox, clock, jobs: queue }) => {
      const rateAgain = rateAgainWith({ outbox, jobs: queue, refold: refoldStatements });
      return {
        routes: routes({
          db,
          outbox,
          jobs: queue,
          rateAgain,
          rateEvent: rateEventWith({ refold: refoldStatements, monthsSince }),
          closeMonths: closeMonthsWith({ outbox, jobs: queue }),
          postByHand: postByHandWith({ outbox }),
          deals: prismaDealReader(db),
          onRatesRecorded: onRatesRecordedWith(rateAgain),
        }),
        subscriptions: subscriptions({
          outbox,
          clock,
          rateAgain,
          rateThese: rateTheseWith({ outbox, refold: refoldStatements }),
          refold: refoldStatements,
        }),
        jobs: jobs({
          db,
          outbox,
          clock,
          jobs: queue,
          refold: refoldStatements,
          rehearsals: {
            simulation: simulateWith({ rateAllAgain: rateAllAgainWith(refoldStatements) }),
            recalculation: recalculateWith(recalculateMonths),
          },
        }),
      };
    },
  });
