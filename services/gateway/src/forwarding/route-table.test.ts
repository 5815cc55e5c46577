import { expect, test } from '@jest/globals';
import { routeContracts } from '@tributary/contracts';
import { routeTable } from './route-table.js';

const table = routeTable(routeContracts);

test.each(routeContracts.map((contract) => [contract.method, contract.path, contract.id]))('%s %s finds %s', (method, path, id) => {
  const concrete = path.replaceAll(/:\w+/g, 'x_1');
  expect(table.match(method, concrete)?.id).toBe(id);
});
test('what no contract names is not found', () => {
  expect(table.match('GET', '/api/v1/nonsense')).toBeUndefined();
  expect(table.match('GET', '/api/v1/brands/')).toBeUndefined();
  expect(table.match('DELETE', '/api/v1/brands')).toBeUndefined();
});
