import { expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { firstIdOf, timeOfClickId } from './ids.js';

test('a click id tells when it was made, and lies above the first id of that instant', () => {
  const before = Date.now();
  const id = newId('click');
  const madeAt = timeOfClickId(id) ?? 0;
  expect(madeAt).toBeGreaterThanOrEqual(before);
  expect(madeAt).toBeLessThanOrEqual(Date.now());
  expect(firstIdOf('clk', madeAt) <= id).toBe(true);
  expect(id < firstIdOf('clk', madeAt + 1)).toBe(true);
  expect(timeOfClickId('clk_nonsense')).toBeUndefined();
  expect(timeOfClickId(newId('link'))).toBeUndefined();
});
