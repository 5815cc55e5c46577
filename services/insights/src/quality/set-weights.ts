import { setQualityWeights } from '@tributary/contracts';
import { command, created, NotYetKnown, reject } from '@tributary/service-kit';
import { addUp } from './domain/weights.js';
import type { QualityStore } from './quality-store.js';

/** Weights are only ever added to: what a score was at an earlier time can be worked out again. */
export const setQualityWeightsRoute = (quality: QualityStore) =>
  command(setQualityWeights, async ({ body: { brandId, weights, effectiveFrom }, tx, now, context }) => {
    const code = 'weights-do-not-add-up';
    if (!addUp(weights)) return reject(code, { errors: [{ pointer: '/weights', rule: code }] });
    if (!(await quality.knowsBrand(tx, brandId))) throw new NotYetKnown('brand', brandId);
    const from = effectiveFrom ? new Date(effectiveFrom) : now;
    await quality.appendWeights(tx, { brandId, weights, effectiveFrom: from, recordedAt: now, recordedBy: context.actorId });
    return created({
      brandId,
      weights,
      effectiveFrom: from.toISOString(),
      recordedAt: now.toISOString(),
      recordedBy: context.actorId,
    });
  });
