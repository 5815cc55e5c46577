import type { Database, Jobs, Route } from '@tributary/service-kit';
import { createRecalculationRoute, getRecalculationRoute } from './accrual/recalculations/recalculations.js';
import { createAdjustmentRoute } from './adjustments/create-adjustment.js';
import { listAdjustmentsRoute } from './adjustments/read-adjustments.js';
import { getCommissionsAsOfRoute } from './commissions/as-of.js';
import { getConsolidatedCommissionsRoute } from './commissions/consolidated.js';
import { explainCommissionRoute, getOutcomeRoute, listCommissionsRoute } from './commissions/read-commissions.js';
import { amendDealRoute } from './deals/amend-deal.js';
import { amendDealsOfTemplateRoute } from './deals/batches/amend-deals-of-template.js';
import { getBatchRoute } from './deals/batches/get-batch.js';
import { supersedeBatchRoute } from './deals/batches/supersede-batch.js';
import { changeStatusRoutes } from './deals/change-status.js';
import { compareVersionsRoute } from './deals/compare-versions.js';
import { createDealRoute } from './deals/create-deal.js';
import type { DealReader } from './deals/deal-reader.js';
import { lintDealRoute } from './deals/lint-deal.js';
import { previewDealRoute } from './deals/preview-deal.js';
import { getDealRoute, listDealsRoute, listDealVersionsRoute } from './deals/read-deals.js';
import { refuseChangeRoutes } from './deals/refuse-change.js';
import { createSimulationRoute, getSimulationRoute } from './deals/simulations/simulations.js';
import { getTemplateRoute, listTemplatesRoute } from './deals/templates/read-templates.js';
import { amendTemplateRoute, createTemplateRoute } from './deals/templates/write-template.js';
import type { DealParts } from './deals/write-version.js';
import { importFxRatesRoute } from './fx/import-fx-rates.js';
import { listFxRatesRoute } from './fx/list-fx-rates.js';
import { postFxRatesRoute } from './fx/post-fx-rates.js';
import type { RateParts } from './fx/record-rates.js';
import { closePeriodRoute } from './periods/close-period.js';
import type { CloseMonths } from './shared/months.js';
import type { PostByHand } from './shared/post-by-hand.js';
import type { RateEvent } from './shared/rate-event.js';
import { getStatementRoute, listStatementsRoute } from './statements/read-statements.js';

interface Parts extends DealParts, RateParts {
  db: Database;
  jobs: Jobs;
  deals: DealReader;
  closeMonths: CloseMonths;
  postByHand: PostByHand;
  rateEvent: RateEvent;
}

/** Everything commission answers. Methods, paths and permissions stand in the contracts of the same names. */
export const routes = (parts: Parts): Route[] => [
  createDealRoute(parts),
  amendDealRoute(parts),
  lintDealRoute(),
  getDealRoute(parts.deals),
  listDealVersionsRoute(parts.deals),
  listDealsRoute(parts.db),
  ...changeStatusRoutes(parts),
  compareVersionsRoute(parts.deals),
  createTemplateRoute(),
  amendTemplateRoute(),
  listTemplatesRoute(parts.db),
  getTemplateRoute(parts.db),
  amendDealsOfTemplateRoute(parts),
  getBatchRoute(parts.db),
  supersedeBatchRoute(parts),
  ...refuseChangeRoutes(parts.deals),
  previewDealRoute(parts),
  createSimulationRoute(parts),
  getSimulationRoute(parts.db),
  createRecalculationRoute(parts),
  getRecalculationRoute(parts.db),
  getCommissionsAsOfRoute(parts.db),
  getConsolidatedCommissionsRoute(parts.db),
  listCommissionsRoute(parts.db),
  explainCommissionRoute(parts.db),
  getOutcomeRoute(parts.db),
  closePeriodRoute(parts),
  listStatementsRoute(parts.db),
  getStatementRoute(parts.db),
  createAdjustmentRoute(parts),
  listAdjustmentsRoute(parts.db),
  postFxRatesRoute(parts),
  importFxRatesRoute(parts),
  listFxRatesRoute(parts.db),
];
