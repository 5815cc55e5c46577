import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { aConversion, riskDesk } from '../../test/risk-facts.js';
import { compose } from '../composition.js';

let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-01T12:00:00Z') });
  desk = riskDesk(approvals);
});
afterAll(() => approvals.stop());

test('F-12 a failed field makes the commission wait with the field, not rejected; a person releases it, or rejects it', async () => {
  const parameters = {
    fields: [
      { field: 'country', oneOf: ['DE', 'AT'] },
      { field: 'amount', max: 50_000 },
    ],
  };
  const facts = await desk.ruled([{ rule: 'validation', parameters }]);
  const told = [
    aConversion(facts, { details: { country: 'DE' } }),
    aConversion(facts),
    aConversion(facts, { details: { country: 'AT' }, amount: 50_001 }),
  ];
  const entries = told.map((one) => desk.earned(facts, one));
  await approvals.deliver(...told, ...entries);
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['approved', 'held', 'held']);
  const hits = await Promise.all(told.map(({ data }) => desk.hitsOn(data.conversionId)));
  expect(hits.map((on) => on.map(({ rule, detail, holds }: Record<string, unknown>) => [rule, detail, holds]))).toEqual([
    [],
    [['validation', 'validation: country is missing', true]],
    [['validation', 'validation: amount is above 50000', true]],
  ]);
  const [, missing, large] = entries;
  if (!missing || !large) throw new Error('three commissions were earned');
  await desk.decide(missing, { decision: 'approve', reason: 'asked the shop' }).then(({ status }) => expect(status).toBe(200));
  await desk.decide(large, { decision: 'reject', reason: 'a test order' }).then(({ status }) => expect(status).toBe(200));
  expect(await Promise.all([missing, large].map(desk.statusOf))).toEqual(['approved', 'rejected']);
});
