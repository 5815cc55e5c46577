import { asyncApiDocument } from '../src/docs/asyncapi.js';
import { eventTable } from '../src/docs/event-table.js';
import { openApiDocument } from '../src/docs/openapi.js';
import { toJsonSchema } from '../src/json-schema.js';
import { dealTerms } from '../src/terms.js';
import { asFile, packageFolder, readJson } from './files.js';

const { version } = readJson(`${packageFolder}/package.json`) as { version: string };

/** Every generated document, by its path in the repository. */
export function generatedDocuments(): Record<string, string> {
  return {
    'docs/reference/openapi.json': asFile(openApiDocument({ version, serverUrl: 'http://localhost:8080' })),
    'docs/reference/asyncapi.json': asFile(asyncApiDocument({ version, brokerHost: 'localhost:5672' })),
    'docs/events.md': eventTable(),
    'docs/deal-terms.schema.json': asFile({ title: 'Deal terms', ...toJsonSchema(dealTerms) }),
  };
}
