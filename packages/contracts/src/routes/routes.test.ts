import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { catalogue } from '../catalogue.js';
import { serviceNames } from '../define-event.js';
import { defineRoute, type HttpMethod, type RouteContract } from '../define-route.js';
import { tagDescriptions } from '../docs/openapi.js';
import { permissions } from '../permissions.js';
import { rejections } from '../rejections.js';
import { routeContracts } from './index.js';

const segments = (path: string): string[] => path.split('/').slice(1);
const isParameter = (segment: string | undefined): boolean => segment?.startsWith(':') ?? false;

/** Whether some request would match both: then the order of registration decides, silently. */
function overlap(one: RouteContract, other: RouteContract): boolean {
  const [a, b] = [segments(one.path), segments(other.path)];
  if (one.method !== other.method || a.length !== b.length) return false;
  return a.every((segment, index) => segment === b[index] || isParameter(segment) || isParameter(b[index]));
}

function overlapping(routes: readonly RouteContract[]): string[] {
  return routes.flatMap((one, index) =>
    routes
      .slice(index + 1)
      .filter((other) => overlap(one, other))
      .map((other) => `${one.id} and ${other.id}`),
  );
}

const cases = routeContracts.map((route) => [route.id, route] as const);

test('every route has an id of its own, and a method and path of its own', () => {
  const ids = routeContracts.map(({ id }) => id);
  const addresses = routeContracts.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test('no path shadows another', () => {
  expect(overlapping(routeContracts)).toEqual([]);
});

test('a path that shadows another is found', () => {
  const route = (id: string, method: HttpMethod, path: string) =>
    defineRoute({ id, service: 'payouts', method, path, permission: 'payout:read', tag: 'Payouts', summary: 'x', responses: {} });
  const routes = [
    route('a', 'get', '/api/v1/payouts/:payoutId'),
    route('b', 'get', '/api/v1/payouts/latest'),
    route('c', 'post', '/api/v1/payouts/:payoutId'),
    route('d', 'get', '/api/v1/payouts/:payoutId/trace'),
    route('e', 'get', '/api/v1/:kind/:id/trace'),
  ];
  expect(overlapping(routes)).toEqual(['a and b', 'd and e']);
});

test.each(cases)('%s is well-formed', (id, route) => {
  expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  expect(serviceNames).toContain(route.service);
  expect(permissions).toContain(route.permission);
  expect(route.path).toMatch(/^(\/:?[A-Za-z0-9.-]+)+$/);
  expect(route.path.startsWith('/internal/')).toBe(route.permission === 'internal');
  expect(route.tag === 'Internal' || route.tag in tagDescriptions).toBe(true);
  expect(route.summary).toMatch(/^[A-Z]/);
  expect(Object.keys(route.responses)).toHaveLength(1);
  if (route.method === 'get') expect(route.body ?? route.idempotent ?? route.dryRun ?? route.ifMatch).toBeUndefined();
});

test.each(cases)('%s names in its path just the params of its schema', (_id, { path, params }) => {
  const named = segments(path)
    .filter(isParameter)
    .map((segment) => segment.slice(1));
  const declared = params instanceof z.ZodObject ? Object.keys(params.shape) : [];
  expect(named).toEqual(declared);
});

test('one path names its params alike for every method', () => {
  const byShape = new Map<string, Set<string>>();
  for (const { path } of routeContracts) {
    const shape = path.replace(/:\w+/g, ':');
    byShape.set(shape, (byShape.get(shape) ?? new Set()).add(path));
  }
  expect([...byShape.values()].filter((paths) => paths.size > 1)).toEqual([]);
});

test.each(cases.filter(([, { dryRun }]) => dryRun))('%s takes dryRun in its query', (_id, { query }) => {
  expect(query?.safeParse({ dryRun: 'true' }).success).toBe(true);
});

/** The alternatives that a body may be: each must refuse what it does not know. */
const alternatives = (schema: z.ZodType): z.ZodType[] => (schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]) : [schema]);

test.each(cases.filter(([id]) => id !== 'postback'))(
  'an unknown field in a request to %s is an error that names it',
  (_id, { body, query, params }) => {
    for (const schema of [body, query, params].flatMap((one) => (one ? alternatives(one) : []))) {
      expect(JSON.stringify(schema.safeParse({ surprise: 1 }).error?.issues)).toContain('surprise');
    }
  },
);

test('every rejection has a kebab-case code, an HTTP status for refusals and a title without a full stop', () => {
  for (const [code, { status, title }] of Object.entries(rejections)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status >= 400 && status <= 503).toBe(true);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
  }
});

test('every service of the catalogue is one that routes know, too', () => {
  const services = new Set<string>(serviceNames);
  expect([...catalogue.values()].every(({ producer }) => services.has(producer))).toBe(true);
});
