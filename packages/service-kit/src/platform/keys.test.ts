import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ephemeralKeys, keysFromText, keysInFolder, loadKeys } from './keys.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = () => path.join(folder, 'keys.json');

test('keys are made at the first start, for the owner alone, and kept', () => {
  const first = keysInFolder(folder);
  expect(first.fresh).toBe(true);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  const second = keysInFolder(folder);
  expect(second.fresh).toBe(false);
  expect(second.hmac('a', 'x')).toBe(first.hmac('a', 'x'));
  expect(second.decrypt('ptr_1', first.encrypt('ptr_1', 'DE89…'))).toBe('DE89…');
});

test('a key file that others can read is refused', () => {
  keysInFolder(folder);
  chmodSync(file(), 0o644);
  expect(() => keysInFolder(folder)).toThrow('chmod 600');
});

test('keys can be given by a variable or a file, and then are not rotated here', () => {
  keysInFolder(folder);
  const text = readFileSync(file(), 'utf8');
  const given = loadKeys('/nowhere', { TRIBUTARY_KEYS: text });
  expect(given.hmac('a', 'x')).toBe(loadKeys('/nowhere', { TRIBUTARY_KEYS_FILE: file() }).hmac('a', 'x'));
  expect(() => keysFromText(text).rotate('hmac')).toThrow('where they are kept');
});

test('a rotation breaks nothing that was signed, sealed or matched before, and survives a restart', () => {
  const keys = keysInFolder(folder);
  const data = Buffer.from('head');
  const { keyId, signature } = keys.sign(data);
  const sealed = keys.encrypt('ptr_1', 'secret');
  const old = keys.hmac('customer', 'k');
  for (const purpose of ['evidence', 'master', 'hmac'] as const) keys.rotate(purpose);
  const later = keysInFolder(folder);
  expect(later.verify(data, keyId, signature)).toBe(true);
  expect(later.sign(data).keyId).not.toBe(keyId);
  expect(later.decrypt('ptr_1', sealed)).toBe('secret');
  expect(later.hmac('customer', 'k')).not.toBe(old);
  expect(later.hmacs('customer', 'k')).toContain(old);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test('signatures fail for other data, other keys and unknown keys', () => {
  const keys = ephemeralKeys();
  const { keyId, signature } = keys.sign(Buffer.from('a'));
  expect(keys.verify(Buffer.from('b'), keyId, signature)).toBe(false);
  expect(keys.verify(Buffer.from('a'), 'evidence-other', signature)).toBe(false);
  expect(keys.publicKey().pem).toMatch('BEGIN PUBLIC KEY');
});

test('a sealed text opens for its subject alone, and only unchanged', () => {
  const keys = ephemeralKeys();
  const sealed = keys.encrypt('ptr_1', 'DE89370400440532013000');
  expect(sealed).not.toMatch('3704');
  expect(keys.encrypt('ptr_1', 'DE89370400440532013000')).not.toBe(sealed);
  expect(() => keys.decrypt('ptr_2', sealed)).toThrow();
  expect(() => keys.decrypt('ptr_1', sealed.replace(/.{3}$/, 'AAA'))).toThrow();
});

test('the same text has another HMAC for another purpose', () => {
  const keys = ephemeralKeys();
  expect(keys.hmac('customer', 'x')).not.toBe(keys.hmac('sub-id', 'x'));
});
