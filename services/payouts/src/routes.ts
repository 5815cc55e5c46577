import type { Route } from '@tributary/service-kit';
import { getBankReportRoute, listBankReportsRoute } from './bank/read-bank-reports.js';
import { receiveRailCallbackRoute } from './bank/receive-callback.js';
import { getReconciliationItemRoute, listReconciliationItemsRoute, resolveReconciliationItemRoute } from './bank/reconciliation-items.js';
import { uploadBankReportRoute } from './bank/upload-bank-report.js';
import { createExchangePolicyRoute, listExchangePoliciesRoute } from './exchange/exchange-policies.js';
import { getBalanceRoute, getBrandBalanceRoute } from './ledger/get-balance.js';
import { listLimitsRoute } from './limits/list-limits.js';
import { setLimitsRoute } from './limits/set-limits.js';
import { createFundingAccountRoute } from './methods/create-funding-account.js';
import { createPayoutMethodRoute } from './methods/create-payout-method.js';
import { freezeMethodRoute } from './methods/freeze-method.js';
import { disablePayoutMethodRoute, listPayoutMethodsRoute, verifyPayoutMethodRoute } from './methods/verify-payout-method.js';
import type { Parts } from './parts.js';
import { getPayoutRoute, listPayoutsRoute } from './payouts/read-payouts.js';
import { reportSettlementRoute } from './payouts/report-settlement.js';
import { confirmResolutionRoute, getResolutionRoute, proposeResolutionRoute } from './payouts/resolve-unknown.js';
import { approveReversalRoute, getReversalRoute, requestReversalRoute } from './receivables/payout-reversals.js';
import { decideWriteOffRoute, getWriteOffRoute, listWriteOffsRoute, proposeWriteOffRoute } from './receivables/write-offs.js';
import { confirmReleaseRoute, freezePayoutsRoute, listPayoutFreezesRoute, proposeReleaseRoute } from './recovery/freeze-routes.js';
import { approveRunRoute } from './runs/approve-run.js';
import { cancelRunRoute } from './runs/cancel-run.js';
import { createRunRoute } from './runs/create-run.js';
import { getBankFileRoute, getPaymentFileRoute, getRunRoute, listLeftOutRoute, listRunsRoute } from './runs/read-runs.js';
import { submitRunRoute } from './runs/submit-run.js';
import { createWithdrawalRoute } from './runs/withdraw.js';
import { createScheduleRoute } from './schedules/create-schedule.js';
import { getEarningsScheduleRoute } from './schedules/earnings-schedule.js';
import { listSchedulesRoute } from './schedules/list-schedules.js';
import { getAccountStatementCsvRoute, getAccountStatementPdfRoute } from './statements/download-statements.js';
import { issueAccountStatementsRoute } from './statements/issue-months.js';
import { getPayoutStatementPdfRoute, getPayoutStatementRoute } from './statements/payout-statement.js';
import {
  getAccountStatementRoute,
  getConsolidatedStatementRoute,
  listAccountStatementLinesRoute,
  listAccountStatementsRoute,
} from './statements/read-statements.js';
import { taxRoutes } from './tax/routes.js';

export const routes = (parts: Parts): Route[] => [
  createFundingAccountRoute(parts),
  createPayoutMethodRoute(parts),
  listPayoutMethodsRoute(parts),
  verifyPayoutMethodRoute(parts),
  disablePayoutMethodRoute(parts),
  freezeMethodRoute(parts),
  getBalanceRoute(parts),
  getBrandBalanceRoute(parts),
  getEarningsScheduleRoute(parts),
  createScheduleRoute(parts),
  listSchedulesRoute(parts),
  setLimitsRoute(parts),
  listLimitsRoute(parts),
  createExchangePolicyRoute(parts),
  listExchangePoliciesRoute(parts),
  createRunRoute(parts),
  createWithdrawalRoute(parts),
  listRunsRoute(parts),
  getRunRoute(parts),
  listLeftOutRoute(parts),
  approveRunRoute(parts),
  submitRunRoute(parts),
  cancelRunRoute(parts),
  reportSettlementRoute(parts),
  getBankFileRoute(parts),
  getPaymentFileRoute(parts),
  listPayoutsRoute(parts),
  getPayoutRoute(parts),
  proposeResolutionRoute(parts),
  confirmResolutionRoute(parts),
  getResolutionRoute(parts),
  listPayoutFreezesRoute(parts),
  freezePayoutsRoute(parts),
  proposeReleaseRoute(parts),
  confirmReleaseRoute(parts),
  requestReversalRoute(parts),
  approveReversalRoute(parts),
  getReversalRoute(parts),
  proposeWriteOffRoute(parts),
  decideWriteOffRoute(parts),
  getWriteOffRoute(parts),
  listWriteOffsRoute(parts),
  uploadBankReportRoute(parts),
  receiveRailCallbackRoute(parts),
  listBankReportsRoute(parts),
  getBankReportRoute(parts),
  listReconciliationItemsRoute(parts),
  getReconciliationItemRoute(parts),
  resolveReconciliationItemRoute(parts),
  issueAccountStatementsRoute(parts),
  listAccountStatementsRoute(parts),
  getAccountStatementRoute(parts),
  listAccountStatementLinesRoute(parts),
  getAccountStatementCsvRoute(parts),
  getAccountStatementPdfRoute(parts),
  getConsolidatedStatementRoute(parts),
  getPayoutStatementRoute(parts),
  getPayoutStatementPdfRoute(parts),
  ...taxRoutes(parts),
];
