import { amendDealsOfTemplate, newId } from '@tributary/contracts';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import { findBrand, lockBooks } from '../../profiles/brand-store.js';
import { versionsOfTemplate } from '../deal-store.js';
import { findTemplate } from '../templates/template-store.js';
import type { DealParts } from '../write-version.js';
import { acceptChange } from './accept-change.js';
import { insertBatch } from './batch-store.js';
import { planAmendments } from './plan-amendments.js';
import { writeVersions } from './write-versions.js';

/** Amends every deal of a template that is in force, as one: under a batch id, with the deals that were left out and why. */
export const amendDealsOfTemplateRoute = (parts: DealParts): Route =>
  command(amendDealsOfTemplate, async ({ tx, params: { templateId }, body, now, principal, context }) => {
    const template = await findTemplate(tx, templateId);
    if (template === undefined) return reject('not-found');
    const { brandId } = template;
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    const change = acceptChange(body.change, template, brand);
    await lockBooks(tx, [brandId]);
    const versions = await versionsOfTemplate(tx, templateId);
    const known = new Set(versions.map(({ dealId }) => dealId));
    const unknown = body.except.flatMap(({ dealId }, index) => (known.has(dealId) ? [] : [`/except/${index}/dealId`]));
    if (unknown.length > 0)
      return reject('deal-not-of-template', { errors: unknown.map((pointer) => ({ pointer, rule: 'deal-not-of-template' })) });

    const batchId = newId('dealBatch');
    const [effectiveFrom, recordedAt] = [new Date(body.effectiveFrom).toISOString(), now.toISOString()];
    const { reason } = body;
    const except = new Map(body.except.map((one) => [one.dealId, one.reason]));
    const authorId = principal.actorId;
    const request = { batchId, template: template.terms, effectiveFrom, reason, change, except };
    const { deals, exceptions, warnings } = await planAmendments(tx, versions, request, { brand, authorId, now });
    const written = deals.map(({ deal }) => deal);
    await writeVersions(tx, parts, written, { brandId, effectiveFrom }, context, now);
    await insertBatch(tx, { batchId, templateId, brandId, effectiveFrom, reason, change, authorId, recordedAt }, [
      ...deals.map(({ base, deal }) => ({ dealId: deal.dealId, version: deal.version, baseVersion: base.version, exception: null })),
      ...exceptions.map((one) => ({ dealId: one.dealId, version: null, baseVersion: null, exception: one.reason })),
    ]);
    const answer = { batchId, amended: deals.length, exceptions, warnings };
    return created(answer, { headers: { Location: `/api/v1/deal-batches/${batchId}` } });
  });
