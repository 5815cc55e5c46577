import { lintDeal } from '@tributary/contracts';
import { command, NotYetKnown, ok, type Route } from '@tributary/service-kit';
import { findBrand } from '../profiles/brand-store.js';
import { judgeTerms } from './accept-terms.js';
import { othersFor } from './others-for.js';

/** Says what the linter finds in terms, without writing anything. */
export const lintDealRoute = (): Route =>
  command(lintDeal, async ({ tx, body, now }) => {
    const brand = await findBrand(tx, body.brandId);
    if (brand === undefined) throw new NotYetKnown('brand', body.brandId);
    const { findings } = judgeTerms(body.terms, brand, await othersFor(tx, body, body.terms, now));
    return ok({ ok: findings.every(({ severity }) => severity !== 'error'), findings });
  });
