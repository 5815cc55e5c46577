import { createDeal, type DealTerms, newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, created, NotYetKnown, Rejected, type Route, reject } from '@tributary/service-kit';
import { findBrand, lockBooks } from '../profiles/brand-store.js';
import { acceptTerms } from './accept-terms.js';
import { knowsEnrollment, knowsPartner, versionsAt } from './deal-store.js';
import { newVersion, overlaps, sameLicence } from './domain/deal.js';
import { othersFor } from './others-for.js';
import { findTemplate } from './templates/template-store.js';
import { type DealParts, hashTerms, writeVersion } from './write-version.js';

/** Writes version 1 of a deal: effective at once unless told otherwise, also for conversions that have occurred since `effectiveFrom`. */
export const createDealRoute = (parts: DealParts): Route =>
  command(createDeal, async ({ tx, body, now, principal, context }) => {
    const brand = await findBrand(tx, body.brandId);
    if (brand === undefined) throw new NotYetKnown('brand', body.brandId);
    const { written: asWritten, ...origin } = await termsOf(tx, body);
    const { terms, warnings } = acceptTerms(asWritten, brand, await othersFor(tx, body, asWritten, now));
    const { partnerId, brandId, programId = brand.defaultProgramId } = body;
    if (!brand.programIds.includes(programId))
      return reject('program-not-of-brand', { errors: [{ pointer: '/programId', rule: 'program-not-of-brand' }] });
    const place = { partnerId, brandId, programId };
    if (!(await knowsPartner(tx, partnerId))) throw new NotYetKnown('partner', partnerId);
    if (!(await knowsEnrollment(tx, place))) throw new NotYetKnown('enrolment of partner', partnerId);

    await lockBooks(tx, [brandId]);
    const effectiveFrom = new Date(body.effectiveFrom ?? now).toISOString();
    if (body.status === 'active' && overlaps(sameLicence(await versionsAt(tx, place), terms), effectiveFrom))
      return reject('deal-overlaps');
    const fields = { dealId: newId('deal'), version: 1, ...place, effectiveFrom, terms, reason: null, ...origin, batchId: null };
    const stamp = { authorId: principal.actorId, recordedAt: now.toISOString(), documentHash: hashTerms(terms) };
    const deal = newVersion(fields, body.status, stamp);
    const written = await writeVersion(tx, parts, deal, context, now);
    return created({ ...written, warnings }, { etag: '1', headers: { Location: `/api/v1/deals/${deal.dealId}` } });
  });

interface Asked {
  brandId: string;
  terms?: DealTerms | undefined;
  templateId?: string | undefined;
  templateVersion?: number | undefined;
}

/** The terms that a deal starts with: its own, or a copy of a template's. */
async function termsOf(
  tx: Tx,
  { brandId, terms, templateId, templateVersion }: Asked,
): Promise<{ written: DealTerms; templateId: string | null; templateVersion: number | null }> {
  if (terms !== undefined) return { written: terms, templateId: null, templateVersion: null };
  const template = templateId === undefined ? undefined : await findTemplate(tx, templateId, templateVersion);
  const errors = [{ pointer: '/templateId', rule: template === undefined ? 'template-unknown' : 'template-not-of-brand' }];
  if (template === undefined) throw new Rejected('template-unknown', { errors });
  if (template.brandId !== brandId) throw new Rejected('template-not-of-brand', { errors });
  return { written: template.terms as DealTerms, templateId: template.templateId, templateVersion: template.version };
}
