import { lockDate, maturesAt } from '@tributary/calendar';
import type { NormalTerms } from './types.js';

/**
 * From when on a commission may be paid: the end of the `holdDays`-th full day after it was earned, or the date that the terms'
 * `lock` names; days and months are those of the zone. Throws a RangeError for what is no instant or no zone.
 */
export const payableFrom = ({ holdDays, lock }: Pick<NormalTerms, 'holdDays' | 'lock'>, earnedAt: string, timeZone: string): string =>
  lock === null ? maturesAt(earnedAt, holdDays, timeZone) : lockDate(lock, earnedAt, timeZone);
