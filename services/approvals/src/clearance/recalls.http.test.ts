import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, newUuid } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aConversion, riskDesk } from '../../test/risk-facts.js';
import { compose } from '../composition.js';

let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  approvals = await startTestService(compose);
  desk = riskDesk(approvals);
});
afterAll(() => approvals.stop());

/** Two approved commissions of a partner in a payout each of one run. */
async function aRun() {
  const facts = await desk.ruled([]);
  const told = [aConversion(facts), aConversion(facts)];
  const entries = told.map((one) => desk.earned(facts, one));
  await approvals.deliver(...told, ...entries);
  const runId = newId('run');
  const payouts = entries.map((entry) => facts.payout(runId, [{ entryId: entry.data.entryId, amount: 1_000 }]));
  await approvals.deliver(...payouts);
  const report = (rule = 'odd') =>
    desk
      .as('key_desk')
      .post('/api/v1/risk-hits')
      .send({ brandId: facts.brandId, conversionId: told[0]?.data.conversionId, rule, detail: 'odd' });
  const seal = () => approvals.deliver(facts.sealed(runId, payouts));
  const said = async () =>
    (await approvals.published()).filter(({ subject, type }) => subject === runId && type.startsWith('approvals.run.'));
  return { facts, entries, runId, payouts, report, seal, said };
}

test('T-46 a long run is sealed in parts, in any order and repeated: it is cleared once, when all of them have come', async () => {
  const { facts, payouts, said } = await aRun();
  const whole = facts.sealed(payouts[0]?.data.runId ?? '', payouts);
  const parts = payouts.map(({ data }, index) => ({
    ...facts.sealed(data.runId, payouts),
    data: { ...whole.data, payoutIds: [data.payoutId], part: index + 1, parts: 2 },
  }));
  const [first, second] = parts;
  if (!first || !second) throw new Error('a part is missing');
  await approvals.deliver(second);
  await approvals.deliver({ ...second, id: newUuid() });
  expect(await said()).toEqual([]);
  await approvals.deliver(first);
  expect((await said()).map(({ type }) => type)).toEqual(['approvals.run.cleared.v1']);
});

test('T-46 FG a hit after approval and before the clearance: the run is refused', async () => {
  const { entries, report, seal, said } = await aRun();
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['approved', 'approved']);
  await report().expect(201);
  await seal();
  expect((await said()).map(({ type }) => type)).toEqual(['approvals.run.refused.v1']);
});

test('T-46 a hit after the clearance holds again and recalls just the payouts that it concerns, once', async () => {
  const { entries, runId, payouts, report, seal, said } = await aRun();
  await seal();
  const hit = (await report().expect(201)).body;
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['held', 'approved']);
  await report().expect(201);
  await report('other').expect(201);
  const [cleared, recalled, ...more] = await said();
  expect([cleared?.type, recalled?.type, more]).toEqual(['approvals.run.cleared.v1', 'approvals.run.recalled.v1', []]);
  expect(recalled?.data).toMatchObject({
    runId,
    contentHash: 'b'.repeat(64),
    payoutIds: [payouts[0]?.data.payoutId],
    entryIds: [entries[0]?.data.entryId],
    hitIds: [hit.id],
  });
});

test('T-46 a hit and a clearance at the same time: the run is refused, or recalled, never neither', async () => {
  for (let round = 0; round < 15; round++) {
    const { entries, report, seal, said } = await aRun();
    await Promise.all(round % 2 === 0 ? [seal(), report()] : [report(), seal()]);
    const types = (await said()).map(({ type }) => type.split('.')[2]);
    expect([round, await desk.statusOf(entries[0] as never)]).toEqual([round, 'held']);
    expect([['refused'], ['cleared', 'recalled']]).toContainEqual(types);
  }
});
