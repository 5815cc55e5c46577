import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkedTin, type TinType, tinHint } from './us-tin.js';

test.each<[TinType, string, string | null]>([
  ['ssn', '536-90-4399', '536904399'],
  ['ssn', '536904399', '536904399'],
  ['ssn', '000-12-3456', null],
  ['ssn', '666-12-3456', null],
  ['ssn', '900-12-3456', null],
  ['ssn', '536-00-4399', null],
  ['ssn', '536-90-0000', null],
  ['ssn', '53-6904399', null],
  ['itin', '912-70-3456', '912703456'],
  ['itin', '912-50-3456', '912503456'],
  ['itin', '912-65-3456', '912653456'],
  ['itin', '912-88-3456', '912883456'],
  ['itin', '912-92-3456', '912923456'],
  ['itin', '912-99-3456', '912993456'],
  ['itin', '912-49-3456', null],
  ['itin', '912-66-3456', null],
  ['itin', '912-89-3456', null],
  ['itin', '912-93-3456', null],
  ['itin', '812-70-3456', null],
  ['ein', '04-2103594', '042103594'],
  ['ein', '042103594', '042103594'],
  ['ein', '07-2103594', null],
  ['ein', '042-10-3594', null],
  ['ein', '04-210359', null],
])('O-14 the %s %s is read as %s', (type, value, digits) => {
  expect(checkedTin({ type, value })).toBe(digits);
});

test('O-14 no text makes a tax number but nine digits, and the hint gives away four of them', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom<TinType>('ssn', 'ein', 'itin'), (value, type) => {
      const digits = checkedTin({ type, value });
      if (digits !== null) expect(digits).toMatch(/^\d{9}$/);
    }),
  );
  expect(tinHint('536-90-4399')).toBe('***4399');
});
