import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { merkleRoot } from './merkle.js';

const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hashes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((text) => createHash('sha256').update(text).digest('hex'));
const leaf = (index: number) => sha(Buffer.of(0), Buffer.from(hashes[index] ?? '', 'hex'));
const node = (left: Uint8Array, right: Uint8Array) => sha(Buffer.of(1), left, right);

test('the tree is that of RFC 6962', () => {
  expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(merkleRoot(hashes.slice(0, 1))).toBe(leaf(0).toString('hex'));
  expect(merkleRoot(hashes.slice(0, 3))).toBe(node(node(leaf(0), leaf(1)), leaf(2)).toString('hex'));
  const left = node(node(leaf(0), leaf(1)), node(leaf(2), leaf(3)));
  expect(merkleRoot(hashes)).toBe(node(left, node(node(leaf(4), leaf(5)), leaf(6))).toString('hex'));
});

test('a node can never pass for a leaf, nor one order for another', () => {
  expect(merkleRoot([merkleRoot(hashes.slice(0, 2))])).not.toBe(merkleRoot(hashes.slice(0, 2)));
  expect(merkleRoot([...hashes].reverse())).not.toBe(merkleRoot(hashes));
});
