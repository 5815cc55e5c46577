import { amendDealTemplate, createDealTemplate, newId } from '@tributary/contracts';
import { command, created, NotYetKnown, type Route, reject, requireVersion } from '@tributary/service-kit';
import { findBrand, lockBooks } from '../../profiles/brand-store.js';
import { acceptTerms } from '../accept-terms.js';
import { hashTerms } from '../write-version.js';
import { findTemplate, insertTemplateVersion, type TemplateVersion } from './template-store.js';
import { templateView } from './template-view.js';

/** Writes version 1 of a template. */
export const createTemplateRoute = (): Route =>
  command(createDealTemplate, async ({ tx, body: { name, brandId, ...body }, now, principal }) => {
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    const { terms } = acceptTerms(body.terms, brand);
    const template: TemplateVersion = {
      templateId: newId('dealTemplate'),
      version: 1,
      brandId,
      name,
      terms,
      reason: null,
      authorId: principal.actorId,
      recordedAt: now,
      documentHash: hashTerms(terms),
    };
    await insertTemplateVersion(tx, template);
    return created(templateView(template), { etag: '1', headers: { Location: `/api/v1/deal-templates/${template.templateId}` } });
  });

/** Writes the next version of a template. The deals made from it stay as they are: a bulk amendment changes those. */
export const amendTemplateRoute = (): Route =>
  command(amendDealTemplate, async ({ tx, params: { templateId }, body, now, principal, ifMatch }) => {
    const known = await findTemplate(tx, templateId);
    if (known === undefined) return reject('not-found');
    await lockBooks(tx, [known.brandId]);
    const latest = (await findTemplate(tx, templateId)) ?? known;
    requireVersion(ifMatch, latest.version);
    const brand = await findBrand(tx, known.brandId);
    if (brand === undefined) throw new NotYetKnown('brand', known.brandId);
    const { terms } = acceptTerms(body.terms, brand);
    const stamp = { authorId: principal.actorId, recordedAt: now, documentHash: hashTerms(terms) };
    const template = { ...latest, version: latest.version + 1, terms, reason: body.reason, ...stamp };
    await insertTemplateVersion(tx, template);
    return created(templateView(template), { etag: String(template.version) });
  });
