import type { RouteContract } from '../define-route.js';
import * as access from './access.js';
import * as accountStatements from './account-statements.js';
import * as adjustments from './adjustments.js';
import * as approvalBatches from './approval-batches.js';
import * as approvalDelegations from './approval-delegations.js';
import * as approvals from './approvals.js';
import * as asOf from './as-of.js';
import * as audit from './audit.js';
import * as balances from './balances.js';
import * as bankReports from './bank-reports.js';
import * as commission from './commission.js';
import * as consolidated from './consolidated.js';
import * as contacts from './contacts.js';
import * as customers from './customers.js';
import * as dealLife from './deal-life.js';
import * as dealTemplates from './deal-templates.js';
import * as deals from './deals.js';
import * as directory from './directory.js';
import * as erasures from './erasures.js';
import * as fx from './fx.js';
import * as insights from './insights.js';
import * as networkBans from './network-bans.js';
import * as operations from './operations.js';
import * as payoutExchange from './payout-exchange.js';
import * as payoutFreezes from './payout-freezes.js';
import * as payoutLimits from './payout-limits.js';
import * as payoutMethods from './payout-methods.js';
import * as payoutReversals from './payout-reversals.js';
import * as payoutSchedules from './payout-schedules.js';
import * as payouts from './payouts.js';
import * as quality from './quality.js';
import * as recalculations from './recalculations.js';
import * as resolutions from './resolutions.js';
import * as riskBacktests from './risk-backtests.js';
import * as riskCases from './risk-cases.js';
import * as riskHits from './risk-hits.js';
import * as riskRules from './risk-rules.js';
import * as routingPolicies from './routing-policies.js';
import * as selfBilling from './self-billing.js';
import * as simulations from './simulations.js';
import * as statements from './statements.js';
import * as taxForms from './tax-forms.js';
import * as taxReports from './tax-reports.js';
import * as tracking from './tracking.js';
import * as writeOffs from './write-offs.js';

const isRoute = (value: unknown): value is RouteContract =>
  typeof value === 'object' && value !== null && 'path' in value && 'permission' in value && 'responses' in value;

/** Every HTTP operation of the platform. */
export const routeContracts: readonly RouteContract[] = [
  directory,
  erasures,
  contacts,
  tracking,
  customers,
  deals,
  dealLife,
  dealTemplates,
  commission,
  simulations,
  recalculations,
  asOf,
  consolidated,
  adjustments,
  fx,
  statements,
  approvals,
  approvalBatches,
  approvalDelegations,
  riskCases,
  riskHits,
  routingPolicies,
  riskRules,
  networkBans,
  riskBacktests,
  balances,
  payouts,
  resolutions,
  payoutFreezes,
  bankReports,
  payoutLimits,
  payoutMethods,
  payoutReversals,
  writeOffs,
  payoutExchange,
  payoutSchedules,
  accountStatements,
  taxForms,
  taxReports,
  selfBilling,
  audit,
  insights,
  quality,
  access,
  operations,
].flatMap((group) => Object.values(group).filter(isRoute));
