import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, type DataOf, newId } from '@tributary/contracts';
import { everything } from '@tributary/service-kit';
import { anEvent, repeated } from '@tributary/testkit';
import { aConversion, aRefund, createDeal, entriesOf, outcomeOf, recorded, startWorld, type World } from '../../test/builders.js';
import { onNetworkVerdict } from '../profiles/on-network-verdict.consumer.js';
import { refoldStatements } from '../statements/refold-statements.js';
import { onConversionRecorded } from './on-conversion.consumer.js';
import { rateAgainWith, rateTheseWith } from './rate-again.js';

type Verdict = DataOf<'approvals.network-verdict.recorded.v1'>;

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-01T12:00:00Z', partners: 5 });
});
afterAll(() => world.service.stop());

/** 10 % of sales to Germany. */
const german = { combinator: 'and', rules: [{ field: 'country', operator: '=', value: 'DE' }] };
const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10', qualify: { rule: german } }] };
let next = 0;
/** A partner of its own with the deal. */
async function asking(body: object = { terms }): Promise<World> {
  const here = { ...world, partnerIds: [world.partnerIds[next++] ?? ''] };
  await createDeal(here, { partnerId: here.partnerIds[0], ...body });
  return here;
}
const toGermany = (here: World, fields: Partial<ConversionData> = {}) => aConversion(here, { details: { country: 'DE' }, ...fields });

const seen = (subjectId: string, network: Verdict['network'], rest: Partial<Verdict> = {}) => {
  const recordedAt = '2026-05-15T10:00:05.000Z';
  const data = { signalId: newId('riskSignal'), brandId: world.brandId, subjectId, verdict: 1, network, country: null, recordedAt };
  return anEvent('approvals.network-verdict.recorded.v1', { ...data, seenAt: recordedAt, ...rest });
};
const netOf = async (conversionId: string) => (await outcomeOf(world, conversionId)).entries.reduce((sum, { amount }) => sum + amount, 0);
const dealsOf = async ({ partnerIds }: World) =>
  (await world.service.request().get(`/api/v1/deals?partnerId=${partnerIds[0]}`).expect(200)).body.data;
const explained = async (id: string | undefined) => {
  const { body } = await world.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
  expect(body.recomputed.matches).toBe(true);
  return body.explanation;
};

test('F-10 whichever is told first, and however often, what came through a VPN earns nothing by a deal that asks for countries', async () => {
  const here = await asking();
  const [deal] = await dealsOf(here);
  expect(deal.terms.components[0].qualify).toEqual({ rule: german, refusedNetworks: ['vpn', 'proxy', 'tor', 'data-centre'] });
  for (let seed = 1; seed <= 6; seed += 1) {
    const customerId = newId('customer');
    const hidden = toGermany(here);
    const [before, after] = ['2026-05-09', '2026-05-11'].map((day) =>
      toGermany(here, { customerId, occurredAt: `${day}T12:00:00.000Z` }),
    ) as [ConversionData, ConversionData];
    const shown = toGermany(here, { customerId, occurredAt: '2026-05-12T12:00:00.000Z' });
    const [unknown, elsewhere] = [toGermany(here), toGermany(here)];
    const sales = [hidden, before, after, shown, unknown, elsewhere];
    const verdicts = [
      seen(hidden.conversionId, 'vpn'),
      // The customer is on it from then on; one sale of his was not.
      seen(customerId, 'tor', { seenAt: '2026-05-10T12:00:00.000Z' }),
      seen(shown.conversionId, 'residential'),
      seen(unknown.conversionId, 'unknown'),
      // Of another brand's.
      seen(elsewhere.conversionId, 'vpn', { brandId: newId('brand') }),
    ];
    for (const event of repeated(seed, [...sales.map((sale) => recorded(sale)), ...verdicts])) await world.service.deliver(event);
    expect([seed, await Promise.all(sales.map(({ conversionId }) => netOf(conversionId)))]).toEqual([
      seed,
      [0, 1_000, 0, 1_000, 1_000, 1_000],
    ]);
    expect(await outcomeOf(world, hidden.conversionId)).toMatchObject({ outcome: 'zero-commission', reason: 'network-refused' });
  }
  for (const { id } of await entriesOf(here)) await explained(id);
});

test('F-10 a verdict that comes after the month was closed takes back in the open month, and says why', async () => {
  const here = await asking();
  const sale = toGermany(here);
  await world.service.deliver(recorded(sale));
  const refund = aRefund(here, sale, 2_500);
  await world.service.deliver(recorded(refund));
  await world.service.request().post('/api/v1/periods/2026-05/close').send({ brandId: world.brandId }).expect(200);
  const verdict = seen(sale.conversionId, 'vpn', { country: 'NL' });
  await world.service.deliver(verdict, verdict);
  // On a refund there is nothing to say: it goes with its sale.
  await world.service.deliver(seen(refund.conversionId, 'vpn'));
  const { outcome, reason, entries } = await outcomeOf(world, sale.conversionId);
  expect([outcome, reason]).toEqual(['zero-commission', 'network-refused']);
  const [back, , earned] = entries;
  expect(entries.map(({ amount, period, reason: why }) => [amount, period, why])).toEqual([
    [-750, '2026-06', 're-rating'],
    [-250, '2026-05', 'refund'],
    [1_000, '2026-05', 'accrual'],
  ]);
  expect(back?.adjusts).toBe(earned?.id);
  const { fold } = await explained(back?.id);
  const { signalId, seenAt } = verdict.data;
  const told = { signalId, subjectId: sale.conversionId, network: 'vpn', country: 'NL', seenAt };
  expect(fold.inputs.circumstances.network).toEqual(told);
  const detail = `${sale.conversionId} came from vpn at ${seenAt} (verdict ${signalId}); among vpn, proxy, tor, data-centre, which are refused`;
  expect(fold.rules).toContainEqual({ rule: 'network', passed: false, detail });
  // Another verdict, the last, gives it back.
  await world.service.deliver(seen(sale.conversionId, 'residential', { verdict: 2 }));
  expect(await netOf(sale.conversionId)).toBe(750);
  await world.service.deliver(seen(sale.conversionId, 'unknown', { verdict: 3 }));
  expect(await netOf(sale.conversionId)).toBe(750);
});

test('F-10 a sale and a verdict on it at the same time never miss each other', async () => {
  const here = await asking();
  const customers = Array.from({ length: 12 }, () => newId('customer'));
  const sales = customers.map((customerId) => toGermany(here, { customerId }));
  const verdicts = sales.map(({ conversionId, customerId }, index) =>
    index % 2 === 0 ? seen(conversionId, 'proxy') : seen(customerId ?? '', 'proxy', { seenAt: '2026-05-01T00:00:00.000Z' }),
  );
  await Promise.all([...sales.map((sale) => recorded(sale)), ...verdicts].map((event) => world.service.deliver(event)));
  expect(await Promise.all(sales.map(({ conversionId }) => netOf(conversionId)))).toEqual(sales.map(() => 0));
});

test('F-10 one instance that holds the sale and another that holds the verdict never miss each other', async () => {
  const here = await asking();
  const { db, service, clock } = world.service;
  const { outbox } = service.messaging;
  const jobs = { enqueue: () => Promise.reject(new Error('few are rated at once')) };
  const parts = {
    outbox,
    clock,
    refold: refoldStatements,
    rateAgain: rateAgainWith({ outbox, jobs, refold: refoldStatements }),
    rateThese: rateTheseWith({ outbox, refold: refoldStatements }),
  };
  const wrong: unknown[] = [];
  for (let round = 0; round < 20; round += 1) {
    const sales = [toGermany(here), toGermany(here, { customerId: newId('customer') })];
    const verdicts = sales.map(({ conversionId, customerId }) =>
      seen(customerId ?? conversionId, 'proxy', { seenAt: '2026-05-01T00:00:00.000Z' }),
    );
    await Promise.all([
      db.tx(everything, (tx) =>
        onConversionRecorded(parts)(
          tx,
          sales.map((sale) => recorded(sale)),
        ),
      ),
      ...verdicts.map((verdict) => db.tx(everything, (tx) => onNetworkVerdict(parts)(tx, [verdict]))),
    ]);
    const nets = await Promise.all(sales.map(({ conversionId }) => netOf(conversionId)));
    if (nets.some((net) => net !== 0)) wrong.push([round, nets]);
  }
  expect(wrong).toEqual([]);
});

test('F-10 networks that a deal refuses are written into it, and what it says of them holds also where it asks for no country', async () => {
  const open = { components: [{ on: 'sale', model: 'percentage', rate: '0.10', qualify: { refusedNetworks: ['mobile'] } }] };
  const here = await asking({ terms: open });
  const [mobile, vpn] = [aConversion(here), aConversion(here)];
  await world.service.deliver(seen(mobile.conversionId, 'mobile'), seen(vpn.conversionId, 'vpn'), recorded(mobile), recorded(vpn));
  expect([await netOf(mobile.conversionId), await netOf(vpn.conversionId)]).toEqual([0, 1_000]);
  const ruleOf = ({ rule }: { rule: string }) => rule;
  const lint = (qualify: object) =>
    world.service
      .request()
      .post('/api/v1/deals/lint')
      .send({ brandId: world.brandId, partnerId: here.partnerIds[0], terms: { components: [{ ...terms.components[0], qualify }] } });
  expect((await lint({ rule: german })).body.findings.map(ruleOf)).not.toContain('hidden-countries-are-paid');
  const paid = await lint({ rule: german, refusedNetworks: [] });
  expect(paid.body.findings.map(ruleOf)).toContain('hidden-countries-are-paid');
  // Amended, the sales from there on are judged by it.
  const [deal] = await dealsOf(here);
  const amendment = {
    effectiveFrom: '2026-05-01T00:00:00Z',
    reason: 'no VPN',
    terms: { components: [{ ...open.components[0], qualify: { refusedNetworks: ['vpn'] } }] },
  };
  await world.service.request().post(`/api/v1/deals/${deal.id}/amendments`).set('If-Match', '"1"').send(amendment).expect(201);
  expect([await netOf(mobile.conversionId), await netOf(vpn.conversionId)]).toEqual([1_000, 0]);
});
