import { expect, test } from '@jest/globals';
import { type CurrencyCode, compare, convert, currencyCodes, exchange, parseFraction, rational, subtract } from '@tributary/money';
import fc from 'fast-check';
import { type ExchangePair, type ExchangePolicy, exchanged, type KnownRate, pairOf, rateFor } from './exchange-terms.js';

const day = '2026-03-02';
const known = (base: string, quote: string, rate: string, fields: Partial<KnownRate> = {}): KnownRate => ({
  base,
  quote,
  date: day,
  rate,
  source: 'ecb',
  recordedAt: '2026-03-02T16:00:00.000Z',
  counts: true,
  ...fields,
});
const pair = (from: string, to: string, fields: Partial<ExchangePair> = {}): ExchangePair => ({
  from,
  to,
  percent: '0',
  fixed: 0,
  bearer: 'partner',
  ...fields,
});
const policy: ExchangePolicy = { source: null, pairs: [] };
const pay = (net: bigint, of: ExchangePair, rates: readonly KnownRate[], by = policy) =>
  exchanged(net, of, rateFor(by, of, rates, day), day);

test('O-16 gross less the fee is exchanged, and the rate that it was made from is kept', () => {
  expect(pay(100_000n, pair('USD', 'EUR', { percent: '0.01', fixed: 50 }), [known('EUR', 'USD', '1.0845')])).toEqual({
    // 98950 / 1.0845 = 91240.2..
    amount: 91_240n,
    exchange: {
      amount: 98_950,
      currency: 'USD',
      rate: '2000/2169',
      rateId: 'ecb:EUR/USD:2026-03-02',
      day,
      rates: [{ base: 'EUR', quote: 'USD', date: day, rate: '1.0845', source: 'ecb' }],
      rounding: 'half-even',
      fee: 1050,
      bearer: 'partner',
    },
  });
});

test('O-16 a fee that the brand bears takes nothing from the partner', () => {
  const of = pair('USD', 'EUR', { percent: '0.01', bearer: 'brand' });
  expect(pay(100_000n, of, [known('USD', 'EUR', '0.9')])).toMatchObject({ amount: 90_000n, exchange: { amount: 100_000, fee: 1000 } });
});

test('INV-M9 halves go to the even neighbour, of the payment and of the fee', () => {
  const half = [known('USD', 'EUR', '0.5')];
  const amounts = [1n, 2n, 3n, 5n, 7n].map((net) => pay(net, pair('USD', 'EUR'), half));
  expect(amounts.map((one) => (typeof one === 'string' ? one : one.amount))).toEqual(['not-exchangeable', 1n, 2n, 2n, 4n]);
  const fees = [50n, 150n, 250n].map((net) => pay(net, pair('USD', 'EUR', { percent: '0.01' }), half));
  expect(fees.map((one) => (typeof one === 'string' ? one : one.exchange.fee))).toEqual([0, 2, 2]);
});

test('WE-66 INV-M9 currencies without minor units, and with three decimals', () => {
  const rates = [known('USD', 'JPY', '150.25'), known('USD', 'KWD', '0.3075')];
  expect(pay(10_001n, pair('USD', 'JPY'), rates)).toMatchObject({ amount: 15_027n });
  expect(pay(10_002n, pair('USD', 'JPY'), rates)).toMatchObject({ amount: 15_028n });
  expect(pay(10_002n, pair('USD', 'KWD'), rates)).toMatchObject({ amount: 30_756n });
  const crossed = pay(1_000n, pair('JPY', 'KWD'), rates);
  expect(crossed).toMatchObject({ amount: 2_047n, exchange: { rateId: 'ecb:USD/JPY:2026-03-02+ecb:USD/KWD:2026-03-02' } });
  expect(pay(1n, pair('KWD', 'JPY'), [known('KWD', 'JPY', '400')])).toBe('not-exchangeable');
});

test('what the fee or the rounding leaves nothing of, and what no ledger can hold, is not exchanged', () => {
  const rates = [known('USD', 'EUR', '0.9'), known('USD', 'IRR', '1000000')];
  expect(pay(50n, pair('USD', 'EUR', { fixed: 50 }), rates)).toBe('not-exchangeable');
  expect(pay(51n, pair('USD', 'EUR', { fixed: 50 }), rates)).toMatchObject({ amount: 1n });
  expect(pay(1_000_000_000n, pair('USD', 'IRR'), rates)).toMatchObject({ amount: 10n ** 15n });
  expect(pay(1_000_000_001n, pair('USD', 'IRR'), rates)).toBe('not-exchangeable');
});

test('the rates are those of the source that the policy names, or those that count; none older than a week', () => {
  const rates = [known('USD', 'EUR', '0.9'), known('USD', 'EUR', '0.8', { source: 'bank', counts: false })];
  const of = pair('USD', 'EUR');
  expect(pay(100n, of, rates)).toMatchObject({ amount: 90n });
  expect(pay(100n, of, rates, { ...policy, source: 'bank' })).toMatchObject({
    amount: 80n,
    exchange: { rateId: 'bank:USD/EUR:2026-03-02' },
  });
  expect(pay(100n, of, rates, { ...policy, source: 'other' })).toBe('no-exchange-rate');
  expect(pay(100n, of, [known('USD', 'EUR', '0.9', { date: '2026-02-23' })])).toMatchObject({ amount: 90n });
  expect(pay(100n, of, [known('USD', 'EUR', '0.9', { date: '2026-02-22' })])).toBe('no-exchange-rate');
  expect(pay(100n, of, [known('USD', 'EUR', '0.9', { date: '2026-03-03' })])).toBe('no-exchange-rate');
});

test('a pair is offered one way only, by its brand', () => {
  const offering = { ...policy, pairs: [pair('USD', 'EUR')] };
  expect(pairOf(offering, 'USD', 'EUR')).toBe(offering.pairs[0]);
  expect(pairOf(offering, 'EUR', 'USD')).toBeUndefined();
  expect(pairOf(undefined, 'USD', 'EUR')).toBeUndefined();
});

const code = fc.constantFrom(...currencyCodes);
const aRate = fc.tuple(fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 10n ** 6n)).map(([n, d]) => rational(n, d));
const absolute = (x: { n: bigint; d: bigint }) => rational(x.n < 0n ? -x.n : x.n, x.d);

test('INV-M9 out = half-even(in x rate): never more than half a unit off, and there and back gains less than a unit of each currency', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 12n), code, code, aRate, (amount, a, b, to) => {
      const out = exchange(amount, a, b, to);
      const exact = convert(amount, a, b, to);
      expect(compare(absolute(subtract(rational(out), exact)), rational(1n, 2n))).not.toBe(1);
      const from = rational(to.d, to.n);
      const back = exchange(out, b, a, from);
      // A half of a unit of b, in a, and a half of a unit of a.
      const bound = convert(rational(1n, 2n), b, a, from);
      const most = rational(2n * bound.n + bound.d, 2n * bound.d);
      expect(compare(absolute(rational(back - amount)), most)).not.toBe(1);
    }),
    { numRuns: 2000 },
  );
});

test('INV-M9 what is stored is enough to come to the amount again, fee and all', () => {
  const terms = fc.record({
    percent: fc.constantFrom('0', '0.01', '0.035', '0.333333'),
    fixed: fc.nat(500),
    bearer: fc.constantFrom('partner', 'brand'),
  });
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 10n), code, code, terms, fc.integer({ min: 1, max: 10 ** 9 }), (net, a, b, more, millionths) => {
      fc.pre(a !== b);
      const text = `${Math.floor(millionths / 1e6)}.${String(millionths % 1e6).padStart(6, '0')}`;
      const said = pay(net, pair(a, b, more as Partial<ExchangePair>), [known(a, b, text)]);
      if (typeof said === 'string') return;
      const { exchange: kept } = said;
      expect(exchange(BigInt(kept.amount), kept.currency as CurrencyCode, b, parseFraction(kept.rate))).toBe(said.amount);
      expect(BigInt(kept.amount) + (kept.bearer === 'partner' ? BigInt(kept.fee) : 0n)).toBe(net);
    }),
    { numRuns: 2000 },
  );
});
