import type { QualityWeights } from '@tributary/contracts';
import { add, compare, rate, rational } from '@tributary/money';
import { eachFigure, type Figures } from './score.js';

/** What counts until a brand says otherwise: who stays counts above how many come. */
export const standardWeights: QualityWeights = { retention: '0.6', volume: '0.2', value: '0.2', refunds: '0' };

export const readWeights = (weights: QualityWeights): Figures => eachFigure((name) => rate(weights[name]));

/** Whether weights are a whole: their sum is exactly 1. */
export function addUp(weights: QualityWeights): boolean {
  const { retention, volume, value, refunds } = readWeights(weights);
  return compare([retention, volume, value, refunds].reduce(add), rational(1n)) === 0;
}
