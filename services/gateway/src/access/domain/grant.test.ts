import { expect, test } from '@jest/globals';
import { mayGrant } from './grant.js';

const administrator = { roles: ['administrator'], brandIds: [] } as const;
const managerOfA = { roles: ['programme-manager'], brandIds: ['a'] } as const;

test('an administrator of all brands grants anything', () => {
  expect(mayGrant(administrator, { roles: ['finance-approver', 'auditor'], brandIds: [] })).toBe(true);
});
test('nobody grants a permission that he lacks', () => {
  expect(mayGrant(managerOfA, { roles: ['finance-approver'], brandIds: ['a'] })).toBe(false);
  expect(mayGrant(managerOfA, { roles: ['analytics-viewer'], brandIds: ['a'] })).toBe(true);
});
test('nobody grants a brand that he lacks, nor all of them', () => {
  expect(mayGrant(managerOfA, { roles: ['analytics-viewer'], brandIds: ['a', 'b'] })).toBe(false);
  expect(mayGrant(managerOfA, { roles: ['analytics-viewer'], brandIds: [] })).toBe(false);
});
