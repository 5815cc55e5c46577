import { isMonthModel, metricsOf } from '../terms.js';
import type { Band, Component, Metric, Tiers } from '../types.js';
import { checkBack } from './back.js';
import { ascends } from './minima.js';
import { checkAmount, checkFactor, exactOf, isMore } from './numbers.js';
import { checkGiven } from './pay.js';
import { type TermsProblem, when } from './problem.js';

/** A scale: its measure, its bounds from low to high without a gap, and what each band pays. */
export function checkTiers(component: Component, tiers: Tiers, at: string): TermsProblem[] {
  return [
    ...checkScale(component, tiers, at),
    ...checkBounds(tiers, at),
    ...tiers.bands.flatMap((band, index) => [
      ...checkBand(component, band, `${at}/bands/${index}`),
      ...checkBack(component, tiers, index, `${at}/bands/${index}/back`),
    ]),
  ];
}

function checkScale({ model, subCent, on }: Component, tiers: Tiers, at: string): TermsProblem[] {
  const metrics = metricsOf(tiers);
  const retroactive = tiers.retroactive === 'all' || tiers.retroactive === 'unpaid';
  return [
    ...when(metrics.length > 1 && tiers.scale !== 'whole', `${at}/scale`, 'several-metrics-need-the-whole-scale'),
    ...when(retroactive && tiers.scale === 'marginal' && !isMonthModel(model), `${at}/retroactive`, 'marginal-tiers-cannot-be-retroactive'),
    ...when(subCent === 'accumulate' && retroactive && tiers.scale === 'whole', `${at}/retroactive`, 'retroactive-tiers-cannot-accumulate'),
    ...when(isMonthModel(model) && tiers.reset !== 'month', `${at}/reset`, 'tiers-of-a-month-start-again-each-month'),
    ...when(metrics.filter(({ measure }) => measure === 'customers').length > 1, `${at}/metric`, 'customers-are-counted-once'),
    // The fixed amount falls on the fact that reaches the band: it must be one that the component pays for.
    ...when(
      tiers.scale === 'marginal' &&
        tiers.bands.some(({ fixed }) => fixed !== undefined) &&
        metrics.some((metric) => movedByOthers(metric, on)),
      `${at}/bands`,
      'fixed-amounts-need-a-scale-of-their-own-facts',
    ),
    ...metrics.flatMap(({ measure }, index) =>
      when(
        isMonthModel(model) && measure !== 'amount' && measure !== 'customers',
        Array.isArray(tiers.metric) ? `${at}/metric/${index}/measure` : `${at}/metric/measure`,
        'tiers-of-a-month-measure-revenue-or-customers',
      ),
    ),
  ];
}

const movedByOthers = (metric: Metric, on: string): boolean =>
  (metric.on ?? on) !== on || metric.of === 'network' || metric.across === 'brands';

/** Either every band has `upTo`, the last one open; or every band has `atLeast`, one value for each metric. */
function checkBounds(tiers: Tiers, at: string): TermsProblem[] {
  const { bands } = tiers;
  const pointer = `${at}/bands`;
  const byLeast = bands.some(({ atLeast }) => atLeast !== undefined);
  if (byLeast && bands.some(({ upTo }) => upTo !== undefined)) return [{ pointer, rule: 'bands-mix-up-to-and-at-least' }];
  if (byLeast) return checkLeast(tiers, pointer);
  // Between two bounds (`upTo`, and so every marginal scale) there is nothing to choose from.
  if (tiers.reach === 'any') return [{ pointer: `${at}/reach`, rule: 'reach-any-needs-minima' }];
  if (metricsOf(tiers).length > 1) return [{ pointer, rule: 'several-metrics-need-at-least' }];
  return bands.flatMap((band, index) => checkUpTo(bands, band, index, `${pointer}/${index}`));
}

function checkUpTo(bands: readonly Band[], { upTo }: Band, index: number, at: string): TermsProblem[] {
  const isLast = index === bands.length - 1;
  if (upTo === undefined) return [{ pointer: at, rule: 'band-needs-a-bound' }];
  if (upTo === null) return when(!isLast, `${at}/upTo`, 'only-the-last-band-is-open');
  const problems = checkAmount(upTo, `${at}/upTo`);
  if (problems.length > 0) return problems;
  const below = exactOf(bands[index - 1]?.upTo);
  return [
    ...when(below !== undefined && !isMore(exactOf(upTo), below), `${at}/upTo`, 'bands-must-ascend'),
    ...when(isLast, `${at}/upTo`, 'last-band-must-be-open'),
  ];
}

function checkLeast(tiers: Tiers, pointer: string): TermsProblem[] {
  const width = metricsOf(tiers).length;
  if (tiers.scale === 'marginal') return [{ pointer, rule: 'marginal-bands-need-up-to' }];
  const minima = tiers.bands.map(({ atLeast = [] }) => atLeast.map(exactOf));
  return tiers.bands.flatMap(({ atLeast }, index) => {
    const at = `${pointer}/${index}`;
    if (atLeast === undefined) return [{ pointer: at, rule: 'band-needs-a-bound' }];
    if (atLeast.length !== width) return [{ pointer: `${at}/atLeast`, rule: 'at-least-needs-one-value-for-each-metric' }];
    if (index > 0 && atLeast.every((least) => least === null)) return [{ pointer: `${at}/atLeast`, rule: 'band-needs-a-bound' }];
    return [
      ...atLeast.flatMap((least, place) => (least === null ? [] : checkAmount(least, `${at}/atLeast/${place}`))),
      ...when(!ascends(minima.slice(0, index + 1), tiers.reach ?? 'all'), `${at}/atLeast`, 'bands-must-ascend'),
    ];
  });
}

function checkBand(component: Component, band: Band, at: string): TermsProblem[] {
  const { rate, amount, factor, fixed } = band;
  return [
    ...checkGiven(component, band, at),
    ...when(factor !== undefined && (rate !== undefined || amount !== undefined), `${at}/factor`, 'factor-stands-alone'),
    ...checkFactor(factor, `${at}/factor`),
    ...when(rate !== undefined && component.byOrdinal !== undefined, `${at}/rate`, 'rates-by-ordinal-exclude-rates-of-bands'),
    ...(fixed === undefined ? [] : checkAmount(fixed, `${at}/fixed`)),
  ];
}
