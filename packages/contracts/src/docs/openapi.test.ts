import { expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { routeContracts } from '../routes/index.js';
import { isPublished, openApiDocument, openApiPath } from './openapi.js';

interface Parameter {
  in: string;
  name: string;
  required?: boolean;
}
interface Operation {
  operationId: string;
  tags: string[];
  security: object[];
  parameters?: Parameter[];
  requestBody?: object;
  responses: Record<string, { content?: Record<string, unknown> }>;
}

const document = JSON.parse(JSON.stringify(openApiDocument({ version: '1.2.3', serverUrl: 'https://api.example' })));
const operationOf = (path: string, method: string): Operation => document.paths[openApiPath(path)]?.[method];
const published = routeContracts.filter(isPublished).map((route) => [route.id, route] as const);

test('the document is valid OpenAPI 3.1', async () => {
  const result = await validate(structuredClone(document));
  expect(result).toMatchObject({ valid: true, warnings: [] });
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' }, servers: [{ url: 'https://api.example' }] });
});

test.each(published)('%s is described as its contract says', (id, route) => {
  const operation = operationOf(route.path, route.method);
  const parameters = (place: string) => (operation.parameters ?? []).filter((one) => one.in === place);
  expect(operation).toMatchObject({ operationId: id, tags: [route.tag] });
  expect(operation.security).toEqual(route.permission === 'public' ? [] : [{ bearer: [] }]);
  expect(parameters('path').map(({ name }) => `:${name}`)).toEqual(route.path.match(/:\w+/g) ?? []);
  const header = (name: string) => parameters('header').find((one) => one.name === name);
  expect(header('Idempotency-Key') !== undefined).toBe(Boolean(route.idempotent));
  expect(header('If-Match')?.required).toBe(route.ifMatch ? true : undefined);
  expect(operation.requestBody !== undefined).toBe(Boolean(route.body));
  for (const status of Object.keys(route.responses)) expect(operation.responses).toHaveProperty(status);
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (Number(status) >= 400) expect(Object.keys(answer.content ?? {})).toEqual(['application/problem+json']);
  }
});

test('nothing but the published routes is described', () => {
  const described = Object.values(document.paths as Record<string, Record<string, Operation>>)
    .flatMap((methods) => Object.values(methods))
    .map(({ operationId }) => operationId);
  expect(described.sort()).toEqual(published.map(([id]) => id).sort());
  expect(JSON.stringify(document)).not.toContain('/internal/');
});

test('answers that are not JSON say what they are; a redirect has no body', () => {
  expect(Object.keys(operationOf('/api/v1/payouts/:payoutId/evidence', 'get').responses['200']?.content ?? {})).toEqual([
    'application/x-ndjson',
  ]);
  expect(Object.keys(operationOf('/api/v1/payout-runs/:runId/bank-file', 'get').responses['200']?.content ?? {})).toEqual([
    'application/xml',
  ]);
  expect(operationOf('/c/:code', 'get').responses['302']?.content).toBeUndefined();
});

test('If-Match brings 412 and 428, a dry run a 200', () => {
  const { responses } = operationOf('/api/v1/deals/:dealId/amendments', 'post');
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '201', '412', '428']));
});
