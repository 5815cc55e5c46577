import { buildService, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { pgClearanceStore } from './clearance/adapters/pg-clearance-store.js';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import { pgApprovalStore } from './review/adapters/pg-approval-store.js';
import { pgBatchStore } from './review/adapters/pg-batch-store.js';
import { pgEscalationStore } from './review/adapters/pg-escalation-store.js';
import { routes } from './routes.js';
import { pgDelegationStore } from './shared/adapters/pg-delegation-store.js';
import { pgHitStore } from './shared/adapters/pg-hit-store.js';
import { pgProfileStore } from './shared/adapters/pg-profile-store.js';
import { pgRoutingStore } from './shared/adapters/pg-routing-store.js';
import { subscriptions } from './subscriptions.js';

/** Builds approvals: may it be paid. */
export const compose = (environment: ServiceEnvironment): Promise<Service<PrismaClient>> =>
  buildService({
    name: 'approvals',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: [
      'approval_batch',
      'approval_batch_row',
      'approval_decision',
      'approval_delegation',
      'approval_delegation_revocation',
      'approval_escalation',
      'clearance',
      'payout_part',
      'risk_hit',
      'risk_hit_effect',
      'routing_policy',
      'routing_policy_acceptance',
    ],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: ({ db, outbox, clock }) => {
      const parts = {
        approvals: pgApprovalStore(db),
        batches: pgBatchStore(db),
        delegations: pgDelegationStore(db),
        escalations: pgEscalationStore(),
        db,
        hits: pgHitStore(db),
        routing: pgRoutingStore(db),
        profiles: pgProfileStore(),
        clearances: pgClearanceStore(),
        outbox,
        clock,
      };
      return { routes: routes(parts), subscriptions: subscriptions(parts), jobs: jobs(parts) };
    },
  });
