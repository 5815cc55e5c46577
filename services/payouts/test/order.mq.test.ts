import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EventOf, newId } from '@tributary/contracts';
import { repeated, shuffled, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import { lockFamilies } from '../src/entries/entry-store.js';
import type { PrismaClient } from '../src/generated/client.js';
import { balanceDrift } from '../src/ledger/balances.js';
import { everyBrand } from '../src/parts.js';
import { expectSoundBooks } from './sound-books.js';
import { accrued, balanceOf, brandChanged, decided, enrolled, partnerChanged, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

/** Facts of one partner with everything that may befall an entry; the ids differ each time, the story does not. */
function story() {
  const partnerId = newId('partner');
  const brandId = newId('brand');
  const future = '2030-01-01T00:00:00.000Z';
  const [plain, held, rejected, young, undecided, twice] = [1000, 2000, 4000, 8000, 16_000, 32_000].map((amount, index) =>
    accrued(partnerId, brandId, amount, index === 3 ? { maturesAt: future } : {}),
  ) as [E, E, E, E, E, E];
  const refunds = [plain, held, rejected, young, undecided, twice].map((of, index) =>
    accrued(partnerId, brandId, -(10 ** index % 997), { adjusts: of.data.entryId }),
  );
  const decisions = [
    decided(plain, 'held', 1),
    decided(plain, 'approved', 2),
    decided(held, 'approved', 1),
    decided(held, 'held', 3),
    decided(held, 'rejected', 2),
    decided(rejected, 'rejected', 1),
    decided(young, 'approved', 1),
    decided(twice, 'rejected', 1),
    decided(twice, 'approved', 4),
    ...refunds.map((refund) => decided(refund, 'approved', 1)),
  ];
  const directory = [
    brandChanged(brandId, {}, 2),
    brandChanged(brandId, { minimumPayout: 5 }, 1),
    partnerChanged(partnerId, 'active', 3),
    partnerChanged(partnerId, 'suspended', 2),
    enrolled(partnerId, brandId),
  ];
  return {
    partnerId,
    brandId,
    events: [...directory, plain, held, rejected, young, undecided, twice, ...refunds, ...decisions] as EventOf[],
  };
}
type E = ReturnType<typeof accrued>;

/** The same facts in new envelopes, which no inbox knows. */
const again = (events: readonly EventOf[]): EventOf[] =>
  events.map((event) => ({ ...event, id: crypto.randomUUID().replace(/^(.{14})4/, '$17') }) as EventOf);

async function endOf(events: readonly EventOf[], { partnerId, brandId }: { partnerId: string; brandId: string }, batch: number) {
  for (let from = 0; from < events.length; from += batch) await s.deliver(...events.slice(from, from + batch));
  const buckets = await s.sql<{ amount: string; bucket: string }>(
    'SELECT amount::text, bucket FROM entry WHERE partner_id = $1 ORDER BY amount',
    [partnerId],
  );
  const minimum = await s.sql('SELECT minimum_payout::int FROM brand_profile WHERE brand_id = $1', [brandId]);
  return {
    balance: await balanceOf(s, partnerId),
    buckets,
    minimum,
    partner: await s.sql('SELECT status FROM partner_profile WHERE partner_id = $1', [partnerId]),
  };
}

test('any order and repetition of the facts ends in the same buckets and balances', async () => {
  const told = story();
  const expected = await endOf(told.events, told, 5);
  expect(expected.balance).toMatchObject({ accrued: 63_000, rejected: expect.any(Number), held: expect.any(Number) });
  for (let seed = 1; seed <= 8; seed++) {
    const next = story();
    const events = shuffled(seed, [...repeated(seed, next.events), ...again(next.events)]);
    expect([seed, await endOf(events, next, [2, 7, 100][seed % 3] ?? 7)]).toEqual([seed, expected]);
  }
  await expectSoundBooks(s);
});

test('accruals and decisions that are handled at the same time miss nothing of each other', async () => {
  for (let round = 0; round < 4; round++) {
    const told = story();
    const [first, ...rest] = told.events;
    if (first) await s.deliver(first, ...rest.slice(0, 4));
    await Promise.all(shuffled(round, rest.slice(4)).map((event) => s.deliver(event)));
    const once = story();
    expect((await endOf([], told, 1)).buckets).toEqual((await endOf(once.events, once, 100)).buckets);
  }
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

test('a reversal that arrives between two looks is locked together with what it corrects', async () => {
  const partnerId = newId('partner');
  const brandId = newId('brand');
  const sale = accrued(partnerId, brandId, 1000);
  const refund = accrued(partnerId, brandId, -100, { adjusts: sale.data.entryId });
  await s.deliver(brandChanged(brandId), partnerChanged(partnerId), enrolled(partnerId, brandId), sale, decided(sale, 'approved', 1));
  let looks = 0;
  const family = await s.db.tx(everyBrand, (tx) =>
    lockFamilies(
      {
        async query<R>(text: string, values?: readonly unknown[]) {
          const found = await tx.query<R>(text, values);
          looks += 1;
          if (looks === 1) await s.deliver(refund);
          return found;
        },
      },
      [refund.data.entryId],
    ),
  );
  expect([...family.keys()].sort()).toEqual([sale.data.entryId, refund.data.entryId].sort());
});
