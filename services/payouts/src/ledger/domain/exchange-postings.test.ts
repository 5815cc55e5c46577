import { expect, test } from '@jest/globals';
import type { PayoutExchange } from '@tributary/contracts';
import fc from 'fast-check';
import { imbalance, noBalance, plusLeg } from './balance-terms.js';
import { claim, exchanged, exchangedBack, handedToRail, type Posting, release, returned, settlement } from './posting.js';

const at = new Date('2026-03-02T08:00:00Z');
const exchange: PayoutExchange = {
  amount: 98_950,
  currency: 'USD',
  rate: '2000/2169',
  rateId: 'ecb:EUR/USD:2026-03-02',
  day: '2026-03-02',
  rates: [{ base: 'EUR', quote: 'USD', date: '2026-03-02', rate: '1.0845', source: 'ecb' }],
  rounding: 'half-even',
  fee: 1050,
  bearer: 'partner',
};
const payout = {
  id: 'pyt',
  partnerId: 'ptr',
  brandId: 'brd',
  currency: 'EUR',
  amount: 91_240n,
  charges: [{ kind: 'exchange-fee' as const, amount: -1050 }],
  exchange,
};
const built = (of: Parameters<typeof claim>[0] = payout) => [claim(of, at), ...exchanged(of, at)];
const legs = ({ legs: all }: Posting) => all.map(({ account, amount }) => `${account} ${amount}`);

test('O-16 gross, fee and net are legs of their own in the currency earned, the payment in the other; the rate joins the two', () => {
  const [paid, earned] = built();
  expect(earned).toMatchObject({ kind: 'exchange', currency: 'USD', rateId: exchange.rateId, payoutId: 'pyt' });
  expect(earned && legs(earned)).toEqual(['payable -100000', 'exchange-fees 1050', 'exchange 98950']);
  expect(paid).toMatchObject({ kind: 'claim', currency: 'EUR', rateId: exchange.rateId });
  expect(paid && legs(paid)).toEqual(['exchange -91240', 'in-payout 91240']);
  expect(settlement(payout, at)).not.toHaveProperty('rateId');
});

test('O-16 a fee that the brand bears is on the same account, made up for by its cost', () => {
  const borne = { ...payout, charges: [], exchange: { ...exchange, amount: 100_000, bearer: 'brand' as const } };
  expect(exchanged(borne, at).map(legs)).toEqual([['payable -100000', 'exchange 100000', 'exchange-costs -1050', 'exchange-fees 1050']]);
  expect(
    exchanged(borne, at)
      .flatMap((posting) => posting.legs)
      .reduce(plusLeg, noBalance),
  ).toMatchObject({ fees: 0n });
  const free = { ...borne, exchange: { ...borne.exchange, fee: 0 } };
  expect(exchanged(free, at).map(legs)).toEqual([['payable -100000', 'exchange 100000']]);
});

test('what comes back of an exchange is a transaction of its own', () => {
  expect(exchangedBack(payout, at)).toMatchObject([{ kind: 'exchange-back', key: 'exchange-back:pyt', currency: 'USD' }]);
});

const anyExchange = fc
  .record({
    net: fc.integer({ min: 1, max: 10 ** 9 }),
    fee: fc.nat(10 ** 6),
    amount: fc.bigInt(1n, 10n ** 12n),
    brand: fc.boolean(),
    vat: fc.nat(500),
  })
  .map(({ net, fee, amount, brand, vat }) => ({
    ...payout,
    amount,
    charges: [{ kind: 'vat' as const, amount: vat }, ...(brand || fee === 0 ? [] : [{ kind: 'exchange-fee' as const, amount: -fee }])],
    exchange: { ...exchange, amount: net, fee, bearer: brand ? ('brand' as const) : ('partner' as const) },
  }));

test('INV-M9 money is conserved in each currency at every step, and what comes back leaves nothing behind, at the stored rate', () => {
  fc.assert(
    fc.property(anyExchange, fc.boolean(), (of, sent) => {
      const out = sent ? [handedToRail(of, at), settlement(of, at)] : [];
      const back = sent ? [returned(of, at)] : [release(of, at)];
      const balances = new Map<string, typeof noBalance>();
      const accounts = new Map<string, bigint>();
      for (const posting of [...built(of), ...out, ...back, ...exchangedBack(of, at)]) {
        expect(posting.legs.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
        balances.set(posting.currency, posting.legs.reduce(plusLeg, balances.get(posting.currency) ?? noBalance));
        for (const { account, amount } of posting.legs) {
          const key = `${posting.currency} ${account}`;
          accounts.set(key, (accounts.get(key) ?? 0n) + amount);
        }
        for (const terms of balances.values()) expect(imbalance(terms)).toBe(0n);
      }
      expect([...balances.values()]).toEqual([noBalance, noBalance]);
      expect([...accounts.values()].filter((amount) => amount !== 0n)).toEqual([]);
    }),
  );
});

test('a payout in the currency that was earned has no side but its own', () => {
  const plain = { ...payout, charges: [], exchange: null };
  expect(exchanged(plain, at)).toEqual([]);
  expect(legs(claim(plain, at))).toEqual(['payable -91240', 'in-payout 91240']);
  expect(claim(plain, at)).not.toHaveProperty('rateId');
});
