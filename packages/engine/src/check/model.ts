import { hasFlatPart, hasPercentagePart, isMonthModel, models } from '../terms.js';
import type { Component, Model } from '../types.js';
import { checkRate, exactOf, isMore, largestFlatAmount } from './numbers.js';
import { type TermsProblem, when } from './problem.js';

type Field = Exclude<keyof Component, 'name' | 'on' | 'model' | 'amount' | 'rate' | 'onRefund' | 'rounding' | 'subCent'>;

const eventModels: readonly Model[] = models.filter((model) => !isMonthModel(model));

/** Which models may have a field, what is said of it on another, and what where a model that cannot do without lacks it. */
const fields: readonly { field: Field; models: readonly Model[]; extra: string; missing?: string }[] = [
  { field: 'spread', models: ['spread-share'], extra: 'spread-needs-spread-share', missing: 'spread-is-missing' },
  { field: 'items', models: ['line-items'], extra: 'items-need-line-items', missing: 'items-are-missing' },
  { field: 'waterfall', models: ['revshare'], extra: 'waterfall-needs-revshare', missing: 'waterfall-is-missing' },
  { field: 'carryover', models: ['revshare'], extra: 'carryover-needs-revshare' },
  { field: 'recoups', models: ['revshare'], extra: 'recoups-needs-revshare' },
  { field: 'byOrdinal', models: eventModels, extra: 'months-cannot-have-by-ordinal' },
  {
    field: 'byOrdinal',
    models: models.filter((one) => hasPercentagePart(one) || isMonthModel(one)),
    extra: 'by-ordinal-needs-a-percentage-model',
  },
  { field: 'caps', models: eventModels, extra: 'months-cannot-have-caps' },
  { field: 'split', models: eventModels, extra: 'months-cannot-have-split' },
  { field: 'downline', models: eventModels, extra: 'months-cannot-have-downline' },
  { field: 'duration', models: eventModels, extra: 'months-cannot-have-duration' },
  { field: 'qualify', models: eventModels, extra: 'months-have-no-conditions' },
  { field: 'alternatives', models: eventModels, extra: 'months-have-no-conditions' },
  { field: 'alternatives', models: models.filter((one) => one !== 'line-items'), extra: 'alternatives-need-a-rate-or-an-amount' },
  { field: 'tiers', models: models.filter((one) => one !== 'retainer'), extra: 'retainers-cannot-have-tiers' },
];

/** What the model of a component must have, and what it must not. */
export function checkModel(component: Component, at: string): TermsProblem[] {
  const { model, items, spread, subCent, onRefund } = component;
  return [
    ...fields.flatMap((entry) => checkField(component, entry, at)),
    ...when(subCent === 'accumulate' && isMonthModel(model), `${at}/subCent`, 'months-cannot-accumulate'),
    // A share of a flat amount has any denominator at all, and a sum that runs for years must stay short.
    ...when(
      subCent === 'accumulate' && hasFlatPart(model) && onRefund === 'proportional',
      `${at}/onRefund`,
      'proportional-flat-amounts-cannot-accumulate',
    ),
    ...when(subCent === 'accumulate' && spread?.reduceAbove !== undefined, `${at}/subCent`, 'reduced-spreads-cannot-accumulate'),
    ...(items?.rates ?? []).flatMap((item, index) => checkRate(item.rate, `${at}/items/rates/${index}/rate`)),
    ...(items?.otherwise === undefined ? [] : checkRate(items.otherwise, `${at}/items/otherwise`)),
    ...when(spread !== undefined && (exactOf(spread.unit)?.n ?? 0n) <= 0n, `${at}/spread/unit`, 'spread-unit-must-be-positive'),
    ...when(isMore(exactOf(spread?.unit), largestFlatAmount), `${at}/spread/unit`, 'spread-unit-is-too-large'),
    ...(component.byOrdinal?.rates ?? []).flatMap((rate, index) => checkRate(rate, `${at}/byOrdinal/rates/${index}`)),
  ];
}

function checkField(component: Component, { field, models: allowed, extra, missing }: (typeof fields)[number], at: string): TermsProblem[] {
  const isAllowed = allowed.includes(component.model);
  const isThere = component[field] !== undefined;
  return [
    ...when(isThere && !isAllowed, `${at}/${field}`, extra),
    ...(missing === undefined ? [] : when(!isThere && isAllowed, `${at}/${field}`, missing)),
  ];
}
