import { amendDeal } from '@tributary/contracts';
import { command, created, NotYetKnown, type Route, reject, requireVersion } from '@tributary/service-kit';
import { findBrand, lockBooks } from '../profiles/brand-store.js';
import { acceptTerms, refuseBreaks, withoutGuard } from './accept-terms.js';
import { versionsOfDeal } from './deal-store.js';
import { decideAmendment, latestOf } from './domain/deal.js';
import { othersFor } from './others-for.js';
import { overlapsAnother } from './overlaps-another.js';
import { type DealParts, hashTerms, writeVersion } from './write-version.js';

/** Writes the version that supersedes the latest one. The old one stays as it is. */
export const amendDealRoute = (parts: DealParts): Route =>
  command(amendDeal, async ({ tx, params, body, now, principal, context, ifMatch }) => {
    const [known] = await versionsOfDeal(tx, params.dealId);
    if (known === undefined) return reject('not-found');
    await lockBooks(tx, [known.brandId]);
    const versions = await versionsOfDeal(tx, params.dealId);
    requireVersion(ifMatch, latestOf(versions).version);

    const brand = await findBrand(tx, known.brandId);
    if (brand === undefined) throw new NotYetKnown('brand', known.brandId);
    const { brandId, partnerId, dealId } = known;
    const others = await othersFor(tx, { brandId, partnerId, exceptDealId: dealId }, body.terms, now);
    const { terms, warnings } = acceptTerms(
      body.terms,
      body.status === 'ended' ? { ...brand, termDefaults: withoutGuard(brand.termDefaults) } : brand,
      others,
    );
    refuseBreaks(latestOf(versions).terms, terms);
    const amendment = { ...body, terms, effectiveFrom: new Date(body.effectiveFrom).toISOString() };
    const decision = decideAmendment(versions, amendment, {
      authorId: principal.actorId,
      recordedAt: now.toISOString(),
      documentHash: hashTerms(terms),
    });
    if (!decision.accepted) return reject(decision.reason);
    const deal = decision.value;
    if (deal.status === 'active' && (await overlapsAnother(tx, versions, deal))) return reject('deal-overlaps');
    const written = await writeVersion(tx, parts, deal, context, now);
    return created({ ...written, warnings }, { etag: String(deal.version) });
  });
