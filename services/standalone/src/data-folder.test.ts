import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openDataFolder } from './data-folder.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a new folder is made, and opened again', () => {
  const data = path.join(folder, 'new');
  expect(openDataFolder(data)).toBe(data);
  expect(openDataFolder(data)).toBe(data);
});
test('a folder of a newer version is refused in words that help', () => {
  const data = openDataFolder(path.join(folder, 'newer'));
  writeFileSync(path.join(data, 'tributary.json'), '{"format":99}');
  expect(() => openDataFolder(data)).toThrow(/data format 99; this version of Tributary reads format 2/);
});
test('a folder that holds something else is left alone', () => {
  writeFileSync(path.join(folder, 'letter.txt'), 'dear');
  expect(() => openDataFolder(folder)).toThrow(/not a data folder of Tributary/);
});
