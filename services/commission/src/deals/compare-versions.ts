import { compareDealVersions } from '@tributary/contracts';
import { ok, query, type Route, reject } from '@tributary/service-kit';
import type { DealReader } from './deal-reader.js';
import { diffTerms } from './domain/diff-terms.js';

/** What two versions of a deal say differently. */
export const compareVersionsRoute = (deals: DealReader): Route =>
  query(compareDealVersions, async ({ params: { dealId }, query: { from, to }, scope }) => {
    const versions = await deals.versionsOf(scope, dealId);
    const [before, after] = [from, to].map((number) => versions.find(({ version }) => version === number));
    if (before === undefined || after === undefined) return reject('not-found');
    return ok({ dealId, from, to, differences: diffTerms(before.terms, after.terms) });
  });
