import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { everything } from '@tributary/service-kit';
import { eventually } from '@tributary/testkit';
import { aConversion, aRefund, createDeal, recorded, startWorld, tenPercent, type World } from '../../../test/builders.js';
import { ledgerOf, modelTerms, type Net, netsOf, putAbove } from '../../../test/models.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 40, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
const partner = (): string => world.partnerIds[next++] ?? '';

interface Simulated {
  id: string;
  status: string;
  failure: string | null;
  progress: { done: number; total: number };
  result: {
    conversions: number;
    touched: number;
    deals: number;
    exceptions: { dealId: string; reason: string }[];
    totals: { currency: string; before: number; after: number; difference: number }[];
    partners: {
      partnerId: string;
      touched: number;
      lines: (Omit<Net, 'partnerId' | 'amount'> & { before: number; after: number; difference: number })[];
      bands: { component: string; band: string; before: number; after: number; difference: number }[];
    }[];
    margin: { currency: string; revenue: number; before: string; after: string; highest: { partnerId: string; after: string } }[];
  };
}

const post = (path: string, body: object) => world.service.request().post(`/api/v1${path}`).send(body);
const start = (body: object) => post('/simulations', { brandId: world.brandId, from: '2026-01-01T00:00:00Z', ...body });
async function simulate(body: object): Promise<Simulated> {
  const { body: queued } = await start(body).expect(202);
  expect(queued).toMatchObject({ id: expect.stringMatching(/^sim_/), status: 'queued', result: null });
  await world.service.service.runDueJobs();
  return (await world.service.request().get(`/api/v1/simulations/${queued.id}`).expect(200)).body as Simulated;
}
const amend = (dealId: string, terms: object, effectiveFrom = '2026-01-01T00:00:00Z') =>
  world.service
    .request()
    .post(`/api/v1/deals/${dealId}/amendments`)
    .set('If-Match', '*')
    .send({ effectiveFrom, terms, reason: 'as simulated' })
    .expect(201);

const [, , scaled = tenPercent] = modelTerms.find(([name]) => name === 'a marginal scale') ?? [];

/** Everything but the simulation itself. */
const written = async () => ({
  ledger: await ledgerOf(world),
  rest: await world.service.sql(`SELECT (SELECT count(*) FROM messaging.outbox) AS outbox, (SELECT count(*) FROM deal_version) AS versions,
    (SELECT count(*) FROM deal_status) AS changes, (SELECT count(*) FROM deal_batch) AS batches,
    (SELECT json_agg(scope ORDER BY scope) FROM commission_scope AS scope)::text AS scopes, (SELECT json_agg(one ORDER BY stream, conversion_id) FROM stream_record AS one)::text AS records,
    (SELECT json_agg(one ORDER BY conversion_id) FROM conversion AS one)::text AS conversions`),
});

const differences = ({ result }: Simulated): Net[] =>
  result.partners
    .flatMap(({ partnerId, lines }) =>
      lines.map(({ component, period, currency, difference }) => ({ partnerId, component, period, currency, amount: difference })),
    )
    .filter(({ amount }) => amount !== 0);
const afterwards = ({ result }: Simulated): Net[] =>
  result.partners.flatMap(({ partnerId, lines }) =>
    lines.map(({ component, period, currency, after }) => ({ partnerId, component, period, currency, amount: after })),
  );

/** Eight sales and a refund over two months, in no order. */
async function story(partnerId: string): Promise<void> {
  const here = { ...world, partnerIds: [partnerId] };
  const days = ['03-28', '04-02', '04-03', '04-11', '04-12', '04-30', '05-02', '05-20'];
  const sales = days.map((day, index) => aConversion(here, { occurredAt: `2026-${day}T10:00:00.000Z`, amount: 10_003 + index * 4_441 }));
  await world.service.deliver(...[5, 0, 7, 2, 1, 6, 3, 4].flatMap((index) => sales.slice(index, index + 1)).map((sale) => recorded(sale)));
  const sale = sales[2];
  if (sale) await world.service.deliver(recorded(aRefund(here, sale, 5_000, { occurredAt: '2026-05-05T10:00:00.000Z' })));
}

describe('simulation = activation on the same period, to the cent, per partner', () => {
  test.each(modelTerms)('D-03 O-12 %s', async (_name, before, after) => {
    const [first, second, above] = [partner(), partner(), partner()];
    await putAbove(world, above, [first, second]);
    const override = {
      components: [{ on: 'sale', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'commission', funding: 'on-top' } }],
    };
    await createDeal(world, { partnerId: above, terms: override });
    const template = await post('/deal-templates', { name: 'D', brandId: world.brandId, terms: before }).expect(201);
    for (const partnerId of [first, second]) {
      await createDeal(world, { partnerId, terms: undefined, templateId: template.body.id });
      await story(partnerId);
    }
    const untouched = await written();
    const asked = { templateId: template.body.id, change: { terms: after }, effectiveFrom: '2026-04-01T00:00:00Z' };
    const simulated = await simulate(asked);
    expect(await written()).toEqual(untouched);
    expect(simulated).toMatchObject({
      status: 'done',
      failure: null,
      progress: { done: 14, total: 14 },
      result: { deals: 2, exceptions: [] },
    });

    const bulk = { effectiveFrom: asked.effectiveFrom, reason: 'as simulated', change: asked.change };
    await post(`/deal-templates/${asked.templateId}/amendments`, bulk).expect(201);
    const activated = (await ledgerOf(world)).filter(({ entryId }) => !untouched.ledger.some((entry) => entry.entryId === entryId));
    expect(activated.length).toBeGreaterThan(0);
    expect(new Set(activated.map(({ partnerId }) => partnerId))).toEqual(new Set([first, second, above]));
    expect(differences(simulated)).toEqual(netsOf(activated));
    const concerned = (await ledgerOf(world)).filter(
      ({ partnerId, factAt }) => [first, second, above].includes(partnerId) && factAt >= '2026-04-01',
    );
    expect(afterwards(simulated)).toEqual(netsOf(concerned, true));
    expect(simulated.result.touched).toBe(new Set(activated.map(({ conversionId }) => conversionId)).size);
  });
});

test('T-01 a draft is simulated, and the same numbers come when it is activated; a period shows only what occurred in it', async () => {
  const partnerId = partner();
  const { id } = await createDeal(world, { partnerId });
  await story(partnerId);
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.25' }] };
  const draft = { effectiveFrom: '2026-02-01T00:00:00Z', terms, reason: 'more', status: 'draft' };
  await world.service.request().post(`/api/v1/deals/${id}/amendments`).set('If-Match', '*').send(draft).expect(201);
  const before = await ledgerOf(world);
  const whole = await simulate({ dealId: id, version: 2 });
  const april = await simulate({ dealId: id, version: 2, from: '2026-03-31T22:00:00Z', to: '2026-04-30T22:00:00Z' });
  await post(`/deals/${id}/versions/2/activate`, {}).expect(200);
  const activated = (await ledgerOf(world)).filter(({ entryId }) => !before.some((entry) => entry.entryId === entryId));
  expect(differences(whole)).toEqual(netsOf(activated));
  const occurred = ({ factAt }: { factAt: string }) => '2026-03-31T22:00' <= factAt && factAt < '2026-04-30T22:00';
  expect(differences(april)).toEqual(netsOf(activated.filter(occurred)));
  expect(april.result.conversions).toBe(5);
  // Cent by cent 199.38 and 498.44, of the 1,993.72 that refunds have left.
  expect(whole.result.margin).toMatchObject([
    { currency: 'EUR', before: '0.100004', after: '0.250005', highest: { partnerId, after: '0.250005' } },
  ]);
});

test('a first deal that is only proposed is simulated before anybody has accepted it', async () => {
  const partnerId = partner();
  await story(partnerId);
  const { id } = await createDeal(world, { partnerId, status: 'proposed', terms: scaled });
  const simulated = await simulate({ dealId: id, version: 1 });
  expect(simulated.result).toMatchObject({ conversions: 8, touched: 8, totals: [{ before: 0 }] });
  const before = await ledgerOf(world);
  await world.service
    .request({ actorId: newId('apiKey') })
    .post(`/api/v1/deals/${id}/versions/1/accept`)
    .send({})
    .expect(200);
  await post(`/deals/${id}/versions/1/activate`, {}).expect(200);
  expect(differences(simulated)).toEqual(netsOf((await ledgerOf(world)).slice(before.length)));
});

test('D-03 bands of a scale before and after, and the partner whose conversions would cost most', async () => {
  const [small, large] = [partner(), partner()];
  const scale = (rates: [string, string]) => ({
    components: [
      {
        on: 'sale',
        model: 'percentage',
        rate: '0.10',
        tiers: {
          metric: { measure: 'count' },
          reset: 'month',
          scale: 'whole',
          crossing: 'new',
          bounds: 'inclusive',
          retroactive: 'none',
          demotion: 'keep',
          bands: [
            { name: 'bronze', upTo: 1, rate: rates[0] },
            { name: 'silver', upTo: null, rate: rates[1] },
          ],
        },
      },
    ],
  });
  const template = await post('/deal-templates', { name: 'T', brandId: world.brandId, terms: scale(['0.10', '0.20']) }).expect(201);
  for (const partnerId of [small, large]) await createDeal(world, { partnerId, terms: undefined, templateId: template.body.id });
  const sale = (partnerId: string, day: string) => recorded(aConversion(world, { partnerId, occurredAt: `2026-05-${day}T10:00:00.000Z` }));
  await world.service.deliver(sale(small, '01'), sale(large, '01'), sale(large, '02'), sale(large, '03'));
  const change = { adjust: [{ pointer: '/components/0/tiers/bands/1/rate', add: '0.10' }] };
  const { result } = await simulate({ templateId: template.body.id, change, effectiveFrom: '2026-01-01T00:00:00Z' });
  const banded = result.partners.map(({ partnerId, touched, bands }) => [partnerId, touched, bands]);
  const bronze = { component: 'sale', band: 'bronze', currency: 'EUR', before: 1_000, after: 1_000, difference: 0 };
  const silver = { component: 'sale', band: 'silver', currency: 'EUR', before: 4_000, after: 6_000, difference: 2_000 };
  expect(banded).toEqual([small, large].sort().map((id) => (id === small ? [id, 0, [bronze]] : [id, 2, [bronze, silver]])));
  expect(result).toMatchObject({
    conversions: 4,
    touched: 2,
    totals: [{ currency: 'EUR', before: 6_000, after: 8_000, difference: 2_000 }],
    margin: [{ revenue: 40_000, before: '0.150000', after: '0.200000', highest: { partnerId: large, revenue: 30_000, after: '0.233333' } }],
  });
});

test('thousands of conversions, rated chunk by chunk, come out as when they are activated in the background', async () => {
  const partnerId = partner();
  const { id } = await createDeal(world, { partnerId });
  const sales = Array.from({ length: 2_300 }, (_, index) =>
    recorded(aConversion(world, { partnerId, amount: 1_000 + index, occurredAt: new Date(Date.UTC(2026, 3, 1, 0, index)).toISOString() })),
  );
  for (let at = 0; at < sales.length; at += 500) await world.service.deliver(...sales.slice(at, at + 500));
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.0333' }] };
  const before = (await ledgerOf(world)).length;
  const simulated = await simulate({ dealId: id, terms, effectiveFrom: '2026-01-01T00:00:00Z' });
  expect(simulated).toMatchObject({ status: 'done', progress: { done: 2_300, total: 2_300 } });
  await amend(id, terms);
  await world.service.service.runDueJobs();
  expect(differences(simulated)).toEqual(netsOf((await ledgerOf(world)).slice(before)));
}, 60_000);

test('while a simulation runs, facts of the brand are posted; those that it has in hand come after it', async () => {
  const [partnerId, other] = [partner(), partner()];
  const { id } = await createDeal(world, { partnerId });
  await createDeal(world, { partnerId: other });
  const sales = Array.from({ length: 1_200 }, (_, index) =>
    aConversion(world, { partnerId, occurredAt: new Date(Date.UTC(2026, 3, 1, 0, index)).toISOString() }),
  );
  for (let at = 0; at < sales.length; at += 400) await world.service.deliver(...sales.slice(at, at + 400).map((sale) => recorded(sale)));
  const { body } = await start({ dealId: id, terms: scaled, effectiveFrom: '2026-01-01T00:00:00Z' }).expect(202);
  // Somebody has one of the conversions in hand, so that the simulation stands still for a while.
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = world.service.db.tx(everything, async (tx) => {
    await tx.query('SELECT FROM conversion WHERE conversion_id = $1 FOR UPDATE', [sales[0]?.conversionId]);
    await released;
  });
  const running = world.service.service.runDueJobs();
  const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await eventually('the simulation waits for the row', async () => (await world.service.sql(waiting)).length > 0);
  await world.service.deliver(recorded(aConversion(world, { partnerId: other })));
  const read = async () => (await world.service.request().get(`/api/v1/simulations/${body.id}`).expect(200)).body as Simulated;
  expect((await read()).status).toBe('running');
  release();
  for (let at = 0; at < 10; at += 1) {
    const refunded = sales[at * 97] ?? sales[0];
    if (refunded) await world.service.deliver(recorded(aRefund(world, refunded, 1_000)));
  }
  await Promise.all([running, holding]);
  expect(await read()).toMatchObject({ status: 'done', failure: null });
  const ledger = await ledgerOf(world);
  const sumFor = (whose: string) => ledger.reduce((sum, entry) => sum + (entry.partnerId === whose ? entry.amount : 0), 0);
  expect([sumFor(other), sumFor(partnerId)]).toEqual([1_000, 1_200_000 - 10 * 100]);
}, 60_000);

test("what the real command would refuse is refused at once, and what is not one's own is not there", async () => {
  const partnerId = partner();
  const { id } = await createDeal(world, { partnerId });
  const effectiveFrom = '2025-01-01T00:00:00Z';
  expect((await start({ dealId: id, terms: tenPercent, effectiveFrom }).expect(422)).body.code).toBe('effective-date-before-start');
  expect((await start({ dealId: id, version: 1 }).expect(409)).body.code).toBe('deal-version-state-forbids');
  const wrong = { components: [{ on: 'sale', model: 'percentage' }] };
  expect((await start({ dealId: id, terms: wrong, effectiveFrom }).expect(422)).body.code).toBe('terms-invalid');
  await start({ dealId: newId('deal'), version: 1 }).expect(404);
  await start({ dealId: id, version: 1, to: '2025-12-31T00:00:00Z' }).expect(422);
  await start({ dealId: id }).expect(422);
  const { body } = await start({ dealId: id, terms: tenPercent, effectiveFrom: '2026-01-01T00:00:00Z' }).expect(202);
  await world.service
    .request({ brandIds: [newId('brand')] })
    .get(`/api/v1/simulations/${body.id}`)
    .expect(404);
  await world.service
    .request({ partnerId, roles: ['programme-manager'] })
    .get(`/api/v1/simulations/${body.id}`)
    .expect(404);
  await world.service
    .request({ roles: ['auditor'] })
    .post('/api/v1/simulations')
    .send({})
    .expect(403);
});

test('a simulation whose ground is gone meanwhile fails with the reason', async () => {
  const partnerId = partner();
  const { id } = await createDeal(world, { partnerId });
  const asked = { dealId: id, terms: tenPercent, effectiveFrom: '2026-02-01T00:00:00Z' };
  const { body } = await start(asked).expect(202);
  const end = { effectiveFrom: '2026-03-01T00:00:00Z', terms: tenPercent, reason: 'over', status: 'ended' };
  await world.service.request().post(`/api/v1/deals/${id}/amendments`).set('If-Match', '*').send(end).expect(201);
  await world.service.service.runDueJobs();
  const { body: failed } = await world.service.request().get(`/api/v1/simulations/${body.id}`).expect(200);
  expect(failed).toMatchObject({ status: 'failed', failure: 'deal-already-ended', result: null, finishedAt: expect.any(String) });
});
