import { payableFrom, type Terms } from '@tributary/engine';

/**
 * From when on what terms pay may be paid: as they say, by the days or the date, in their own zone; where they say nothing, after
 * the days of the brand. Without terms it is the brand's in everything.
 */
export function maturityOf(terms: Terms | undefined, brand: { holdDays: number; timeZone: string }, earnedAt: string): Date {
  const { holdDays = brand.holdDays, lock = null, timeZone = brand.timeZone } = terms ?? {};
  return new Date(payableFrom({ holdDays, lock }, earnedAt, timeZone));
}
