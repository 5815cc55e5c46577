import { expect, test } from '@jest/globals';
import { checkedVatNumber } from './vat-number.js';

test.each([
  ['GB 980 7806 84', 'GB', 'GB980780684'],
  ['980780684', 'GB', 'GB980780684'],
  ['XI980780684', 'GB', 'XI980780684'],
  ['GB980780685', 'GB', null],
  ['DE136695976', 'DE', 'DE136695976'],
  ['DE136695975', 'DE', null],
  ['DE136695976', 'FR', null],
  ['EL094259216', 'GR', 'EL094259216'],
  ['094259216', 'GR', 'EL094259216'],
  ['FR 40 303 265 045', 'FR', 'FR40303265045'],
  ['12-3456789', 'US', null],
  ['', 'GB', null],
])('O-15 the VAT number %j of %s is read as %j', (number, country, expected) => {
  expect(checkedVatNumber(number, country)).toBe(expected);
});
