import { importFxRates } from '@tributary/contracts';
import { isCurrency } from '@tributary/money';
import { command, created, type Route, reject } from '@tributary/service-kit';
import { countsOf, onlyForAllBrands, outcomeOf } from './post-fx-rates.js';
import { readEcbCsv, readEcbXml } from './read-ecb.js';
import { type RateParts, recordRates } from './record-rates.js';

const rejectedShown = 100;

/** Records the rates of a file of the European Central Bank. The same file again, or a longer one, adds only what is new. */
export const importFxRatesRoute = (parts: RateParts): Route =>
  command(importFxRates, async ({ tx, body, query: { source, from, to }, scope, context, now }) => {
    if (scope.brandIds !== 'all') return onlyForAllBrands();
    const file = body.mediaType === 'text/csv' ? readEcbCsv(body.text) : readEcbXml(body.text);
    if (file === null) return reject('fx-file-unreadable');
    const wanted = file.filter(({ date }) => (from === undefined || date >= from) && (to === undefined || date <= to));
    const skipped = new Set<string>(wanted.map(({ quote }) => quote).filter((quote) => !isCurrency(quote)));
    const reported = wanted.filter(({ quote }) => !skipped.has(quote)).map((one) => ({ base: 'EUR', ...one, source }));
    const decisions = await recordRates(tx, parts, reported, context, now);
    return created({
      days: new Set(reported.map(({ date }) => date)).size,
      ...countsOf(decisions),
      skippedCurrencies: [...skipped].sort(),
      firstRejected: decisions
        .filter(({ outcome }) => outcome === 'rejected')
        .slice(0, rejectedShown)
        .map(outcomeOf),
    });
  });
