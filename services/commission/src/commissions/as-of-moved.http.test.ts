import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aConversion, aRefund, attributed, createDeal, recorded, startWorld, type World } from '../../test/builders.js';
import { activity, close, play, shareDeal, shareTerms, statementOf } from '../../test/months.js';

let world: World;
beforeEach(async () => {
  world = await startWorld({ partners: 2, now: '2026-03-01T12:00:00Z' });
});
afterEach(() => world.service.stop());

const at = (instant: string) => world.service.clock.set(new Date(instant));
/** What was owed to a partner for March as known at an instant, what is owed now, and each cause of the difference. */
async function march(partnerId: string, knownAt: string) {
  const query = { partnerId, brandId: world.brandId, period: '2026-03', knownAt };
  const { body } = await world.service.request().get('/api/v1/commissions/as-of').query(query).expect(200);
  const sumOf = (amounts: { amount: number }[]) => amounts.reduce((sum, { amount }) => sum + amount, 0);
  const causes = body.since.flatMap((since: { reason: string; causes: { kind: string; id: string; amount: number; period: string }[] }) =>
    since.causes.map(({ kind, id, amount, period }) => [since.reason, kind, id, amount, period]),
  );
  return { known: sumOf(body.known.amounts), present: sumOf(body.present.amounts), causes };
}

test('D-04 a customer given to another partner: who earned as was known then, and who earns as is known now', async () => {
  const [first = '', second = ''] = world.partnerIds;
  for (const [partnerId, rate] of [
    [first, '0.10'],
    [second, '0.20'],
  ] as const) {
    const terms = { components: [{ on: 'sale', model: 'percentage', rate }] };
    await createDeal({ ...world, partnerIds: [partnerId] }, { terms });
  }
  const customerId = newId('customer');
  const sale = (occurredAt: string) => aConversion(world, { partnerId: first, customerId, occurredAt });
  const [before, after] = [sale('2026-03-05T10:00:00.000Z'), sale('2026-03-12T10:00:00.000Z')];
  at('2026-03-12T12:00:00Z');
  await world.service.deliver(recorded(before), recorded(after));
  const refund = aRefund(world, after, 4_000, { occurredAt: '2026-03-20T10:00:00.000Z' });
  at('2026-03-20T12:00:00Z');
  await world.service.deliver(recorded(refund));
  // March is closed before the customer is said to have been the other's since 10 March: with what he bought since, and its refund.
  at('2026-04-10T12:00:00Z');
  await close(world, '2026-03').expect(200);
  at('2026-04-20T12:00:00Z');
  for (const moved of [after, refund]) await world.service.deliver(attributed({ ...moved, partnerId: second, revision: 1 }));
  at('2026-05-01T12:00:00Z');

  const moving = (amount: number) => ['reattribution', 'conversion', after.conversionId, amount, '2026-04'];
  expect(await march(first, '2026-04-15T00:00:00Z')).toEqual({ known: 1_600, present: 1_000, causes: [moving(-600)] });
  expect(await march(second, '2026-04-15T00:00:00Z')).toEqual({ known: 0, present: 1_200, causes: [moving(1_200)] });
  // Before the refund was known the first was owed more, and both are why he is owed less now.
  expect(await march(first, '2026-03-13T00:00:00Z')).toEqual({
    known: 2_000,
    present: 1_000,
    causes: [moving(-600), ['refund', 'conversion', refund.conversionId, -400, '2026-03']],
  });
  for (const [partnerId, owed] of [
    [first, 1_000],
    [second, 1_200],
  ] as const)
    expect(await march(partnerId, '2026-04-21T00:00:00Z')).toEqual({ known: owed, present: owed, causes: [] });
});

test('D-04 money that is rated by the month: a late fact makes a revision of the statement, which is the cause that is named', async () => {
  const [partnerId = ''] = world.partnerIds;
  const deal = await shareDeal(world);
  at('2026-04-02T12:00:00Z');
  await play(world, activity(world, 10_000));
  expect(await march(partnerId, '2026-04-02T13:00:00Z')).toEqual({ known: 0, present: 0, causes: [] });
  at('2026-04-10T06:00:00Z');
  await close(world, '2026-03').expect(200);
  at('2026-04-20T12:00:00Z');
  await play(world, activity(world, -2_500));
  at('2026-04-25T12:00:00Z');
  const amendment = { effectiveFrom: '2026-01-01T00:00:00Z', terms: shareTerms({ rate: '0.50' }), reason: 'half of it since January' };
  await world.service.request().post(`/api/v1/deals/${deal.id}/amendments`).set('If-Match', '"1"').send(amendment).expect(201);
  at('2026-05-10T12:00:00Z');

  const month = `month/${deal.id}/share/2026-03/EUR`;
  const amended = ['amendment', 'deal-version', `${deal.id}/2`, 750, '2026-04'];
  const revised = ['late-fact', 'statement', month, -1_000, '2026-04'];
  const first = ['statement', 'statement', month, 4_000, '2026-03'];
  const asked: [knownAt: string, known: number, causes: unknown[]][] = [
    ['2026-04-02T13:00:00Z', 0, [amended, revised, first]],
    ['2026-04-12T00:00:00Z', 4_000, [amended, revised]],
    ['2026-04-21T00:00:00Z', 3_000, [amended]],
    ['2026-04-26T00:00:00Z', 3_750, []],
  ];
  for (const [index, [knownAt, known, causes]] of asked.entries()) {
    expect(await march(partnerId, knownAt)).toEqual({ known, present: 3_750, causes });
    // The statement as recorded then says the same sum.
    const asOf = new Date(knownAt).toISOString();
    if (index > 0) expect(await statementOf(world, '2026-03', { asOf })).toMatchObject({ revision: index, total: known });
  }
});
