import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { canonicalJson, newId } from '@tributary/contracts';
import { everything } from '@tributary/service-kit';
import {
  aConversion,
  aRefund,
  attributed,
  createDeal,
  type EntryShown,
  entriesOf,
  partnerOf,
  recorded,
  startWorld,
  type World,
} from '../../test/builders.js';
import { activity, close, manyShares, play, shareDeal, shareTerms, statementOf, statementsOf } from '../../test/months.js';
import { onConversionRecorded } from '../accrual/on-conversion.consumer.js';
import { recalculateMonths } from './recalculate-months.js';
import { refoldStatements } from './refold-statements.js';

let world: World;
beforeEach(async () => {
  world = await startWorld({ now: '2026-07-01T12:00:00Z', partners: 2 });
});
afterEach(() => world.service.stop());

const brief = (entries: readonly EntryShown[]) => entries.map(({ amount, period, reason }) => [amount, period, reason]);
const inApril = { occurredAt: '2026-04-10T12:00:00.000Z' };

test('WE-01 M-02 D-08 the close posts the month: every line from gross to net, with the hash of the clause', async () => {
  const clause = 'Net revenue is player losses less 18 % administration and all bonuses.';
  await shareDeal(
    world,
    shareTerms({
      rate: '0.42',
      waterfall: {
        name: 'net-revenue',
        version: 3,
        clause,
        lines: [
          { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.18' },
          { name: 'bonuses', effect: 'deduct', of: 'bonuses' },
        ],
      },
    }),
  );
  await play(
    world,
    activity(world, 300_000, {}, { deductions: { bonuses: 100_000 } }),
    activity(world, 87_000, {}, { deductions: { bonuses: 52_700 } }),
  );
  expect(await entriesOf(world)).toEqual([]);
  expect((await close(world, '2026-03').expect(200)).body).toMatchObject({ statements: 1, entries: 1, amount: 69_149 });

  const [entry] = await entriesOf(world);
  expect(entry).toMatchObject({ amount: 69_149, period: '2026-03', reason: 'statement', conversionId: null, dealVersion: 1 });
  expect(entry?.maturesAt).toBe('2026-03-31T21:59:59.999Z');
  const statement = await statementOf(world, '2026-03');
  expect(statement).toMatchObject({ status: 'issued', revision: 1, total: 69_149, entries: [{ id: entry?.id, amount: 69_149 }] });
  expect(statement.components[0]?.waterfalls).toEqual([
    expect.objectContaining({
      gross: '387000',
      net: '164640',
      waterfall: { name: 'net-revenue', version: 3, clauseHash: createHash('sha256').update(clause).digest('hex') },
      lines: [
        { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.18', base: '387000', amount: '-69660' },
        { name: 'bonuses', effect: 'deduct', of: 'bonuses', rate: '1', base: '152700', amount: '-152700' },
      ],
    }),
  ]);
});

test('P-18 the entry of a month explains itself and recomputes; the event carries the content that its hash names', async () => {
  await shareDeal(world);
  await play(world, activity(world, 10_001));
  await close(world, '2026-03').expect(200);
  const [entry] = await entriesOf(world);
  const { body } = await world.service.request().get(`/api/v1/commissions/${entry?.id}/explanation`).expect(200);
  expect(body).toMatchObject({ amount: 4_000, postedBefore: 0, recomputed: { entitlement: 4_000, amount: 4_000, matches: true } });
  const [told] = await world.service.published('commission.statement.issued.v1');
  const { hash, issuedAt: _issuedAt, ...content } = told?.data ?? { hash: '' };
  expect(createHash('sha256').update(canonicalJson(content)).digest('hex')).toBe(hash);
  expect((await statementOf(world, '2026-03')).hash).toBe(hash);
});

test('WE-08 a negative month is carried into the next; months close in order', async () => {
  await shareDeal(world, shareTerms({ rate: '0.30' }));
  await play(world, activity(world, -1_000_000), activity(world, 1_500_000, inApril));
  expect((await close(world, '2026-04').expect(409)).body.code).toBe('earlier-period-open');
  await close(world, '2026-03').expect(200);
  await close(world, '2026-04').expect(200);
  expect((await close(world, '2026-04').expect(409)).body.code).toBe('period-already-closed');
  expect(brief(await entriesOf(world))).toEqual([[150_000, '2026-04', 'statement']]);
  const [april, march] = await statementsOf(world);
  expect(march?.components[0]?.carry).toMatchObject({ opening: '0', closing: '1000000' });
  expect(april?.components[0]?.carry).toMatchObject({ opening: '1000000', closing: '0' });
});

test('O-12 a dry run of a close says what the close does; an open month is shown as it would be', async () => {
  await shareDeal(world);
  await play(world, activity(world, -5_000), activity(world, 20_000, inApril));
  const dry = await close(world, '2026-03', '?dryRun=true').expect(200);
  expect(await statementsOf(world)).toEqual([]);
  expect(await statementOf(world, '2026-04')).toMatchObject({
    id: null,
    status: 'open',
    revision: 0,
    total: 6_000,
    hash: null,
    entries: [],
  });
  const real = await close(world, '2026-03').expect(200);
  expect(real.body).toMatchObject({ entries: dry.body.entries, amount: dry.body.amount, statements: dry.body.statements });
  expect(await statementOf(world, '2026-04')).toMatchObject({ status: 'open', total: 6_000 });
  expect(await statementsOf(world, { period: '2026-08' })).toEqual([]);
});

test('T-37 a late fact changes the closed month and all after it: differences into the open month, next revisions of what changed', async () => {
  await shareDeal(world);
  await play(world, activity(world, 10_000), activity(world, 20_000, inApril));
  for (const period of ['2026-03', '2026-04']) await close(world, period).expect(200);
  const before = await statementOf(world, '2026-04');
  await world.service.moveClock('2026-07-02T12:00:00Z');
  await play(world, activity(world, -15_000));

  expect(brief(await entriesOf(world))).toEqual([
    [4_000, '2026-03', 'statement'],
    [8_000, '2026-04', 'statement'],
    [-4_000, '2026-05', 'late-fact'],
    [-2_000, '2026-05', 'late-fact'],
  ]);
  const entries = await entriesOf(world);
  expect(entries.slice(2).map(({ adjusts }) => adjusts)).toEqual([entries[0]?.id, entries[1]?.id]);
  const [march, april] = [await statementOf(world, '2026-03'), await statementOf(world, '2026-04')];
  expect([march.revision, march.total, april.revision, april.total]).toEqual([2, 0, 2, 6_000]);
  expect([march.id === null, april.id]).toEqual([false, before.id]);
  expect(april.entries.map(({ amount }) => amount)).toEqual([8_000, -2_000]);

  // As recorded before it came, the statement says what it said.
  const asOf = { asOf: '2026-07-01T23:00:00.000Z' };
  expect(await statementOf(world, '2026-04', asOf)).toEqual(before);
  const { body } = await world.service.request().get(`/api/v1/statements/${april.id}`).query(asOf).expect(200);
  expect(body).toEqual(before);
  expect((await world.service.request().get(`/api/v1/statements/${april.id}`).expect(200)).body).toEqual(april);
  for (const { id } of await entriesOf(world)) {
    const explained = await world.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
    expect(explained.body.recomputed.matches).toBe(true);
  }
});

test('a late fact that changes nothing of what was said makes no revision', async () => {
  await shareDeal(world);
  await play(world, activity(world, 10_000));
  await close(world, '2026-03').expect(200);
  await play(world, activity(world, 0));
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 1, total: 4_000 });
  const told = activity(world, 500);
  await play(world, told, told);
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 2, total: 4_200 });
});

const cpa = { name: 'cpa', on: 'deposit', model: 'flat', amount: 10_000 } as const;
const deposit = (amount = 5_000) => aConversion(world, { kind: 'deposit', amount, occurredAt: '2026-03-10T12:00:00.000Z' });

test('WE-12 the whole account: a negative share takes from what the month earned otherwise, the rest is carried', async () => {
  await shareDeal(world, shareTerms({ carryover: { policy: 'account', unit: 'commission' } }, cpa));
  const deposits = Array.from({ length: 5 }, () => deposit());
  await play(world, ...deposits, activity(world, -200_000));
  await close(world, '2026-03').expect(200);
  expect(await statementOf(world, '2026-03')).toMatchObject({
    total: -50_000,
    components: [{ component: 'share', entitlement: -50_000, carry: { closing: '30000' } }],
  });
  // A deposit taken back later leaves less to take from: 100.00 of it is due again, and carried on.
  const [first] = deposits;
  if (first) await play(world, aRefund(world, first, null, { occurredAt: '2026-07-01T10:00:00.000Z' }));
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 2, total: -40_000, components: [{ carry: { closing: '40000' } }] });
  const entries = await entriesOf(world);
  expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
});

test('WE-17 M-04 an advance is recouped before the share is payable', async () => {
  await shareDeal(world, shareTerms({ rate: '0.50', recoups: ['cpa'] }, cpa));
  await play(world, deposit(), activity(world, 10_000), activity(world, 30_000, inApril));
  for (const period of ['2026-03', '2026-04']) await close(world, period).expect(200);
  expect([await statementOf(world, '2026-03'), await statementOf(world, '2026-04')]).toMatchObject([
    { total: 0, components: [{ recoup: { opening: '0', advances: '10000', recouped: '5000', closing: '5000' } }] },
    { total: 10_000, components: [{ recoup: { opening: '5000', recouped: '5000', closing: '0' } }] },
  ]);
});

test('WE-18 hybrid: what each customer earned, and the share of the month', async () => {
  await shareDeal(world, shareTerms({ rate: '0.20' }, cpa));
  await play(world, ...Array.from({ length: 10 }, () => deposit()), activity(world, 500_000));
  expect((await close(world, '2026-03').expect(200)).body).toMatchObject({ entries: 11, amount: 200_000 });
});

test('WE-13 M-07 a high roller is set apart by customer', async () => {
  const [roller, other] = [newId('customer'), newId('customer')];
  await shareDeal(world, shareTerms({ carryover: { policy: 'component', unit: 'base', highRoller: { threshold: -500_000 } } }));
  await play(
    world,
    activity(world, -700_000, { customerId: roller }),
    activity(world, 100_000, { customerId: other }),
    activity(world, 50_000, { customerId: roller, ...inApril }),
    activity(world, 50_000, { customerId: other, ...inApril }),
  );
  for (const period of ['2026-03', '2026-04']) await close(world, period).expect(200);
  expect(await statementOf(world, '2026-03')).toMatchObject({
    total: 0,
    components: [{ carry: { closing: '0' }, quarantine: { added: [{ customerId: roller, amount: '600000' }] } }],
  });
  expect(await statementOf(world, '2026-04')).toMatchObject({ total: 20_000, components: [{ quarantine: { closing: '550000' } }] });
});

test('a retainer is paid for every month begun, facts or none, and not after the deal has ended', async () => {
  const { id } = await shareDeal(
    world,
    { components: [{ name: 'fee', on: 'lead', model: 'retainer', amount: 50_000 }] },
    { effectiveFrom: '2026-03-31T10:00:00Z' },
  );
  await world.service
    .request()
    .post(`/api/v1/deals/${id}/amendments`)
    .set('if-match', '"1"')
    .send({
      effectiveFrom: '2026-04-30T22:00:00.000Z',
      terms: { components: [{ name: 'fee', on: 'lead', model: 'retainer', amount: 50_000 }] },
      reason: 'over',
      status: 'ended',
    })
    .expect(201);
  expect((await close(world, '2026-04').expect(409)).body.code).toBe('earlier-period-open');
  for (const period of ['2026-03', '2026-04', '2026-05']) await close(world, period).expect(200);
  expect(brief(await entriesOf(world))).toEqual([
    [50_000, '2026-03', 'statement'],
    [50_000, '2026-04', 'statement'],
  ]);
});

test('terms that reach back into closed months are posted as amendments', async () => {
  const { id } = await shareDeal(world);
  await play(world, activity(world, 10_000), activity(world, 10_000, { occurredAt: '2026-03-25T12:00:00.000Z' }));
  await close(world, '2026-03').expect(200);
  await world.service
    .request()
    .post(`/api/v1/deals/${id}/amendments`)
    .set('if-match', '"1"')
    .send({ effectiveFrom: '2026-03-20T00:00:00Z', terms: shareTerms({ rate: '0.50' }), reason: 'as agreed' })
    .expect(201);
  expect(brief(await entriesOf(world))).toEqual([
    [8_000, '2026-03', 'statement'],
    [1_000, '2026-04', 'amendment'],
  ]);
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 2, dealVersions: [1, 2], total: 9_000 });
});

test('a refund of what gross revenue was taken from lowers the month', async () => {
  await shareDeal(world, shareTerms({ on: 'sale', rate: '0.10' }));
  const sale = aConversion(world, { occurredAt: '2026-03-10T12:00:00.000Z' });
  await play(world, sale, aRefund(world, sale, 4_000, { occurredAt: '2026-03-12T12:00:00.000Z' }));
  await close(world, '2026-03').expect(200);
  expect((await statementOf(world, '2026-03')).total).toBe(600);
  await play(world, aRefund(world, sale, null, { occurredAt: '2026-05-12T12:00:00.000Z' }));
  expect(brief(await entriesOf(world)).slice(1)).toEqual([[-600, '2026-04', 'late-fact']]);
});

test('the month is that of the zone, and only facts of the deal in force count', async () => {
  await shareDeal(world, shareTerms(), { effectiveFrom: '2026-03-10T00:00:00Z' });
  await play(
    world,
    activity(world, 1_000, { occurredAt: '2026-03-09T23:59:59.999Z' }),
    activity(world, 100, { occurredAt: '2026-03-10T00:00:00.000Z' }),
    activity(world, 10, { occurredAt: '2026-03-31T21:59:59.999Z' }),
    activity(world, 1_000, { occurredAt: '2026-03-31T22:00:00.000Z' }),
    activity(world, 1_000, { partnerId: world.partnerIds[1] ?? '' }),
  );
  await close(world, '2026-03').expect(200);
  expect((await statementOf(world, '2026-03')).components[0]?.net).toBe('110');
});

test('D-05 a late fact in the closed month of a deal on other clocks, though the month of the brand is open', async () => {
  await shareDeal(world, { ...shareTerms(), timeZone: 'America/New_York' });
  await play(world, activity(world, 10_000));
  await close(world, '2026-03').expect(200);
  await play(world, activity(world, 20_000, { occurredAt: '2026-03-31T23:00:00.000Z' }));
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 2, total: 12_000 });
  await close(world, '2026-04').expect(200);
  expect(brief(await entriesOf(world))).toEqual([
    [4_000, '2026-03', 'statement'],
    [8_000, '2026-04', 'late-fact'],
  ]);
});

test('D-04 terms of a deal on other clocks that count from the last hours of its closed month are posted as an amendment', async () => {
  const fee = { name: 'fee', on: 'lead', model: 'retainer' } as const;
  const terms = (amount: number) => ({ components: [{ ...fee, amount }], timeZone: 'America/New_York' });
  const deal = await createDeal(world, { terms: terms(50_000), effectiveFrom: '2026-03-10T00:00:00Z' });
  await close(world, '2026-03').expect(200);
  await world.service
    .request()
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('if-match', '"1"')
    .send({ effectiveFrom: '2026-04-01T01:00:00Z', terms: terms(60_000), reason: 'as agreed' })
    .expect(201);
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 2, dealVersions: [1, 2], total: 60_000 });
});

test('D-05 late facts in transactions beside each other: all are in the statement, none is posted twice', async () => {
  await shareDeal(world);
  await play(world, activity(world, 10_000));
  await close(world, '2026-03').expect(200);
  const { db, service, clock } = world.service;
  const consume = onConversionRecorded({ outbox: service.messaging.outbox, clock, refold: refoldStatements });
  const late = [1, 2, 3, 4, 5, 6].map((euros) => recorded(activity(world, euros * 1_000)));
  await Promise.all(late.map((event) => db.tx(everything, (tx) => consume(tx, [event]))));
  expect(await statementOf(world, '2026-03')).toMatchObject({ revision: 7, total: 12_400 });
  expect((await entriesOf(world)).reduce((sum, { amount }) => sum + amount, 0)).toBe(12_400);
});

test('what is given to another partner later leaves the one statement and enters the other', async () => {
  const [first = '', second = ''] = world.partnerIds;
  await shareDeal(world);
  await shareDeal(world, shareTerms({ rate: '0.50' }), { partnerId: second });
  const played = activity(world, 10_000);
  await play(world, played);
  await close(world, '2026-03').expect(200);
  await world.service.deliver(attributed({ ...played, partnerId: second }));
  const totals = [first, second].map(async (partnerId) => (await statementOf(world, '2026-03', { partnerId })).total);
  expect(await Promise.all(totals)).toEqual([0, 5_000]);
});

test('a close of very many partners goes on in the background; a dry run of it says the totals', async () => {
  await manyShares(world, 1_001, 2);
  const dry = await close(world, '2026-03', '?dryRun=true').expect(200);
  expect(dry.body).toMatchObject({ statements: 1_001, entries: 1_001 });
  expect((await close(world, '2026-03').expect(200)).body).toMatchObject({ statements: null, entries: 0 });
  await world.service.moveClock('2026-07-02T00:00:00Z');
  const [found] = await world.service.sql<{ statements: number; entries: number; amount: number; periods: string[] }>(
    `SELECT (SELECT count(*)::int FROM statement) AS statements, count(*)::int AS entries, sum(amount)::int AS amount, array_agg(DISTINCT period) AS periods FROM commission_entry`,
  );
  expect(found).toEqual({ statements: 1_001, entries: 1_001, amount: dry.body.amount, periods: ['2026-03'] });
}, 60_000);

test('an amendment of what no event is rated by changes closed months too', async () => {
  const retainer = (amount: number) => ({ components: [{ name: 'fee', on: 'lead', model: 'retainer', amount }] });
  const { id } = await createDeal(world, { terms: retainer(50_000), effectiveFrom: '2026-03-01T00:00:00Z' });
  for (const period of ['2026-03', '2026-04']) await close(world, period).expect(200);
  await world.service
    .request()
    .post(`/api/v1/deals/${id}/amendments`)
    .set('if-match', '"1"')
    .send({ effectiveFrom: '2026-04-15T00:00:00Z', terms: retainer(60_000), reason: 'as agreed' })
    .expect(201);
  expect(brief(await entriesOf(world))).toEqual([
    [50_000, '2026-03', 'statement'],
    [50_000, '2026-04', 'statement'],
    [10_000, '2026-05', 'amendment'],
  ]);
});

test('statements are seen within the caller scope, and never changed', async () => {
  await shareDeal(world);
  await close(world, '2026-03').expect(200);
  const { id } = await statementOf(world, '2026-03');
  const stranger = world.service.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/statements/${id}`).expect(404);
  expect((await stranger.get('/api/v1/statements').expect(200)).body.data).toEqual([]);
  await expect(world.service.db.tx({ brandIds: 'all' }, (tx) => tx.query('UPDATE statement SET total = 1'))).rejects.toThrow(
    /permission denied/,
  );
});

test('a deal without anything by the month has no statement', async () => {
  await createDeal(world);
  await world.service.deliver(recorded(aConversion(world, { occurredAt: '2026-03-15T10:00:00.000Z' })));
  expect((await close(world, '2026-03').expect(200)).body).toMatchObject({ statements: 0, entries: 1 });
  expect(await statementsOf(world)).toEqual([]);
  expect(await statementsOf(world, { period: '2026-04', partnerId: partnerOf(world) })).toEqual([]);
});

test('D-02 a closed month is worked out again from its facts: the same, or what the facts come to now', async () => {
  await shareDeal(world);
  const played = activity(world, 100_000);
  await play(world, played, activity(world, 50_000));
  await close(world, '2026-03').expect(200);
  const again = () =>
    world.service.db.tx(everything, (tx) =>
      recalculateMonths(tx, { brandId: world.brandId, partnerId: partnerOf(world), period: '2026-03' }),
    );
  expect(await again()).toEqual([expect.objectContaining({ net: 60_000n, recomputed: 60_000n, currency: 'EUR' })]);
  await world.service.sql(`UPDATE conversion SET details = '{"grossRevenue": 1}' WHERE conversion_id = $1`, [played.conversionId]);
  expect(await again()).toEqual([expect.objectContaining({ net: 60_000n, recomputed: 20_000n })]);
});

test('a name that is rated by the month keeps its model: an amendment that would mix two under one name is refused', async () => {
  const deal = await shareDeal(world);
  const terms = { components: [{ name: 'share', on: 'player-activity', model: 'retainer', amount: 1_000 }] };
  const answer = await world.service
    .request()
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('If-Match', '"1"')
    .send({ effectiveFrom: '2026-03-10T00:00:00Z', terms, reason: 'another model' })
    .expect(422);
  expect(answer.body.errors).toEqual([{ pointer: '/terms/components/0/model', rule: 'name-had-another-model' }]);
});
