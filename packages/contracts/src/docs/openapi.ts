import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { RouteContract } from '../define-route.js';
import { type RejectionCode, rejections } from '../rejections.js';
import { routeContracts } from '../routes/index.js';
import { problem } from '../routes/shared.js';

/** What the document says of each tag, in the order of the golden path. A tag outside this list is a failing test. */
export const tagDescriptions: Readonly<Record<string, string>> = {
  Access: 'Keys for programs and people, and what they may do.',
  Brands: 'The brands whose partners are paid.',
  Partners: 'Partners: one identity over all brands, enrolled in programmes, tagged.',
  Deals: 'What a partner earns for what. Versions are never changed, only superseded.',
  Links: 'Tracking links.',
  Tracking: 'Public tracking: redirects, postbacks, and the clicks they left.',
  Events: 'What happened: sales, leads, refunds; their conversions and customers.',
  Commissions: 'The journal of what was earned, and why.',
  Rates: 'Exchange rates by day and source. Written once, never changed.',
  Statements: 'Months of deals, from gross revenue to what is paid, line by line.',
  Approvals: 'The queue of commissions that wait for a person.',
  Risk: 'What was found against a conversion: holds what it earns until a person decides.',
  Payouts: 'Balances, payout runs, payouts and the accounts they go between.',
  'Account statements': 'What a brand tells a partner about a month of his account: for good, numbered, as JSON, CSV and PDF.',
  Tax: 'Tax forms, what is withheld, year reports, VAT and self-billing.',
  Reconciliation: 'What banks say of payouts, and where that differs from the ledger.',
  Audit: 'The archive of every event, the way of a payout, signed evidence.',
  Insights: 'Counters.',
  Operations: 'Parked messages, replays, whether all is handled.',
  Sandbox: 'The simulated clock.',
};

const problemBody = { 'application/problem+json': { schema: problem } };

const idempotencyHeaders = z.object({
  'Idempotency-Key': z.string().min(1).max(200).optional().meta({
    description: 'Names this change. The same key and body give the stored answer for 30 days; another body under it is a 409.',
  }),
});
const ifMatchHeaders = z.object({
  'If-Match': z.string().meta({ description: 'The ETag of the version you change. Missing: 428; superseded: 412.' }),
});

const replayedHeader = {
  'Idempotent-Replayed': { description: '`true` when this is a stored answer.', schema: { type: 'string' as const } },
};

/** Says of a status which rejections it stands for, from the one table. */
function problemResponse(status: number, description: string, codes: readonly RejectionCode[] = []): ZodOpenApiResponseObject {
  const named = codes.map((code) => `\`${code}\``).join(', ');
  return {
    description: named ? `${description}: ${named}` : description,
    ...(status === 429 || status === 503 ? { headers: { 'Retry-After': { schema: { type: 'integer' } } } } : {}),
    content: problemBody,
  };
}

/** The errors that a route can answer with, read off its contract. */
function errorResponses(route: RouteContract): ZodOpenApiResponsesObject {
  const signedIn = route.permission !== 'public';
  const takesInput = Boolean(route.body ?? route.query ?? route.params);
  const changes = route.method !== 'get';
  const errors: [boolean, number, string, RejectionCode[]?][] = [
    [Boolean(route.body) && !route.consumes, 400, 'Not JSON, or not strict JSON', ['json-not-parseable', 'json-not-strict']],
    [Boolean(route.consumes), 400, rejections['text-not-decodable'].title, ['text-not-decodable']],
    [signedIn, 401, rejections['not-signed-in'].title, ['not-signed-in']],
    [signedIn, 403, rejections['not-permitted'].title],
    [Boolean(route.params), 404, rejections['not-found'].title],
    [changes, 409, 'The state forbids it, the key was reused, or something named is not known yet'],
    [Boolean(route.ifMatch), 412, rejections['version-stale'].title, ['version-stale']],
    [Boolean(route.body), 413, rejections['body-too-large'].title, ['body-too-large']],
    [Boolean(route.body), 415, rejections['media-type-not-supported'].title, ['media-type-not-supported']],
    [takesInput, 422, 'The request breaks the schema or a business rule'],
    [Boolean(route.ifMatch), 428, rejections['if-match-required'].title, ['if-match-required']],
    [true, 429, rejections['too-many-requests'].title, ['too-many-requests']],
    [true, 503, rejections['temporarily-unavailable'].title, ['temporarily-unavailable']],
  ];
  return Object.fromEntries(
    errors.filter(([applies]) => applies).map(([, status, text, codes]) => [status, problemResponse(status, text, codes)]),
  ) as ZodOpenApiResponsesObject;
}

function successResponse(route: RouteContract, status: number, schema: z.ZodType, description: string): ZodOpenApiResponseObject {
  if (status === 302) {
    return { description: 'On to the destination', headers: { Location: { required: true, schema: { type: 'string', format: 'uri' } } } };
  }
  return {
    description,
    ...(route.idempotent ? { headers: replayedHeader } : {}),
    content: { [route.produces ?? 'application/json']: { schema } },
  };
}

function responses(route: RouteContract): ZodOpenApiResponsesObject {
  const declared = Object.entries(route.responses).filter(([status]) => Number(status) < 400);
  const successes = declared.map(([status, schema]) => [status, successResponse(route, Number(status), schema, route.summary)]);
  const [first] = declared;
  if (route.dryRun && first && first[0] !== '200') {
    successes.push(['200', successResponse(route, 200, first[1], 'With `dryRun=true`: exactly what the real call would answer')]);
  }
  return { ...Object.fromEntries(successes), ...errorResponses(route) };
}

function requestParams(route: RouteContract): ZodOpenApiParameters {
  const header = z.object({
    ...(route.idempotent ? idempotencyHeaders.shape : {}),
    ...(route.ifMatch ? ifMatchHeaders.shape : {}),
  });
  return {
    ...(route.params instanceof z.ZodObject ? { path: route.params } : {}),
    ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
    ...(Object.keys(header.shape).length > 0 ? { header } : {}),
  };
}

function requestContent(route: RouteContract, body: z.ZodType): Record<string, { schema: z.ZodType }> {
  if (!route.consumes) return { 'application/json': { schema: body } };
  return Object.fromEntries(route.consumes.map((type) => [type, { schema: z.string() }]));
}

function operation(route: RouteContract): ZodOpenApiOperationObject {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: route.permission === 'public' ? 'Needs no key.' : `Needs the permission \`${route.permission}\`.`,
    security: route.permission === 'public' ? [] : [{ bearer: [] }],
    requestParams: requestParams(route),
    ...(route.body ? { requestBody: { required: true, content: requestContent(route, route.body) } } : {}),
    responses: responses(route),
  };
}

/** Express notation to OpenAPI's: `/deals/:dealId` to `/deals/{dealId}`. */
export function openApiPath(path: string): string {
  return path.replace(/:([A-Za-z]\w*)/g, '{$1}');
}

/** Whether the outside world may call it: what the services ask of each other is left out of the document. */
export function isPublished(route: RouteContract): boolean {
  return route.permission !== 'internal' && !route.path.startsWith('/internal/');
}

/**
 * The OpenAPI 3.1 document of the platform, generated from the route contracts.
 * `version` is that of the release, `serverUrl` the origin the gateway is reached at.
 */
export function openApiDocument({ version, serverUrl }: { version: string; serverUrl: string }): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routeContracts.filter(isPublished)) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Tributary',
      version,
      description:
        'Partner management: every paid cent explained, recomputable and provable. Amounts are integers of minor units, ' +
        'rates decimal strings, instants ISO 8601 UTC, ids TypeIDs. Errors are problem details (RFC 9457) with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    tags: Object.entries(tagDescriptions).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API key, `Authorization: Bearer <key>`.' } },
    },
  };
  return createDocument(document);
}
