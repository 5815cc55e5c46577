import { getDealTemplate, listDealTemplates } from '@tributary/contracts';
import { type Database, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { findTemplate, latestTemplates } from './template-store.js';
import { templateView } from './template-view.js';

/** The ETag is always the latest version: the one to amend. */
export const getTemplateRoute = (db: Database): Route =>
  query(getDealTemplate, async ({ params: { templateId }, query: { version }, scope }) => {
    const [shown, latest] = await db.tx(scope, async (tx) => [
      await findTemplate(tx, templateId, version),
      await findTemplate(tx, templateId),
    ]);
    if (shown === undefined || latest === undefined) return reject('not-found');
    return ok(templateView(shown), { etag: String(latest.version) });
  });

export const listTemplatesRoute = (db: Database): Route =>
  query(listDealTemplates, async ({ query: { brandId, limit, cursor }, scope }) => {
    const before = decodeIdCursor(cursor);
    const templates = await db.tx(scope, (tx) => latestTemplates(tx, { brandId, before, limit: limit + 1 }));
    return ok(page(templates, limit, ({ templateId }) => templateId, templateView));
  });
