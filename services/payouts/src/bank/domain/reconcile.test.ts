import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BankLine } from './bank-line.js';
import { signed } from './findings.js';
import { type Movement, reconcile } from './reconcile.js';

const line = (number: number, fields: Partial<BankLine>): BankLine => ({
  number,
  endToEndId: null,
  fileId: null,
  direction: 'out',
  amount: 100n,
  currency: 'EUR',
  outcome: 'settled',
  booked: true,
  reference: null,
  reason: null,
  bookedOn: '2026-03-03',
  ...fields,
});
const movement = (payoutId: string, fields: Partial<Movement> = {}): Movement => ({
  payoutId,
  direction: 'out',
  amount: 100n,
  currency: 'EUR',
  due: true,
  seen: false,
  ...fields,
});
const never = () => false;
const named = ({ endToEndId }: BankLine) => (endToEndId?.startsWith('p') ? endToEndId : null);
const kinds = (found: { findings: { kind: string; payoutId: string | null }[] }) =>
  found.findings.map(({ kind, payoutId }) => `${kind} ${payoutId}`).sort();

test('O-09 one missing, one extra, one different: exactly these three, and book = bank + exceptions', () => {
  const movements = ['p1', 'p2', 'p3'].map((id) => movement(id));
  const lines = [line(1, { endToEndId: 'p1' }), line(2, { endToEndId: 'p2', amount: 90n }), line(3, { endToEndId: 'x', amount: 7n })];
  const found = reconcile(lines, movements, never, named);
  expect(kinds(found)).toEqual(['different p2', 'extra null', 'missing p3']);
  expect(found.totals).toEqual([{ currency: 'EUR', book: 300n, bank: 197n, exceptions: 103n }]);
});

test('FF16 a doubled line is one exception of its own, in the same statement and in a later one', () => {
  const twice = [line(1, { endToEndId: 'p1' }), line(2, { endToEndId: 'p1' })];
  expect(kinds(reconcile(twice, [movement('p1')], never, named))).toEqual(['doubled p1']);
  expect(kinds(reconcile([line(1, { endToEndId: 'p1' })], [movement('p1', { seen: true })], never, named))).toEqual(['doubled p1']);
  expect(reconcile(twice, [movement('p1', { seen: true })], () => true, named)).toMatchObject({ findings: [], totals: [] });
});

test('what is not due yet may be absent, and is matched when it is there; another currency is a difference in both', () => {
  const later = movement('p1', { due: false });
  expect(reconcile([], [later], never, named)).toMatchObject({ findings: [], totals: [] });
  expect(reconcile([line(1, { endToEndId: 'p1' })], [later], never, named).totals).toEqual([
    { currency: 'EUR', book: 100n, bank: 100n, exceptions: 0n },
  ]);
  const dollars = reconcile([line(1, { endToEndId: 'p1', currency: 'USD' })], [later], never, named);
  expect(kinds(dollars)).toEqual(['different p1', 'different p1']);
  expect(dollars.totals).toEqual([
    { currency: 'EUR', book: 100n, bank: 0n, exceptions: 100n },
    { currency: 'USD', book: 0n, bank: 100n, exceptions: -100n },
  ]);
});

/** What is done to a movement on its way into the statement. */
const fates = ['shown', 'missing', 'late', 'different', 'doubled', 'tripled'] as const;
const story = fc.record({
  movements: fc.array(
    fc.record({
      fate: fc.constantFrom(...fates),
      direction: fc.constantFrom('out' as const, 'back' as const),
      amount: fc.bigInt(1n, 10n ** 12n),
      by: fc.bigInt(1n, 1000n),
      currency: fc.constantFrom('EUR', 'USD'),
    }),
    { maxLength: 40 },
  ),
  extras: fc.array(
    fc.record({
      amount: fc.bigInt(1n, 10n ** 12n),
      direction: fc.constantFrom('out' as const, 'back' as const),
      currency: fc.constantFrom('EUR', 'JPY'),
    }),
    { maxLength: 10 },
  ),
  order: fc.infiniteStream(fc.nat()),
});

test('O-09 FF16 random statements: each difference found once and named rightly, every total exact, in any order of lines', () => {
  fc.assert(
    fc.property(story, ({ movements: fated, extras, order }) => {
      const movements = fated.map(({ fate, direction, amount, currency }, index) =>
        movement(`p${index}`, { direction, amount, currency, due: fate !== 'late' }),
      );
      const copies = { shown: 1, missing: 0, late: 0, different: 1, doubled: 2, tripled: 3 };
      const shown = fated.flatMap(({ fate, direction, amount, by, currency }, index) =>
        Array.from({ length: copies[fate] }, () =>
          line(0, { endToEndId: `p${index}`, direction, currency, amount: fate === 'different' ? amount + by : amount }),
        ),
      );
      const lines = [...shown, ...extras.map((extra, index) => line(0, { ...extra, endToEndId: `x${index}` }))]
        .map((each) => ({ each, at: order.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ each }, index) => ({ ...each, number: index + 1 }));
      const found = reconcile(lines, movements, never, named);
      const expected = [
        ...fated.flatMap(({ fate }, index) =>
          fate === 'missing' || fate === 'different'
            ? [`${fate} p${index}`]
            : Array.from({ length: Math.max(0, copies[fate] - 1) }, () => `doubled p${index}`),
        ),
        ...extras.map(() => 'extra null'),
      ];
      expect(kinds(found)).toEqual(expected.sort());
      expect(new Set(found.findings.map(({ key }) => key)).size).toBe(found.findings.length);
      for (const { currency, book, bank, exceptions } of found.totals) {
        const inBank = lines
          .filter((each) => each.currency === currency)
          .reduce((sum, each) => sum + signed(each.direction, each.amount ?? 0n), 0n);
        const inBook = fated
          .filter((each) => each.currency === currency && each.fate !== 'late')
          .reduce((sum, each) => sum + signed(each.direction, each.amount), 0n);
        expect([bank, book, book - bank]).toEqual([inBank, inBook, exceptions]);
      }
    }),
    { numRuns: 500 },
  );
});
