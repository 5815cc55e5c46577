import { buildService, readEnvironment, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { z } from 'zod';
import { pgCaseStore } from './cases/adapters/pg-case-store.js';
import { pgClearanceStore } from './clearance/adapters/pg-clearance-store.js';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import { pgApprovalStore } from './review/adapters/pg-approval-store.js';
import { pgBatchStore } from './review/adapters/pg-batch-store.js';
import { pgEscalationStore } from './review/adapters/pg-escalation-store.js';
import { strikeWith } from './review/hits/strike-hits.js';
import { publishDecisionsWith } from './review/settle-decisions.js';
import { bundledDomains, httpDomains } from './risk/adapters/disposable-domains.js';
import { httpVerdicts, noVerdicts } from './risk/adapters/network-verdicts.js';
import { pgBacktestStore } from './risk/adapters/pg-backtest-store.js';
import { pgBanStore } from './risk/adapters/pg-ban-store.js';
import { pgFactStore } from './risk/adapters/pg-fact-store.js';
import { pgRuleSetStore } from './risk/adapters/pg-rule-set-store.js';
import { routes } from './routes.js';
import { pgDelegationStore } from './shared/adapters/pg-delegation-store.js';
import { pgHitStore } from './shared/adapters/pg-hit-store.js';
import { pgProfileStore } from './shared/adapters/pg-profile-store.js';
import { pgRoutingStore } from './shared/adapters/pg-routing-store.js';
import { subscriptions } from './subscriptions.js';

/** Services that are asked about domains and networks; without one, a bundled list and nothing. */
const settingsSchema = z.object({
  TRIBUTARY_DISPOSABLE_DOMAINS_URL: z.url().optional(),
  TRIBUTARY_NETWORK_VERDICTS_URL: z.url().optional(),
});

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
      'erased_partner',
      'network_ban',
      'network_ban_decision',
      'network_ban_effect',
      'network_ban_policy',
      'payout_part',
      'risk_case_hit',
      'risk_case_step',
      'risk_hit',
      'risk_hit_effect',
      'risk_rule_set',
      'risk_rule_set_activation',
      'risk_signal',
      'routing_policy',
      'routing_policy_acceptance',
      'run_seal_part',
    ],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: ({ db, outbox, clock, keys, env, jobs: queue }) => {
      const settings = readEnvironment(settingsSchema, env);
      const [approvals, hits, cases, clearances] = [pgApprovalStore(db), pgHitStore(db), pgCaseStore(db), pgClearanceStore()];
      const parts = {
        db,
        approvals,
        batches: pgBatchStore(db),
        delegations: pgDelegationStore(db),
        escalations: pgEscalationStore(),
        routing: pgRoutingStore(db),
        hits,
        cases,
        strikeHits: strikeWith({ approvals, cases, clearances, hits, outbox }),
        publishDecisions: publishDecisionsWith({ approvals, outbox }),
        facts: pgFactStore(),
        ruleSets: pgRuleSetStore(db),
        bans: pgBanStore(db),
        backtests: pgBacktestStore(db),
        jobs: queue,
        keys,
        domains: settings.TRIBUTARY_DISPOSABLE_DOMAINS_URL ? httpDomains(settings.TRIBUTARY_DISPOSABLE_DOMAINS_URL) : bundledDomains(),
        networks: settings.TRIBUTARY_NETWORK_VERDICTS_URL ? httpVerdicts(settings.TRIBUTARY_NETWORK_VERDICTS_URL) : noVerdicts,
        profiles: pgProfileStore(),
        clearances,
        outbox,
        clock,
      };
      return { routes: routes(parts), subscriptions: subscriptions(parts), jobs: jobs(parts) };
    },
  });
