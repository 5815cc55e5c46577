import { createRequire } from 'node:module';
import path from 'node:path';
import { openApiDocument } from '@tributary/contracts';
import { type Express, type RequestHandler, static as serveStatic } from 'express';

const publicFolder = path.join(path.dirname(createRequire(import.meta.url).resolve('@tributary/web/package.json')), 'public');
const scalarFile = createRequire(import.meta.url).resolve('@scalar/api-reference/browser/standalone.js');

/** Nothing from elsewhere: no script, style, font or request leaves this origin. */
const closedPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const closed: RequestHandler = (_request, response, next) => {
  response.setHeader('content-security-policy', closedPolicy);
  next();
};

export interface PagesParts {
  version: string;
  serverUrl: string;
  statusOf: () => Promise<{ service: string; status: string }[]>;
}

/** The landing page, the API explorer, the OpenAPI document, and the status of the services for the landing page. */
export function mountPages(app: Express, parts: PagesParts): void {
  let document: unknown;
  app.get('/api/openapi.json', (_request, response) => {
    document ??= openApiDocument({ version: parts.version, serverUrl: parts.serverUrl });
    response.json(document);
  });
  app.get('/status.json', async (_request, response) => void response.json({ services: await parts.statusOf() }));
  app.get('/api', closed, (_request, response) => response.sendFile('explorer.html', { root: publicFolder }));
  app.get('/api/scalar.js', (_request, response) =>
    response.sendFile(path.basename(scalarFile), { root: path.dirname(scalarFile), maxAge: '1d' }),
  );
  app.use(closed, serveStatic(publicFolder, { index: 'index.html', extensions: ['html'] }));
}
