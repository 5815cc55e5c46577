import { nextPeriod, periodOf } from '@tributary/calendar';
import { type MonthVersion, monthKinds, monthRange, versionInForce, versionsBetween } from '@tributary/engine';
import type { RatedVersion } from '../../deals/domain/deal.js';
import { groupBy } from '../../shared/domain/group-by.js';

/** A deal with something that is rated by the month, and all that was ever written of it. */
export interface MonthDeal {
  dealId: string;
  partnerId: string;
  programId: string;
  versions: readonly RatedVersion[];
}

/** One month of a deal: the instants between which it lies and the versions in force in it. */
export interface DealMonth {
  deal: MonthDeal;
  period: string;
  timeZone: string;
  from: string;
  to: string;
  currency: string;
  versions: readonly MonthVersion[];
}

export function monthDeals(versions: readonly RatedVersion[]): MonthDeal[] {
  return [...groupBy(versions, ({ dealId }) => dealId)].flatMap(([dealId, own]) => {
    const [first] = own;
    return first ? [{ dealId, partnerId: first.partnerId, programId: first.programId, versions: own }] : [];
  });
}

/**
 * A deal's month on the clocks of its own zone: that of the version in force as the brand's month ends. The currency is that of the
 * last version in the month, else the brand's.
 */
export function dealMonth(deal: MonthDeal, brand: { currency: string; timeZone: string }, period: string): DealMonth {
  const usual = monthRange(period, brand.timeZone);
  const lastInstant = new Date(Date.parse(usual.to) - 1).toISOString();
  const timeZone = versionInForce(deal.versions, lastInstant)?.terms.timeZone ?? brand.timeZone;
  const { from, to } = timeZone === brand.timeZone ? usual : monthRange(period, timeZone);
  const versions = versionsBetween(deal.versions, from, to).map(({ version, from: since, to: until, terms }) => ({
    version,
    from: since,
    to: until,
    terms,
  }));
  return { deal, period, timeZone, from, to, currency: versions.at(-1)?.terms.currency ?? brand.currency, versions };
}

/** The month of the deal in which an instant lies: beside that of the brand when the deal has other clocks. */
export const periodOfDeal = (deal: MonthDeal, brand: { currency: string; timeZone: string }, instant: string): string => {
  const usual = periodOf(instant, brand.timeZone);
  const endBefore = new Date(Date.parse(monthRange(usual, brand.timeZone).from) - 1).toISOString();
  const around = [periodOf(endBefore, brand.timeZone), usual, nextPeriod(usual)];
  return (
    around.find((period) => {
      const { from, to } = dealMonth(deal, brand, period);
      return Date.parse(from) <= Date.parse(instant) && Date.parse(instant) < Date.parse(to);
    }) ?? usual
  );
};

/** What to add up: one kind of events of one version's part of a month. `no` is the place of the month in the list. */
export interface Stretch {
  no: number;
  version: number;
  partnerId: string;
  programId: string;
  on: string;
  from: string;
  to: string;
  byCustomer: boolean;
  currency: string;
  timeZone: string;
  licence: string | null;
}

export const stretchesOf = (months: readonly DealMonth[]): Stretch[] =>
  months.flatMap(({ deal, versions, currency, timeZone }, no) =>
    versions.flatMap(({ version, from, to, terms }) =>
      monthKinds(terms).map(({ on, byCustomer }) => ({
        no,
        version,
        partnerId: deal.partnerId,
        programId: deal.programId,
        on,
        from,
        to,
        byCustomer,
        currency,
        timeZone,
        licence: terms.licence ?? null,
      })),
    ),
  );
