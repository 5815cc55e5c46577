import { dealFor } from '../deal-history.js';
import { withDefaults } from '../terms.js';
import type { DealVersion, FoldInput, Metric, NormalComponent, StreamRecord } from '../types.js';
import { exchangeOf, moneyIn } from './exchange.js';
import { subjectOf } from './own-lines.js';
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
  const taken = new Set(lines.map(({ stream, component }) => `${stream} ${component}`));
  return [original.partnerId, ...above].flatMap((partnerId, distance) =>
    versionsAtOnce(input, partnerId).flatMap((deal) =>
      withDefaults(deal.terms).components.flatMap((component) => {
        const record = feed(input, deal, component, rest, distance > 0);
        return record && !taken.has(`${record.stream} ${component.name}`) ? [record] : [];
      }),
    ),
  );
}

/** The versions in force of every deal of a partner, on each brand. */
function versionsAtOnce({ original, versions }: FoldInput, partnerId: string): DealVersion[] {
  const places = new Map(
    versions
      .filter((one) => one.partnerId === partnerId)
      .map(({ brandId, programId }) => [`${brandId} ${programId}`, { brandId, programId }]),
  );
  return [...places.values()].flatMap(({ brandId, programId }) => {
    const { deal } = dealFor({ ...original, partnerId, brandId, programId: programId ?? original.programId }, versions);
    return deal === null ? [] : [deal];
  });
}

function feed(input: FoldInput, deal: DealVersion, component: NormalComponent, rest: Rest, below: boolean): StreamRecord | null {
  const { original } = input;
  if (component.tiers === null || !isStreamed(component)) return null;
  const elsewhere = deal.brandId !== original.brandId;
  const counts = (metric: Required<Metric>): boolean =>
    metric.on === original.kind && (!elsewhere || metric.across === 'brands') && (!below || metric.of === 'network');
  if (!component.tiers.metrics.some(counts)) return null;
  const subject = subjectOf(input, deal);
  const currency = subject.terms.currency ?? original.currency ?? input.brandCurrency ?? 'XXX';
  const exchange = exchangeOf(subject, original.currency, currency);
  const asks = { ...component, qualify: { ...component.qualify, customer: null } };
  if (component.on === original.kind && qualify(asks, subject, moneyIn(exchange, original.amount)).reason !== null) return null;
  const weights = weightsOf(component, original, exchange, rest, counts);
  return feedRecord({ deal, component, currency, timeZone: subject.timeZone }, original, weights);
}
