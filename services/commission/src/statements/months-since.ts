import { periodOf } from '@tributary/calendar';
import type { MonthExplanation } from '@tributary/engine';
import { fromWireAmount } from '@tributary/money';
import { closedPeriodsOf } from '../periods/period-store.js';
import { findBrand } from '../profiles/brand-store.js';
import type { MonthComponent, MonthsSince } from '../shared/months.js';
import { contentOf } from './content.js';
import { periodOfDeal } from './domain/deal-months.js';
import { monthDealsOf } from './month-deal-store.js';
import { foldOpenMonths } from './preview.js';
import { statementsOfMonths } from './statement-store.js';

/** Asked before and after a fact is written, it tells what the fact changes of months. */
export const monthsSince: MonthsSince = async (tx, { brandId, partnerId, instant }, now) => {
  const brand = await findBrand(tx, brandId);
  const deals = await monthDealsOf(tx, brandId, [partnerId]);
  if (brand === undefined || deals.length === 0) return [];
  const ownMonth = new Map(deals.map((deal) => [deal.dealId, periodOfDeal(deal, brand, instant.toISOString())]));
  const [first = ''] = [...ownMonth.values()].sort();
  const last = [...ownMonth.values(), periodOf(now.toISOString(), brand.timeZone)].sort().at(-1) ?? first;
  const closed = (await closedPeriodsOf(tx, [brandId])).get(brandId) ?? new Set<string>();
  const issued = await statementsOfMonths(
    tx,
    deals.map(({ dealId }) => dealId),
    [...closed].filter((period) => period >= first),
  );
  const open = await foldOpenMonths(tx, brand, deals, closed, last);
  const explanations = [
    ...issued.map(({ explanation }) => explanation),
    ...open.filter(({ period, versions }) => period >= first && versions.length > 0).map(({ result }) => result.explanation),
  ];
  return explanations.flatMap((explanation) =>
    componentsOf(explanation, ownMonth.get(explanation.inputs.dealId) === explanation.inputs.period),
  );
};

function componentsOf(explanation: MonthExplanation, holdsInstant: boolean): MonthComponent[] {
  const { partnerId, dealId, period, currency, components } = contentOf({ statementId: '', revision: 0, programId: '' }, explanation);
  return components.map(({ component, entitlement, waterfalls }) => ({
    partnerId,
    dealId,
    component,
    period,
    currency,
    entitlement: fromWireAmount(entitlement),
    waterfalls,
    holdsInstant,
  }));
}
