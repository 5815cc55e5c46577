import { expect, test } from '@jest/globals';
import { cachesOf } from '../../scripts/lib/mutation/caches.mjs';

const here = import.meta.dirname;

test('maps that a module made empty are empty again for each test, those it filled are left alone', () => {
  const [BeforeMap, BeforeWeakMap] = [Map, WeakMap];
  const caches = cachesOf(here);
  const cache = new Map<string, number>();
  const weak = new WeakMap<object, number>();
  const filled = new Map([['a', 1]]);
  caches.loaded();
  expect([Map, WeakMap]).toEqual([BeforeMap, BeforeWeakMap]);
  const later = new Map([['b', 2]]);
  const key = {};
  cache.set('c', 3);
  weak.set(key, 4);
  expect([cache.get('c'), weak.get(key), weak.has(key)]).toEqual([3, 4, true]);
  caches.empty();
  expect([cache.size, weak.get(key), weak.has(key), filled.size, later.size]).toEqual([0, undefined, false, 1, 1]);
});

test('maps of other modules are not watched', () => {
  const caches = cachesOf('/nowhere');
  const other = new Map<string, number>();
  caches.loaded();
  other.set('a', 1);
  caches.empty();
  expect(other.size).toBe(1);
});
