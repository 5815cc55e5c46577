import { dealFor } from '../deal-history.js';
import { withDefaults } from '../terms.js';
import type { DealVersion, FoldInput, Metric, NormalComponent, StreamRecord } from '../types.js';
import { exchangeOf, moneyIn } from './exchange.js';
import { currencyOf, dealOf, subjectOf } from './own-lines.js';
import { qualify } from './qualify.js';
import type { Rest } from './refunds.js';
import { feedRecord, isStreamed, weightsOf } from './streams/records.js';

/**
 * What a conversion adds to meters of components that do not pay for it: scales that go by another kind of event, by every brand, or by
 * the partner's whole network. `lines` are the records that it has made already: a stream takes a conversion once.
 */
export function feedsOf(input: FoldInput, rest: Rest, lines: readonly StreamRecord[]): StreamRecord[] {
  const { original } = input;
  if (original.partnerId === null) return [];
  const above = (input.circumstances?.uplines ?? []).map(({ partnerId }) => partnerId);
  const taken = new Set(lines.map(({ stream }) => stream));
  return [original.partnerId, ...above].flatMap((partnerId, distance) => {
    const concerns = (component: NormalComponent, metric: Required<Metric>): boolean =>
      metric.on === original.kind && (metric.of === 'network' || (distance === 0 && component.downline === null));
    const mayFeed = (component: NormalComponent): boolean =>
      component.tiers?.metrics.some((metric) => concerns(component, metric)) ?? false;
    if (!hasComponent(input, partnerId, mayFeed)) return [];
    return dealsOf(input, partnerId).flatMap(({ deal, elsewhere }) =>
      withDefaults(deal.terms).components.flatMap((component) => {
        const counts = (metric: Required<Metric>): boolean => concerns(component, metric) && (!elsewhere || metric.across === 'brands');
        const record = feed(atBrand(input, deal), deal, component, rest, counts);
        return record && !taken.has(record.stream) ? [record] : [];
      }),
    );
  });
}

/** Whether any version of a partner's deals has such a component: few have, and which deal is in force costs more to find out. */
const hasComponent = ({ versions }: FoldInput, partnerId: string, is: (component: NormalComponent) => boolean): boolean =>
  versions.some((one) => one.partnerId === partnerId && withDefaults(one.terms).components.some(is));

/** Meters of another brand's deal begin and are counted as at that brand. */
function atBrand(input: FoldInput, { brandId }: DealVersion): FoldInput {
  const other = brandId === input.original.brandId ? undefined : input.otherBrands?.[brandId];
  return other === undefined ? input : { ...input, brandCurrency: other.currency, timeZone: other.timeZone };
}

interface InForce {
  deal: DealVersion;
  /** It is not the deal by which this conversion is rated: another brand's, or another programme's. */
  elsewhere: boolean;
}

/** The versions in force of every deal of a partner, each once. */
function dealsOf(input: FoldInput, partnerId: string): InForce[] {
  const { original, versions } = input;
  const here = dealOf(input, partnerId).deal;
  const found = new Map<string, InForce>();
  if (here !== null) found.set(here.dealId, { deal: here, elsewhere: false });
  for (const { dealId, brandId, programId } of versions.filter((one) => one.partnerId === partnerId)) {
    if (found.has(dealId)) continue;
    const there = { ...original, partnerId, brandId, programId: programId ?? original.programId };
    const { deal } = dealFor(
      there,
      versions.filter((one) => one.dealId === dealId),
    );
    if (deal !== null) found.set(dealId, { deal, elsewhere: true });
  }
  return [...found.values()];
}

function feed(
  input: FoldInput,
  deal: DealVersion,
  component: NormalComponent,
  rest: Rest,
  counts: (metric: Required<Metric>) => boolean,
): StreamRecord | null {
  const { original, brandCurrency } = input;
  if (!isStreamed(component) || !component.tiers?.metrics.some(counts)) return null;
  const subject = subjectOf(input, deal);
  const currency = currencyOf(component, subject, brandCurrency ?? null);
  const exchange = exchangeOf(subject, original.currency, currency);
  // What the component does not pay for moves its meter without having to qualify for it.
  if (component.on === original.kind && qualify(component, subject, moneyIn(exchange, original.amount)).reason !== null) return null;
  const weights = weightsOf(component, original, exchange, rest, counts);
  return feedRecord({ deal, component, currency, timeZone: subject.timeZone }, original, weights);
}
