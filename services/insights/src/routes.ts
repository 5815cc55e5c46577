import type { Route } from '@tributary/service-kit';
import type { ActivityStore } from './activity/activity-store.js';
import { getActivityRoute } from './activity/read-activity.js';
import type { OutcomeStore } from './outcomes/outcome-store.js';
import { getOutcomesRoute } from './outcomes/read-outcomes.js';
import type { QualityStore } from './quality/quality-store.js';
import { getPartnerQualityRoute } from './quality/read-quality.js';
import { setQualityWeightsRoute } from './quality/set-weights.js';
import type { Projections } from './rebuild/projections.js';
import { rebuildRoute } from './rebuild/rebuild.js';

export interface RouteParts {
  activity: ActivityStore;
  outcomes: OutcomeStore;
  quality: QualityStore;
  projections: Projections;
}

/** Everything insights answers. */
export const routes = ({ activity, outcomes, quality, projections }: RouteParts): Route[] => [
  getActivityRoute(activity),
  getOutcomesRoute(outcomes),
  setQualityWeightsRoute(quality),
  getPartnerQualityRoute(quality),
  rebuildRoute(projections),
];
