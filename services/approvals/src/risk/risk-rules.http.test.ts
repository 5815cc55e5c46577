import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DataOf, newId } from '@tributary/contracts';
import { anEvent, repeated, startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../test/facts.js';
import { aConversion, type Facts, riskDesk } from '../../test/risk-facts.js';
import { compose } from '../composition.js';

const now = new Date('2026-03-01T12:00:00Z');
/** Stands in for a verdict service. */
let verdicts: Server;
let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  verdicts = createServer((request, response) => {
    const isVpn = request.url === '/v/192.0.2.7';
    response.writeHead(request.url?.endsWith('.13') ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ network: isVpn ? 'vpn' : 'residential', country: isVpn ? 'NL' : 'DE' }));
  });
  await new Promise<void>((resolve) => verdicts.listen(0, '127.0.0.1', resolve));
  const { port } = verdicts.address() as AddressInfo;
  approvals = await startTestService(compose, { now, env: { TRIBUTARY_NETWORK_VERDICTS_URL: `http://127.0.0.1:${port}/v` } });
  desk = riskDesk(approvals);
});
afterAll(async () => {
  await approvals.stop();
  await new Promise((resolve) => verdicts.close(resolve));
});

const quick = (facts: Facts, second: number) => {
  const at = new Date(Date.parse('2026-03-01T00:00:00Z') + second * 1000);
  return aConversion(facts, { click: { clickedAt: new Date(at.getTime() - 4000).toISOString() } }, at.toISOString());
};
const rulesOn = async (conversionId: string) =>
  (await desk.hitsOn(conversionId)).map(({ rule, holds }: { rule: string; holds: boolean }) => [rule, holds]);
const unsure = { whenIndeterminate: { action: 'none', above: 0 } };

test('F-09 twelve conversions within 5 s of their clicks are held before anything approves them, in whatever order facts come', async () => {
  const rule = { rule: 'click-to-conversion-time', parameters: { withinSeconds: 5, atLeast: 12 } };
  const facts = await desk.ruled([rule]);
  const told = Array.from({ length: 12 }, (_, index) => quick(facts, index));
  const slow = aConversion(facts);
  const entries = [...told, slow].map((one) => desk.earned(facts, one));
  // Commissions before what they rest on: nothing is decided.
  await approvals.deliver(...entries);
  await approvals.deliver(...told, slow);
  await approvals.service.messaging.drained();
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual([...told.map(() => 'held'), 'approved']);
  const [hit] = await desk.hitsOn(told[0]?.data.conversionId ?? '');
  expect(hit).toMatchObject({ rule: 'click-to-conversion-time', reportedBy: 'rule:click-to-conversion-time@1', holds: true });
  expect(hit.evidence).toEqual(expect.arrayContaining(told.map(({ data }) => data.conversionId)));
});

test('F-09 conversions told one by one and twice over end the same', async () => {
  for (const seed of [1, 2, 3]) {
    const facts = await desk.ruled([{ rule: 'velocity', parameters: { per: 'partner', atLeast: 4, minutes: 10 } }]);
    const told = [0, 60, 120, 180, 4000].map((second) => quick(facts, second));
    for (const one of repeated(seed, told)) await approvals.deliver(one);
    await approvals.deliver(...told);
    const hits = await Promise.all(told.map(({ data }) => rulesOn(data.conversionId)));
    expect([seed, hits]).toEqual([seed, [...Array(4).fill([['velocity', true]]), []]]);
  }
});

test('F-09 conversions of one partner at the same time never miss each other', async () => {
  for (let round = 0; round < 8; round++) {
    const facts = await desk.ruled([{ rule: 'velocity', parameters: { per: 'partner', atLeast: 6, minutes: 10 } }]);
    const told = Array.from({ length: 6 }, (_, index) => quick(facts, index));
    const entries = told.map((one) => desk.earned(facts, one, 60_000));
    await Promise.all([...told, ...entries].map((one) => approvals.deliver(one)));
    await approvals.service.messaging.drained();
    expect([round, await Promise.all(entries.map(desk.statusOf))]).toEqual([round, told.map(() => 'held')]);
  }
});

test('F-01 an own address with plus-tag and dots, an own device and an own account are found, and nothing is kept as it was told', async () => {
  const facts = await desk.ruled([{ rule: 'self-referral', parameters: {}, ...unsure }]);
  const told = aConversion(facts);
  const customerId = told.data.customerId ?? '';
  await desk.signal(facts.brandId, facts.partnerId, { email: 'ab@gmail.com', device: 'device-1' }).expect(201);
  const { body } = await desk.signal(facts.brandId, customerId, { email: 'A.b+x@googlemail.com' }).expect(201);
  expect(body.kinds).toEqual(['email', 'email-class']);
  await approvals.deliver(told);
  const [hit] = await desk.hitsOn(told.data.conversionId);
  expect(hit).toMatchObject({ rule: 'self-referral', detail: 'the same as the partner’s own: email' });
  expect(hit.evidence).toContain(body.id);
  const stranger = aConversion(facts);
  await desk.signal(facts.brandId, stranger.data.customerId ?? '', { email: 'abc@gmail.com', device: 'device-2' }).expect(201);
  await approvals.deliver(stranger);
  expect(await desk.hitsOn(stranger.data.conversionId)).toEqual([]);
  // A signal that comes after the conversion judges it anew.
  await desk.signal(facts.brandId, stranger.data.conversionId, { device: 'device-1' }).expect(201);
  expect(await rulesOn(stranger.data.conversionId)).toEqual([['self-referral', true]]);
  const rows = await approvals.sql<{ text: string }>(`SELECT row_to_json(s)::text AS text FROM risk_signal s`);
  for (const { text } of rows) expect(text).not.toMatch(/gmail|device-|@/);
});

test('F-02 a throw-away address is hit, an ordinary one is clean, without one large amounts are held', async () => {
  const facts = await desk.ruled([{ rule: 'disposable-email', parameters: {}, whenIndeterminate: { action: 'hold', above: 50_000 } }]);
  const [thrown, ordinary, small, large] = [
    aConversion(facts),
    aConversion(facts),
    aConversion(facts),
    aConversion(facts, { amount: 50_001 }),
  ];
  await desk.signal(facts.brandId, thrown.data.customerId ?? '', { email: 'x@sub.mailinator.com' }).expect(201);
  await desk.signal(facts.brandId, ordinary.data.customerId ?? '', { email: 'x@firm.example' }).expect(201);
  await approvals.deliver(thrown, ordinary, small, large);
  const rules = await Promise.all([thrown, ordinary, small, large].map(({ data }) => rulesOn(data.conversionId)));
  expect(rules).toEqual([[['disposable-email', true]], [], [], [['disposable-email-indeterminate', true]]]);
});

test('F-03 F-04 F-10 paid traffic, banned referrers, networks and countries are judged by what was told', async () => {
  const facts = await desk.ruled([
    { rule: 'paid-traffic', parameters: { ownCampaigns: ['gad_campaignid=77'] }, action: 'flag', ...unsure },
    { rule: 'banned-referrer', parameters: { patterns: ['*.coupons.example'] }, ...unsure },
    { rule: 'network-verdict', parameters: {}, whenIndeterminate: { action: 'flag', above: 0 } },
    { rule: 'geo-mismatch', parameters: {}, ...unsure },
  ]);
  const clicked = { signals: { referrerHost: 'best.coupons.example', device: 'mobile', visitor: 'v' } } as const;
  const [paid, own, coupon, vpn, away] = [
    aConversion(facts),
    aConversion(facts),
    aConversion(facts, { click: clicked }),
    aConversion(facts, { details: { country: 'DE' } }),
    aConversion(facts),
  ];
  await desk
    .signal(facts.brandId, paid.data.conversionId, { landingParameters: { gclid: 'secret', gad_campaignid: '78' }, ip: '192.0.2.1' })
    .expect(201);
  await desk
    .signal(facts.brandId, own.data.conversionId, { landingParameters: { gclid: 'x', gad_campaignid: '77' }, ip: '192.0.2.1' })
    .expect(201);
  await desk.signal(facts.brandId, coupon.data.conversionId, { ip: '192.0.2.1' }).expect(201);
  await desk.signal(facts.brandId, vpn.data.conversionId, { ip: '192.0.2.7' }).expect(201);
  await desk.signal(facts.brandId, away.data.conversionId, { ip: '192.0.2.13' }).expect(201);
  const entry = desk.earned(facts, paid);
  await approvals.deliver(paid, own, coupon, vpn, away, entry);
  const rules = await Promise.all([paid, own, coupon, vpn, away].map(async ({ data }) => (await rulesOn(data.conversionId)).sort()));
  expect(rules).toEqual([
    [['paid-traffic', false]],
    [],
    [['banned-referrer', true]],
    [
      ['geo-mismatch', true],
      ['network-verdict', true],
    ],
    [['network-verdict-indeterminate', false]],
  ]);
  // A flag holds nothing.
  expect(await desk.statusOf(entry)).toBe('approved');
});

test('F-10 what the adapter says of a conversion or a customer is told without the address, each subject counted, whatever rules there are', async () => {
  const { brandId, partnerId } = await desk.ruled([]);
  const [conversionId, customerId] = [newId('conversion'), newId('customer')];
  const seenAt = '2026-02-28T09:00:00.000Z';
  await desk.signal(brandId, conversionId, { ip: '192.0.2.7', seenAt }).expect(201);
  await desk.signal(brandId, conversionId, { ip: '192.0.2.13' }).expect(201);
  await desk.signal(brandId, customerId, { ip: '192.0.2.1' }).expect(201);
  // Nobody came from anywhere here, and partners are no matter of deals.
  await desk.signal(brandId, customerId, { device: 'device-9' }).expect(201);
  await desk.signal(brandId, partnerId, { ip: '192.0.2.7' }).expect(201);
  const { body } = await desk.signal(brandId, customerId, { ip: '192.0.2.7', seenAt: '2026-03-03T12:00:00Z' }).expect(422);
  expect(body.errors).toEqual([{ pointer: '/seenAt', rule: 'must not lie in the future' }]);
  const told = (await approvals.published('approvals.network-verdict.recorded.v1')).filter(({ data }) => data.brandId === brandId);
  const recordedAt = expect.stringMatching(/^2026-03-01T12:/);
  const base = { signalId: expect.stringMatching(/^rsg_/), brandId, recordedAt };
  expect(told.map(({ subject, data }) => [subject, data])).toEqual([
    [conversionId, { ...base, subjectId: conversionId, verdict: 1, network: 'vpn', country: 'NL', seenAt }],
    [conversionId, { ...base, subjectId: conversionId, verdict: 2, network: 'unknown', country: null, seenAt: recordedAt }],
    [customerId, { ...base, subjectId: customerId, verdict: 1, network: 'residential', country: 'DE', seenAt: recordedAt }],
  ]);
  expect(JSON.stringify(told)).not.toContain('192.0.2.');
});

test('F-10 verdicts on one subject at the same time are counted one after the other', async () => {
  const { brandId } = await desk.ruled([]);
  const customerId = newId('customer');
  await Promise.all(Array.from({ length: 6 }, () => desk.signal(brandId, customerId, { ip: '192.0.2.7' }).expect(201)));
  const told = (await approvals.published('approvals.network-verdict.recorded.v1')).filter(({ subject }) => subject === customerId);
  expect(told.map(({ data }) => data.verdict).sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

const method = (partnerId: string, accountHmac: string) =>
  anEvent('payouts.payout-method.changed.v1', {
    payoutMethodId: newId('payoutMethod'),
    partnerId,
    kind: 'bank-account',
    brandIds: [],
    accountHmac,
    usableFrom: now.toISOString(),
    status: 'active',
    changedBy: 'key_finance',
    changedAt: now.toISOString(),
  } satisfies DataOf<'payouts.payout-method.changed.v1'>);

test('F-05 one account on two partners of two brands: both are hit when it is saved, and each brand holds as it chose', async () => {
  const one = await desk.ruled([{ rule: 'duplicate-identity' }]);
  const two = await desk.ruled([{ rule: 'duplicate-identity', action: 'flag' }]);
  const [first, second] = [aConversion(one), aConversion(two)];
  const [large, small] = [desk.earned(one, first, 60_000), desk.earned(two, second, 60_000)];
  await approvals.deliver(first, second, large, small);
  const hmac = 'd'.repeat(64);
  await approvals.deliver(method(one.partnerId, hmac));
  expect(await rulesOn(first.data.conversionId)).toEqual([]);
  await approvals.deliver(method(two.partnerId, hmac));
  expect([await rulesOn(first.data.conversionId), await rulesOn(second.data.conversionId)]).toEqual([
    [['duplicate-identity', true]],
    [['duplicate-identity', false]],
  ]);
  expect([await desk.statusOf(large), await desk.statusOf(small)]).toEqual(['held', 'waiting']);
  const [hit] = await desk.hitsOn(first.data.conversionId);
  expect(hit.evidence).toContain(two.partnerId);
});

test('T-11 on day 13 a bad cohort’s commissions are held with the evidence, the others stay as they are', async () => {
  const facts = await desk.ruled([{ rule: 'chargeback-cohort', parameters: { days: 14, percent: 30, atLeast: 5 } }]);
  const day = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
  const older = aConversion(facts, {}, day(20));
  const cohort = [13, 12, 11, 10, 9, 8, 7, 6, 5, 4].map((days) => aConversion(facts, {}, day(days)));
  const entries = [older, ...cohort].map((one) => desk.earned(facts, one, 60_000));
  await approvals.deliver(older, ...cohort, ...entries);
  const chargeback = (of: ReturnType<typeof aConversion> | undefined) =>
    aConversion(facts, { kind: 'chargeback', customerId: null, originalConversionId: of?.data.conversionId ?? null }, day(1));
  const backs = [chargeback(cohort[0]), chargeback(cohort[1])];
  await approvals.deliver(...backs);
  expect(new Set(await Promise.all(entries.map(desk.statusOf)))).toEqual(new Set(['waiting']));
  const third = chargeback(cohort[2]);
  await approvals.deliver(third);
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['waiting', ...cohort.map(() => 'held')]);
  const [hit] = await desk.hitsOn(cohort[9]?.data.conversionId ?? '');
  expect(hit.detail).toBe('3 of 10 customers of the last 14 days charged back or bonus-only');
  expect(hit.evidence).toEqual(expect.arrayContaining([...backs, third].map(({ data }) => data.conversionId)));
});

test('a rule set is switched on by another person than who wrote it, in the database too, and holds from then on', async () => {
  const facts = aBrandWithPartner();
  await approvals.deliver(facts.brand, facts.partner());
  const path = `/api/v1/brands/${facts.brandId}/risk-rule-sets`;
  const rules = [{ rule: 'velocity', parameters: { atLeast: 2 }, action: 'hold' }];
  const { body } = await desk.as('key_a').post(path).send({ rules, reason: 'bursts' }).expect(201);
  expect(body).toMatchObject({ version: 1, activatedBy: null, rules: [{ parameters: { per: 'partner', atLeast: 2, minutes: 60 } }] });
  expect((await desk.as('key_a').post(`${path}/1/activation`).send({}).expect(403)).body.code).toBe('four-eyes');
  const activation = (by: string, version = 1) =>
    approvals.sql(`INSERT INTO risk_rule_set_activation VALUES ($1, $2, $3, $4, now(), now())`, [facts.brandId, version, by, 'key_a']);
  await expect(activation('key_a')).rejects.toThrow(/four_eyes/);
  // Nor under another name than that of who wrote it.
  await expect(activation('key_z')).rejects.toThrow(/activation_written/);
  const told = [quick(facts, 0), quick(facts, 1)];
  await approvals.deliver(...told);
  expect(await rulesOn(told[0]?.data.conversionId ?? '')).toEqual([]);
  const past = { from: '2026-02-01T00:00:00Z' };
  expect((await desk.as('key_b').post(`${path}/1/activation`).send(past).expect(422)).body.code).toBe('rule-set-in-past');
  await desk.as('key_b').post(`${path}/1/activation`).send({}).expect(201);
  expect((await desk.as('key_c').post(`${path}/1/activation`).send({}).expect(409)).body.code).toBe('rule-set-already-active');
  const later = quick(facts, 2);
  await approvals.deliver(later);
  expect(await rulesOn(later.data.conversionId)).toEqual([['velocity', true]]);
  await desk.as('key_a').post(path).send({ rules: [], reason: 'too many' }).expect(201);
  expect((await desk.as('key_a').get(path).expect(200)).body.data.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
  await desk
    .as('key_a')
    .post(path)
    .send({ rules: [...rules, ...rules], reason: 'twice' })
    .expect(422);
  await desk
    .as('key_a')
    .post(path)
    .send({ rules: [{ rule: 'banned-referrer', parameters: {}, action: 'hold' }], reason: 'none' })
    .expect(422);
  const stranger = approvals.request({ brandIds: [newId('brand')] });
  await stranger.post(path).send({ rules, reason: 'foreign' }).expect(404);
  await stranger.get(path).expect(404);
  for (const table of ['risk_rule_set', 'risk_rule_set_activation', 'risk_signal'])
    await expect(approvals.db.pool.query(`DELETE FROM ${table}`)).rejects.toThrow(/permission denied/);
  expect((await desk.as('key_a').get('/api/v1/risk-rules').expect(200)).body.data).toHaveLength(12);
});
