import { addDays } from '@tributary/calendar';
import { oldestRateDays } from '@tributary/engine';
import { lockEveryBook } from '../profiles/brand-store.js';
import type { OnRatesRecorded } from '../shared/on-rates-recorded.js';
import type { RateAgain } from '../shared/rate-again.js';

/**
 * What waits for a rate is rated now, and what was exchanged at an older one of the days before: the rate of a day is that of the day or
 * the last one before it.
 */
export const onRatesRecordedWith =
  (rateAgain: RateAgain): OnRatesRecorded =>
  async (tx, rates, context, now) => {
    const dates = rates.map(({ date }) => date).sort();
    const [first, last] = [dates[0], dates.at(-1)];
    if (first === undefined || last === undefined) return;
    const brands = await lockEveryBook(tx);
    // A day more on either side: days are those of the terms' zone.
    const from = addDays(`${first}T00:00:00.000Z`, -1, 'UTC');
    const until = addDays(`${last}T00:00:00.000Z`, oldestRateDays + 2, 'UTC');
    for (const brandId of brands) {
      await rateAgain(tx, { brandId, partnerId: null, from, until, foreign: true, trigger: 'circumstances' }, context, now);
    }
  };
