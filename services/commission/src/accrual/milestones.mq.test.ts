import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, type DealTerms, newId } from '@tributary/contracts';
import { anEvent, repeated } from '@tributary/testkit';
import {
  aConversion,
  anEnrollment,
  aPartner,
  aRefund,
  createDeal,
  entriesOf,
  recorded,
  startWorld,
  type World,
} from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 0, now: '2026-08-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

const year = '2026-01-01T00:00:00.000Z';
const bonus = (earned: number, amount = 2_000): DealTerms => ({
  components: [
    {
      name: 'recruit',
      on: 'sale',
      model: 'flat',
      amount,
      downline: { levels: ['1'], of: 'commission', funding: 'on-top', milestone: { earned, reversibleDays: 30 } },
    },
  ],
});

let told = 0;
/** A recruit with 10 %, below one referrer after another; each has the same bonus. */
async function recruitOf(referrers: readonly { since: string; terms: DealTerms }[]) {
  const [recruit, ...above] = [newId('partner'), ...referrers.map(() => newId('partner'))] as [string, ...string[]];
  const { brandId, programId } = world;
  const parents = referrers.map(({ since }, index) => ({ parentId: above[index] ?? null, effectiveFrom: since, recordedAt: since }));
  told += 1;
  await world.service.deliver(
    ...above.map((one) => aPartner(one)),
    anEvent('directory.partner.changed.v1', { ...aPartner(recruit).data, parents }, { sequence: told }),
    ...[recruit, ...above].map((one) => anEnrollment(one, brandId, programId)),
  );
  await createDeal(world, { partnerId: recruit });
  const deals = [];
  for (const [index, { terms }] of referrers.entries()) deals.push(await createDeal(world, { partnerId: above[index], terms }));
  const sale = (occurredAt: string, amount: number): ConversionData =>
    aConversion({ ...world, partnerIds: [recruit] }, { occurredAt, amount });
  const earned = async (referrer = 0): Promise<Record<string, number>> => {
    const nets: Record<string, number> = {};
    for (const { conversionId, amount } of await entriesOf(world, { partnerId: above[referrer] ?? '' }))
      nets[conversionId] = (nets[conversionId] ?? 0) + amount;
    return Object.fromEntries(Object.entries(nets).filter(([, net]) => net !== 0));
  };
  return { recruit, deals, sale, earned };
}

test('M-22 of hundreds of sales told in any order the one that reaches the milestone brings the bonus, and refunds move it', async () => {
  const { sale, earned } = await recruitOf([{ since: year, terms: bonus(30_000) }]);
  const sales = Array.from({ length: 450 }, (_, index) => sale(new Date(Date.UTC(2026, 2, 1, index)).toISOString(), 1_000));
  const events = repeated(
    7,
    sales.map((one) => recorded(one)),
  );
  for (let at = 0; at < events.length; at += 60) await world.service.deliver(...events.slice(at, at + 60));
  expect(await earned()).toEqual({ [sales[299]?.conversionId ?? '']: 2_000 });

  // 100 of the first come back, in time for all: the bonus moves as far.
  const back = sales.slice(0, 100).map((one) => aRefund(world, one, null, { occurredAt: '2026-03-20T00:00:00.000Z' }));
  await world.service.deliver(...back.map((one) => recorded(one)));
  expect(await earned()).toEqual({ [sales[399]?.conversionId ?? '']: 2_000 });
  const [row] = await world.service.sql<{ off: number; checkpoints: number }>(
    `SELECT (SELECT count(*)::int FROM stream_checkpoint WHERE stream LIKE '%/milestone/%') AS checkpoints,
            (SELECT count(*)::int FROM commission_scope WHERE (net, postings) <> (
               SELECT coalesce(sum(amount), 0)::bigint, count(*)::int FROM commission_entry WHERE commission_entry.scope = commission_scope.scope)) AS off`,
  );
  expect(row).toMatchObject({ off: 0 });
  expect(row?.checkpoints).toBeGreaterThan(0);
});

test('M-22 an amendment moves or ends the milestone, also under a name that was a scale’s before', async () => {
  const { deals, sale, earned } = await recruitOf([{ since: year, terms: bonus(10_000) }]);
  const [first, second] = [sale('2026-03-01T10:00:00.000Z', 100_000), sale('2026-03-02T10:00:00.000Z', 50_000)];
  await world.service.deliver(recorded(first), recorded(second));
  expect(await earned()).toEqual({ [first.conversionId]: 2_000 });
  const amend = async (version: number, terms: DealTerms) =>
    world.service
      .request()
      .post(`/api/v1/deals/${deals[0]?.id}/amendments`)
      .set('If-Match', `"${version}"`)
      .send({ effectiveFrom: year, terms, reason: 'agreed' })
      .expect(201);
  await amend(1, bonus(15_000, 3_000));
  expect(await earned()).toEqual({ [second.conversionId]: 3_000 });
  const scaled: DealTerms = {
    components: [
      {
        name: 'recruit',
        on: 'sale',
        model: 'percentage',
        rate: '0.01',
        tiers: {
          metric: { measure: 'count' },
          reset: { rollingDays: 5 },
          scale: 'whole',
          crossing: 'new',
          bounds: 'inclusive',
          retroactive: 'none',
          demotion: 'unwind',
          bands: [{ upTo: 1 }, { upTo: null, rate: '0.02' }],
        },
      },
    ],
  };
  await amend(2, scaled);
  expect(await earned()).toEqual({});
  await amend(3, bonus(10_000));
  const third = sale('2026-02-01T10:00:00.000Z', 99_990);
  await world.service.deliver(recorded(third));
  expect(await earned()).toEqual({ [first.conversionId]: 2_000 });
});

test('M-22 a milestone that becomes an override by a scale is rated at its place in the scale, and back', async () => {
  const { deals, sale, earned } = await recruitOf([{ since: year, terms: bonus(10_000) }]);
  const sales = ['01', '02', '03'].map((day) => sale(`2026-03-${day}T10:00:00.000Z`, 50_000));
  await world.service.deliver(...sales.map((one) => recorded(one)));
  const amend = (version: number, terms: DealTerms) =>
    world.service
      .request()
      .post(`/api/v1/deals/${deals[0]?.id}/amendments`)
      .set('If-Match', `"${version}"`)
      .send({ effectiveFrom: year, terms, reason: 'agreed' });
  const amounts = async () => {
    const nets = await earned();
    return sales.map(({ conversionId }) => nets[conversionId] ?? 0);
  };
  expect(await amounts()).toEqual([0, 2_000, 0]);
  const scaled: DealTerms = {
    components: [
      {
        name: 'recruit',
        on: 'sale',
        model: 'percentage',
        rate: '0.01',
        downline: { levels: ['1'], of: 'amount', funding: 'on-top' },
        tiers: {
          metric: { measure: 'amount' },
          reset: 'month',
          scale: 'whole',
          crossing: 'new',
          bounds: 'inclusive',
          retroactive: 'none',
          demotion: 'unwind',
          bands: [{ upTo: 60_000 }, { upTo: null, rate: '0.05' }],
        },
      },
    ],
  };
  await amend(1, scaled).expect(201);
  expect(await amounts()).toEqual([500, 2_500, 2_500]);
  await amend(2, bonus(10_000)).expect(201);
  expect(await amounts()).toEqual([0, 2_000, 0]);

  const { body } = await amend(3, { ...bonus(10_000), currency: 'USD' }).expect(422);
  expect(body.errors).toEqual([{ pointer: '/terms/currency', rule: 'milestones-keep-their-currency' }]);
});

test('M-22 sales count for whom the recruit stands under at their time', async () => {
  const terms = bonus(10_000);
  const { sale, earned } = await recruitOf([
    { since: year, terms },
    { since: '2026-04-01T00:00:00.000Z', terms },
  ]);
  const sales = ['2026-03-01', '2026-04-02', '2026-04-03'].map((day) => sale(`${day}T10:00:00.000Z`, 60_000));
  await world.service.deliver(...sales.map((one) => recorded(one)));
  expect([await earned(0), await earned(1)]).toEqual([{}, { [sales[2]?.conversionId ?? '']: 2_000 }]);
});
