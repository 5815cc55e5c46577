import type { Route } from '@tributary/service-kit';
import { getBankReportRoute, listBankReportsRoute } from './bank/read-bank-reports.js';
import { receiveRailCallbackRoute } from './bank/receive-callback.js';
import { getReconciliationItemRoute, listReconciliationItemsRoute, resolveReconciliationItemRoute } from './bank/reconciliation-items.js';
import { uploadBankReportRoute } from './bank/upload-bank-report.js';
import { createExchangePolicyRoute, listExchangePoliciesRoute } from './exchange/exchange-policies.js';
import { getBalanceRoute } from './ledger/get-balance.js';
import { createFundingAccountRoute } from './methods/create-funding-account.js';
import { createPayoutMethodRoute } from './methods/create-payout-method.js';
import { disablePayoutMethodRoute, listPayoutMethodsRoute, verifyPayoutMethodRoute } from './methods/verify-payout-method.js';
import type { Parts } from './parts.js';
import { getPayoutRoute, listPayoutsRoute } from './payouts/read-payouts.js';
import { reportSettlementRoute } from './payouts/report-settlement.js';
import { confirmResolutionRoute, getResolutionRoute, proposeResolutionRoute } from './payouts/resolve-unknown.js';
import { approveRunRoute } from './runs/approve-run.js';
import { cancelRunRoute } from './runs/cancel-run.js';
import { createRunRoute } from './runs/create-run.js';
import { getBankFileRoute, getPaymentFileRoute, getRunRoute, listRunsRoute } from './runs/read-runs.js';
import { submitRunRoute } from './runs/submit-run.js';
import { createWithdrawalRoute } from './runs/withdraw.js';
import { createScheduleRoute } from './schedules/create-schedule.js';
import { getEarningsScheduleRoute } from './schedules/earnings-schedule.js';
import { listSchedulesRoute } from './schedules/list-schedules.js';

export const routes = (parts: Parts): Route[] => [
  createFundingAccountRoute(parts),
  createPayoutMethodRoute(parts),
  listPayoutMethodsRoute(parts),
  verifyPayoutMethodRoute(parts),
  disablePayoutMethodRoute(parts),
  getBalanceRoute(parts),
  getEarningsScheduleRoute(parts),
  createScheduleRoute(parts),
  listSchedulesRoute(parts),
  createExchangePolicyRoute(parts),
  listExchangePoliciesRoute(parts),
  createRunRoute(parts),
  createWithdrawalRoute(parts),
  listRunsRoute(parts),
  getRunRoute(parts),
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
  uploadBankReportRoute(parts),
  receiveRailCallbackRoute(parts),
  listBankReportsRoute(parts),
  getBankReportRoute(parts),
  listReconciliationItemsRoute(parts),
  getReconciliationItemRoute(parts),
  resolveReconciliationItemRoute(parts),
];
