import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rootFolder } from '../test/files.js';
import { mayDo, type Permission, permissions, type Role, rolePermissions, roles } from './permissions.js';
import { routeContracts } from './routes/index.js';

const page = readFileSync(join(rootFolder, 'docs/roles.md'), 'utf8');

/** The rows of the table whose first column has this heading, as records by column. */
function tableOf(firstColumn: string): Record<string, string>[] {
  const cells = (line: string) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''));
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`));
  const [heading = '', , ...rest] = lines.slice(start);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  const names = cells(heading);
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) => Object.fromEntries(cells(line).map((cell, index) => [names[index] ?? '', cell])));
}

const demanded = permissions.filter((permission) => permission !== 'public' && permission !== 'internal');
const table = tableOf('permission');

test('the page lists each permission once, with a column for each role', () => {
  expect(table.map((row) => row.permission).sort()).toEqual([...demanded].sort());
  expect(Object.keys(table[0] ?? {}).slice(2)).toEqual([...roles]);
  expect(tableOf('role').map((row) => row.role)).toEqual([...roles]);
});

test.each(roles.map((role) => [role]))('A-27 %s has just the permissions that the page gives it', (role: Role) => {
  expect(new Set(table.map((row) => row[role]))).toEqual(role === 'administrator' ? new Set(['yes']) : new Set(['yes', 'no']));
  const expected = table.filter((row) => row[role] === 'yes').map((row) => row.permission);
  expect([...rolePermissions[role]].sort()).toEqual(expected.sort());
});

const holders = (permission: Permission): string => {
  if (permission === 'public') return 'everybody';
  if (permission === 'internal') return 'services';
  return roles.filter((role) => mayDo([role], permission)).join(', ');
};

test('A-27 every route may be called by just the roles that the page names', () => {
  const expected = Object.fromEntries(tableOf('route').map(({ route, who }) => [route, who]));
  const actual = Object.fromEntries(
    routeContracts.map(({ method, path, permission }) => [`${method.toUpperCase()} ${path}`, holders(permission)]),
  );
  expect(actual).toEqual(expected);
});

test("no role is granted what is nobody's to have", () => {
  expect(mayDo([], 'public')).toBe(true);
  expect(mayDo([...roles], 'internal')).toBe(false);
  expect(mayDo([], 'brand:read')).toBe(false);
  expect(mayDo(['analytics-viewer', 'finance-approver'], 'payout:approve')).toBe(true);
});

test('money never leaves by one role below finance: deciding is not approving a run', () => {
  const canRelease = roles.filter((role) => mayDo([role], 'payout:approve'));
  expect(canRelease).toEqual(['administrator', 'finance-approver']);
});
