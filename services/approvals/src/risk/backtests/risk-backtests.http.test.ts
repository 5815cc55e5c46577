import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../../test/facts.js';
import { aConversion, type Facts, riskDesk } from '../../../test/risk-facts.js';
import { compose } from '../../composition.js';

let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-10T00:00:00Z') });
  desk = riskDesk(approvals);
});
afterAll(() => approvals.stop());

const use = { rule: 'velocity', parameters: { per: 'partner', atLeast: 3, minutes: 10 }, action: 'hold' };
const at = (minute: number) => new Date(Date.parse('2026-03-01T00:00:00Z') + minute * 60_000).toISOString();
const ask = (facts: Facts, change: object = {}) =>
  desk
    .as('key_desk')
    .post('/api/v1/risk-backtests')
    .send({ brandId: facts.brandId, from: '2026-03-01T00:00:00Z', to: '2026-03-09T00:00:00Z', use, ...change });
async function tried(facts: Facts, change: object = {}) {
  const { body } = await ask(facts, change).expect(202);
  expect(body).toMatchObject({ status: 'queued', report: null, progress: { done: 0, total: 0 } });
  await approvals.service.runDueJobs();
  return (await desk.as('key_desk').get(`/api/v1/risk-backtests/${body.id}`).expect(200)).body;
}
/** Three partners of a brand: one sells in a burst, two slowly. */
async function history() {
  const first = aBrandWithPartner();
  const partners = [first, aBrandWithPartner(), aBrandWithPartner()].map((one) => ({ ...one, brandId: first.brandId }));
  await approvals.deliver(first.brand, ...partners.map((one) => one.partner()));
  const minutes = [
    [0, 2, 4, 6],
    [0, 60, 120],
    [0, 60 * 24 * 2],
  ];
  const told = partners.flatMap((one, index) => (minutes[index] ?? []).map((minute) => aConversion(one, {}, at(minute))));
  const entries = told.map(({ data }) => first.entry(60_000, { conversionId: data.conversionId, partnerId: data.partnerId ?? '' }));
  await approvals.deliver(...told, ...entries);
  return { facts: first, told, entries };
}
/** Every row of every table but those of back-tests, jobs and idempotency. */
async function everything() {
  const tables = await approvals.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'risk_backtest' ORDER BY 1`,
  );
  const rows = await Promise.all(
    tables.map(async ({ name }) => [
      name,
      await approvals.sql(`SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS all FROM "${name}" t`),
    ]),
  );
  return { rows, published: (await approvals.published()).length };
}

test('D-10 a rule tried on history says whom it would have hit and what it would have held, and changes nothing', async () => {
  const { facts, told } = await history();
  const before = await everything();
  const result = await tried(facts);
  expect(await everything()).toEqual(before);
  expect(result).toMatchObject({
    status: 'done',
    failure: null,
    progress: { done: 3, total: 3 },
    use: { whenIndeterminate: { action: 'hold' } },
  });
  expect(result.report).toMatchObject({
    judged: 9,
    hits: 4,
    indeterminate: 0,
    held: 4,
    moneyHeld: [{ currency: 'USD', amount: 240_000 }],
    precision: null,
    partners: [{ partnerId: facts.partnerId, hits: 4, moneyHeld: [{ currency: 'USD', amount: 240_000 }] }],
  });
  const sampled = result.report.samples.map(({ conversionId }: { conversionId: string }) => conversionId).sort();
  expect(sampled).toEqual(
    told
      .slice(0, 4)
      .map(({ data }) => data.conversionId)
      .sort(),
  );
  const flag = await tried(facts, { use: { ...use, action: 'flag' } });
  expect(flag.report).toMatchObject({ hits: 4, held: 0, moneyHeld: [] });
  expect((await tried(facts, { to: at(3) })).report).toMatchObject({ judged: 4, hits: 0 });
});

test('D-10 precision is of what people resolved since, by whatever rule it was found', async () => {
  const { facts, told } = await history();
  const report = (index: number, rule: string) =>
    desk
      .as('key_desk')
      .post('/api/v1/risk-hits')
      .send({ brandId: facts.brandId, conversionId: told[index]?.data.conversionId, rule, detail: 'odd' });
  for (const [index, rule] of [
    [0, 'one'],
    [1, 'one'],
    [2, 'two'],
    [4, 'three'],
  ] as const)
    await report(index, rule).expect(201);
  const cases = (await desk.as('key_desk').get(`/api/v1/risk-cases?brandId=${facts.brandId}`).expect(200)).body.data;
  const resolve = (rule: string, resolution: string) =>
    desk
      .as('key_lead')
      .post(`/api/v1/risk-cases/${cases.find((one: { rule: string }) => one.rule === rule).id}/resolution`)
      .send({ resolution, reason: 'looked' })
      .expect(200);
  await resolve('one', 'fraud');
  await resolve('two', 'clear');
  await resolve('three', 'fraud');
  expect((await tried(facts)).report).toMatchObject({
    resolved: { fraud: 2, clear: 1 },
    precision: '0.6666',
    knownFraud: { all: 3, hit: 2 },
  });
});

test('D-10 what a rule hits on history is what it hits once it is switched on', async () => {
  const { facts, told } = await history();
  const trial = (await tried(facts)).report.samples.map(({ conversionId }: { conversionId: string }) => conversionId).sort();
  const live = await desk.ruled([use]);
  const again = told.map(({ data }) => ({ data, event: aConversion({ ...live, partnerId: data.partnerId ?? '' }, {}, data.occurredAt) }));
  for (const { event } of again) await approvals.deliver(event);
  const hits = (await desk.as('key_desk').get(`/api/v1/risk-hits?brandId=${live.brandId}`).expect(200)).body.data;
  const hit = new Set(hits.map(({ conversionId }: { conversionId: string }) => conversionId));
  expect(
    again
      .filter(({ event }) => hit.has(event.data.conversionId))
      .map(({ data }) => data.conversionId)
      .sort(),
  ).toEqual(trial);
});

test('D-10 periods are checked, and of another brand nobody sees or tries anything', async () => {
  const { facts } = await history();
  for (const change of [
    { from: '2026-03-09T00:00:00Z' },
    { from: '2027-03-09T00:00:00Z', to: '2027-03-10T00:00:00Z' },
    { from: '2025-01-01T00:00:00Z' },
  ])
    expect((await ask(facts, change).expect(422)).body.code).toBe('backtest-period-invalid');
  const { id } = await tried(facts);
  const stranger = approvals.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/risk-backtests/${id}`).expect(404);
  await stranger
    .post('/api/v1/risk-backtests')
    .send({ brandId: facts.brandId, from: at(0), to: at(5), use })
    .expect(404);
  await approvals
    .request({ roles: ['auditor'] })
    .get(`/api/v1/risk-backtests/${id}`)
    .expect(200);
});
