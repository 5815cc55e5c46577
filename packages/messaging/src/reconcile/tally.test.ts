import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { tally } from './tally.js';

const id = '01932c07-a5bc-7abc-8def-0123456789ab';
const other = '01932c07-a5bd-7abc-9def-fedcba987654';

test('bucket and hash are those that the database reads from an id', () => {
  expect(tally([{ id }], () => 'sale')).toEqual([
    {
      one: { id },
      bucket: Math.floor(0x01932c07a5bc / 300_000) * 300_000,
      count: 1,
      hash: BigInt.asIntN(64, 0x8def0123456789abn).toString(),
    },
  ]);
});

test('kinds are counted apart, in one order whatever the order of the events', () => {
  const events = [
    { id, type: 'b' },
    { id: other, type: 'a' },
    { id: other, type: 'b' },
  ];
  const count = (some: typeof events) => tally(some, ({ type }) => type);
  expect(count(events).map((one) => [one.one.type, one.count])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(count([...events].reverse()).map(({ one, ...counted }) => [one.type, counted])).toEqual(
    count(events).map(({ one, ...counted }) => [one.type, counted]),
  );
  expect(count(events)[1]?.hash).toBe(BigInt.asIntN(64, 0x8def0123456789abn ^ 0x9deffedcba987654n).toString());
});

test('the hash of a union is the XOR of the hashes', () => {
  const ids = fc
    .array(fc.nat({ max: 2 ** 30 }), { minLength: 1, maxLength: 20 })
    .map((seeds) => seeds.map((msecs) => ({ id: uuidv7({ msecs }) })));
  const hash = (events: { id: string }[]) =>
    tally(events, () => 'sale').reduce((sum, one) => sum ^ BigInt.asUintN(64, BigInt(one.hash)), 0n);
  fc.assert(fc.property(ids, ids, (a, b) => hash([...a, ...b]) === (hash(a) ^ hash(b))));
});
