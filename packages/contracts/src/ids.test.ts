import { expect, test } from '@jest/globals';
import { fromString, fromUUID, toUUID, typeid } from 'typeid-js';
import { version as uuidVersion, validate } from 'uuid';
import { type IdKind, idPrefixes, idSchema, isId, newId } from './ids.js';
import { newUuid } from './sortable.js';

const kinds = (Object.keys(idPrefixes) as IdKind[]).map((kind) => [kind] as const);

test('prefixes are short, lower case and of one kind each', () => {
  const prefixes = Object.values(idPrefixes);
  expect(prefixes.every((prefix) => /^[a-z]{2,4}$/.test(prefix))).toBe(true);
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test.each(kinds)('a new %s id is a TypeID around a UUIDv7, and known as such', (kind) => {
  const id = newId(kind);
  expect(uuidVersion(toUUID(fromString(id, idPrefixes[kind])))).toBe(7);
  expect(isId(kind, id)).toBe(true);
  expect(idSchema(kind).parse(id)).toBe(id);
});

test('an id of another kind, of another shape or beyond 128 bits is refused, by check and schema alike', () => {
  const id = newId('deal');
  const wrong = [
    newId('brand'),
    id.toUpperCase(),
    id.slice(0, -1),
    `${id}0`,
    id.replace('_', '-'),
    `deal_8${id.slice(6)}`,
    `deal_${'l'.repeat(26)}`,
    `${id}\n`,
    ` ${id}`,
    'deal_',
    '',
  ];
  for (const text of wrong) {
    expect([text, isId('deal', text)]).toEqual([text, false]);
    expect([text, idSchema('deal').safeParse(text).success]).toEqual([text, false]);
  }
});

test('ids are unique, and sort in the order of their making', () => {
  const made = Array.from({ length: 20_000 }, () => newId('conversion'));
  expect(new Set(made).size).toBe(made.length);
  expect([...made].sort()).toEqual(made);
});

test('an id begins with its millisecond', () => {
  const before = Date.now();
  const uuid = toUUID(fromString(newId('click'), 'clk'));
  const madeAt = Number.parseInt(uuid.replace('-', '').slice(0, 12), 16);
  expect(madeAt).toBeGreaterThanOrEqual(before - 1);
  expect(madeAt).toBeLessThanOrEqual(Date.now() + 1000);
});

test('UUIDs and TypeIDs are made in one order, whichever way they are written', () => {
  const made = Array.from({ length: 2_000 }, (_, index) => {
    const uuid = index % 2 === 0 ? newUuid() : toUUID(fromString(newId('event'), 'evt'));
    return [uuid, fromUUID(uuid, 'evt').toString()] as const;
  });
  expect(made.every(([uuid, id]) => validate(uuid) && uuidVersion(uuid) === 7 && isId('event', id))).toBe(true);
  expect([...made].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(made);
  expect(new Set(made.map(([uuid]) => uuid.slice(-10))).size).toBeGreaterThan(1_990);
});

test('making ids is never what a hot path waits for: more than 200,000 a second', () => {
  const rounds = Array.from({ length: 5 }, () => {
    const start = process.hrtime.bigint();
    for (let made = 0; made < 20_000; made += 1) newId('conversion');
    return 20_000 / (Number(process.hrtime.bigint() - start) / 1e9);
  });
  // The best round: a busy machine slows the others, a slow way of making ids slows them all.
  expect(Math.max(...rounds)).toBeGreaterThan(200_000);
});

test('what another TypeID library makes is accepted', () => {
  expect(isId('payout', typeid('pyt').toString())).toBe(true);
});
