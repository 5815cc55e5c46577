import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amountOf } from './amount.js';
import { assign } from './assign.js';
import type { Line } from './lines.js';
import { instantOf } from './local-time.js';
import { checkMapping, MappingInvalid, readMapping } from './mapping.js';
import { Originals } from './originals.js';
import { orderReader, type Read } from './read-order.js';

const exampleFile = path.resolve(import.meta.dirname, '../../../examples/online-retail/mapping.json');
const mapping = readMapping(exampleFile);
const raw = () => JSON.parse(readFileSync(exampleFile, 'utf8'));
const london = mapping.event.occurredAt;

test('Q-09 a local time becomes its instant in winter and in summer', () => {
  expect(instantOf('12-01-2010 08:26', london)).toEqual({ instant: '2010-12-01T08:26:00.000Z' });
  expect(instantOf('07-01-2011 08:26', london)).toEqual({ instant: '2011-07-01T07:26:00.000Z' });
});

test('a time that the clocks skip, show twice, or that is no date, is not guessed', () => {
  const flawAt = (text: string) => instantOf(text, london);
  expect(flawAt('03-27-2011 01:30')).toEqual({ flaw: 'date-does-not-exist' });
  expect(flawAt('10-30-2011 01:30')).toEqual({ flaw: 'date-ambiguous' });
  expect(instantOf('10-30-2011 01:30', { ...london, whenTwice: 'earlier' })).toEqual({ instant: '2011-10-30T00:30:00.000Z' });
  expect(instantOf('10-30-2011 01:30', { ...london, whenTwice: 'later' })).toEqual({ instant: '2011-10-30T01:30:00.000Z' });
  expect(['', '02-30-2011 10:00', '2011-03-01 10:00', '13-01-2011 10:00'].map(flawAt)).toEqual([
    { flaw: 'date-missing' },
    { flaw: 'date-unparseable' },
    { flaw: 'date-unparseable' },
    { flaw: 'date-unparseable' },
  ]);
});

test('quantity times price is exact, or refused', () => {
  expect(amountOf(3n, '0.07', 'GBP')).toEqual({ amount: 21 });
  expect(amountOf(2n, '1.005', 'GBP')).toEqual({ amount: 201 });
  expect(amountOf(3n, '1.005', 'GBP')).toEqual({ flaw: 'amount-finer-than-minor-unit' });
  expect(amountOf(6n, '255', 'JPY')).toEqual({ amount: 1530 });
  expect(amountOf(999_999_999_999_999n, '99.99', 'GBP')).toEqual({ flaw: 'amount-too-large' });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 1_000_000 }), (quantity, pence) => {
      const price = `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`;
      expect(amountOf(BigInt(quantity), price, 'GBP')).toEqual({ amount: quantity * pence });
    }),
  );
});

test('a customer always has the same partner and brand, and customers spread over all', () => {
  expect(assign('17850', 60, 2)).toEqual({ partner: 0x8072f657 % 60, brand: 0x9de32612 % 2 });
  const assigned = Array.from({ length: 400 }, (_, n) => assign(String(12_346 + n), 60, 2));
  expect(new Set(assigned.map(({ partner }) => partner)).size).toBeGreaterThanOrEqual(55);
  expect(assigned.filter(({ brand }) => brand === 0).length).toBeGreaterThan(150);
});

test('a cancellation takes back the latest earlier sale that has enough left', () => {
  const originals = new Originals();
  originals.add('1', 'A', 'first', 10n, 1_000);
  originals.add('1', 'A', 'second', 3n, 300);
  expect(originals.takeBack('1', 'A', 2n, 200)).toEqual({ originalEventId: 'second' });
  expect(originals.takeBack('1', 'A', 2n, 200)).toEqual({ originalEventId: 'first' });
  expect(originals.takeBack('1', 'A', 1n, 101)).toEqual({ flaw: 'refund-exceeds-original' });
  expect(originals.takeBack('1', 'A', 1n, 100)).toEqual({ originalEventId: 'second' });
  expect(originals.takeBack('1', 'A', 9n, 900)).toEqual({ flaw: 'original-not-found' });
  expect(originals.takeBack('2', 'A', 1n, 1)).toEqual({ flaw: 'original-not-found' });
});

const good = ['536365', '85123A', 'HOLDER', '6', '12-01-2010 08:26', '2.55', '17850', 'United Kingdom'];
const lineOf = (ordinal: number, fields: Line['fields']): Line => ({
  ordinal,
  text: typeof fields === 'string' ? '' : fields.join(','),
  fields,
});
const changed = (column: number, value: string) => good.map((field, index) => (index === column ? value : field));
const flawsOf = (read: Read) => ('flaws' in read ? read.flaws : 'no flaw');

test('a line becomes a sale, and its cancellation a refund that names it', () => {
  const read = orderReader(mapping);
  const { partner, brand } = assign('17850', 60, 2);
  expect(read(lineOf(7, good))).toEqual({
    ordinal: 7,
    event: {
      brand,
      partner,
      body: {
        type: 'sale',
        eventId: '536365:7',
        occurredAt: '2010-12-01T08:26:00.000Z',
        amount: 1_530,
        currency: 'GBP',
        customerKey: '17850',
        sku: '85123A',
        product: 'HOLDER',
        attributes: { country: 'United Kingdom', quantity: '6' },
      },
    },
  });
  const back = read(lineOf(8, ['C536366', '85123A', '', '-2', '12-02-2010 09:00', '2.55', '17850', '']));
  expect(back).toMatchObject({
    event: { brand, body: { type: 'refund', eventId: 'C536366:8', originalEventId: '536365:7', amount: 510 } },
  });
});

test('every kind of dirt is rejected by name, the first of several counting', () => {
  const read = orderReader(mapping);
  const cases: [Line['fields'], string[]][] = [
    [changed(6, ''), ['customer-missing']],
    [changed(6, 'GUEST'), ['customer-malformed']],
    [changed(5, '0'), ['price-zero']],
    [changed(5, '0.00'), ['price-zero']],
    [changed(5, '-1'), ['price-negative']],
    [changed(5, '1,50'), ['price-unparseable']],
    [changed(3, '0'), ['quantity-zero']],
    [changed(3, '1.5'), ['quantity-unparseable']],
    [changed(3, '-6'), ['quantity-negative-without-cancellation']],
    [changed(0, 'C536365'), ['quantity-positive-on-cancellation']],
    [changed(0, ''), ['order-missing']],
    [changed(0, 'A1'), ['order-malformed']],
    [changed(1, ' '), ['item-missing']],
    [changed(4, 'soon'), ['date-unparseable']],
    ['columns-wrong', ['columns-wrong']],
    [['C536365', 'X', '', '-6', '12-01-2010 08:26', '2.55', '17850', ''], ['original-not-found']],
    [
      ['536365', 'X', '', '-6', 'soon', '0', '', ''],
      ['customer-missing', 'quantity-negative-without-cancellation', 'price-zero', 'date-unparseable'],
    ],
  ];
  for (const [fields, flaws] of cases) expect(flawsOf(read(lineOf(1, fields)))).toEqual(flaws);
});

test('a mapping that is wrong is refused with every fault', () => {
  expect(() => checkMapping({ ...raw(), mappingVersion: 2 })).toThrow(MappingInvalid);
  const faulty = { ...raw(), event: { ...raw().event, id: '{InvoiceNo}', currency: 'pounds', colour: 'red' } };
  expect(() => checkMapping(faulty)).toThrow(/\{line\}[\s\S]*ISO 4217[\s\S]*colour|colour[\s\S]*\{line\}[\s\S]*ISO 4217/);
  expect(() => checkMapping({ ...raw(), event: { ...raw().event, quantity: 'Pieces' } })).toThrow(/csv.columns does not name Pieces/);
  expect(() =>
    checkMapping({ ...raw(), event: { ...raw().event, occurredAt: { ...raw().event.occurredAt, zone: 'Europe/Lundun' } } }),
  ).toThrow(/IANA/);
});
