import type { EventOf } from '@tributary/contracts';
import { isAdjustment, type MonthOfPosting, oldestRateDays } from '@tributary/engine';
import { dealKey, dealKeyOf, explanationOf, foldBehind, policyKey, type Story } from './story.js';

type Entry = EventOf<'commission.entry.accrued.v1'>;

/** What an entry was worked out from that is rated by the month; null for any other. */
export function monthBehind(entry: Entry): MonthOfPosting | null {
  const explanation = explanationOf(entry);
  return isAdjustment(explanation) ? null : (explanation?.month ?? null);
}

/** Every deal version that an entry rests on, by `dealKey`: its own, those of partners above or below, those in force in its month. */
export function dealsBehind(entry: Entry): string[] {
  const { deal, otherDeals = [] } = foldBehind(entry)?.inputs ?? {};
  const month = monthBehind(entry)?.fold.inputs;
  const keys = [
    dealKeyOf(entry.data),
    ...[...(deal ? [deal] : []), ...otherDeals].map(({ dealId, version }) => dealKey(dealId, version)),
    ...(month?.versions.map(({ version }) => dealKey(month.dealId, version)) ?? []),
  ];
  return [...new Set(keys.filter((key): key is string => key !== null))];
}

/** The versions of routing tables that decisions name, by `policyKey`; the table that a brand's limits make has none. */
export function policiesBehind(story: Pick<Story, 'decisions'>): string[] {
  const decisions = [...story.decisions.values()].flat();
  const keys = decisions.map(({ event: { data } }) =>
    data.routing?.policyVersion ? policyKey(data.brandId, data.routing.policyVersion) : null,
  );
  return [...new Set(keys.filter((key): key is string => key !== null))];
}

/** Whose snapshots an entry's circumstances are held against: the conversion's partner, those above it, the customer, and who came from a network. */
export function snapshotsBehind(entry: Entry): string[] {
  const { conversion, circumstances } = foldBehind(entry)?.inputs ?? {};
  if (conversion === undefined || circumstances === undefined) return [];
  const partners = [conversion.partnerId, ...circumstances.uplines.map(({ partnerId }) => partnerId)];
  return [...partners, circumstances.customer?.customerId, circumstances.network?.subjectId].filter(
    (id): id is string => typeof id === 'string',
  );
}

/** The brand whose clocks say on which day an event of the month fell, where that matters. */
export function brandBehind(entry: Entry): string | null {
  const inputs = monthBehind(entry)?.fold.inputs;
  return inputs?.facts.some(({ date }) => date !== null) ? inputs.brandId : null;
}

/** The days whose rates an entry may rest on. */
export function rateDaysBehind(entry: Entry): string[] {
  const ofConversion = foldBehind(entry)?.inputs.circumstances?.rates ?? [];
  const ofMonth = monthBehind(entry)?.fold.rates ?? [];
  return [...new Set([...ofConversion.map(({ date }) => date), ...ofMonth.flatMap(({ date }) => daysUpTo(date))])];
}

const day = 24 * 3600 * 1000;
/** A day, and those before it of which the last published rate may be. */
const daysUpTo = (date: string): string[] =>
  Array.from({ length: oldestRateDays + 1 }, (_, back) => new Date(Date.parse(date) - back * day).toISOString().slice(0, 10));
