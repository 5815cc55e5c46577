import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { type FxRate, rateOn } from '@tributary/engine';
import { rate, rational } from '@tributary/money';
import { everything } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../composition.js';
import { ratesFor } from './rate-store.js';
import { recordRates } from './record-rates.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(compose, { now: new Date('2026-03-05T16:00:00Z') });
});
afterAll(() => service.stop());

const post = (body: object, as: Parameters<TestService['request']>[0] = {}) => service.request(as).post('/api/v1/fx-rates').send(body);
const aRate = (fields: object = {}) => ({ base: 'EUR', quote: 'USD', date: '2026-03-05', rate: '1.0845', source: 'ecb', ...fields });
const upload = (text: string, type = 'text/csv', search = '') =>
  service.request().post(`/api/v1/fx-rates/import${search}`).set('content-type', type).send(text);
const list = async (search: string) => (await service.request().get(`/api/v1/fx-rates?${search}`).expect(200)).body;

test('M-28 a rate is recorded with its source and time; the same again changes nothing, another value is refused', async () => {
  const first = await post(aRate({ rate: '1.08450' })).expect(201);
  const kept = { ...aRate(), recordedAt: first.body.rate.recordedAt, counts: true };
  expect(first.body.rate.recordedAt).toMatch(/^2026-03-05T16:0/);
  expect(first.body).toEqual({ outcome: 'recorded', rate: kept });
  expect((await post(aRate()).expect(201)).body).toEqual({ outcome: 'known', rate: kept });
  expect((await post(aRate({ rate: '1.0846' })).expect(409)).body.code).toBe('fx-rate-differs');
  const other = await post(aRate({ rate: '1.09', source: 'bank' })).expect(201);
  expect(other.body).toMatchObject({ outcome: 'recorded', rate: { source: 'bank', counts: false } });
  expect((await list('base=EUR&quote=USD&from=2026-03-05&to=2026-03-05')).data.map((one: { source: string }) => one.source)).toEqual([
    'bank',
    'ecb',
  ]);
  const told = await service.published('commission.fx-rate.recorded.v1');
  expect(told.map(({ data }) => data)).toMatchObject([
    { base: 'EUR', date: '2026-03-05', source: 'ecb', rates: [{ quote: 'USD', rate: '1.0845', counts: true }] },
    { base: 'EUR', date: '2026-03-05', source: 'bank', rates: [{ quote: 'USD', rate: '1.09', counts: false }] },
  ]);
});

test('M-28 of many, each has its outcome, and those that are refused do not keep the others out', async () => {
  const rates = [
    aRate({ quote: 'GBP', rate: '0.85' }),
    aRate({ rate: '2' }),
    aRate(),
    aRate({ quote: 'ZZZ' }),
    aRate({ base: 'USD', quote: 'USD' }),
  ];
  const { body } = await post({ rates }).expect(201);
  expect(body).toMatchObject({ recorded: 1, known: 1, rejected: 3 });
  expect(body.outcomes.map((one: { outcome: string; code?: string }) => one.code ?? one.outcome)).toEqual([
    'recorded',
    'fx-rate-differs',
    'known',
    'currency-unknown',
    'fx-pair-invalid',
  ]);
});

test('a rate of nothing, of no day, or by a hand that may not, is refused', async () => {
  for (const wrong of [
    { rate: '0' },
    { rate: '0.000' },
    { rate: '-1' },
    { rate: '1e3' },
    { date: '2026-02-30' },
    { date: '0000-01-01' },
    { source: 'E C B' },
  ]) {
    await post(aRate({ quote: 'CHF', ...wrong })).expect(422);
  }
  expect((await post(aRate({ quote: 'EUR' })).expect(422)).body.code).toBe('fx-pair-invalid');
  await post(aRate(), { roles: ['programme-manager'] }).expect(403);
  await post(aRate({ quote: 'CHF', rate: '0.95' }), { roles: ['finance-approver'], brandIds: [newId('brand')] }).expect(403);
  await service
    .request({ roles: ['analytics-viewer'] })
    .get('/api/v1/fx-rates')
    .expect(403);
  await post(aRate({ quote: 'CHF', rate: '0.95' }), { roles: ['finance-approver'] }).expect(201);
});

test('T-21 the files of the European Central Bank are taken, and taken again add nothing', async () => {
  const csv = 'Date,USD,JPY,EEK,\n2026-02-27,1.05,160.5,N/A,\n2026-02-26,1.04,161,15.6466,\n2026-02-25,1.03,162,N/A,\n';
  const first = await upload(csv, 'text/csv', '?from=2026-02-26').expect(201);
  expect(first.body).toEqual({ days: 2, recorded: 4, known: 0, rejected: 0, skippedCurrencies: ['EEK'], firstRejected: [] });
  expect((await upload(csv, 'text/csv; charset=utf-8').expect(201)).body).toMatchObject({ days: 3, recorded: 2, known: 4 });
  const xml = `<Envelope><Cube><Cube time='2026-02-27'><Cube currency='USD' rate='1.06'/><Cube currency='GBP' rate='0.86'/></Cube></Cube></Envelope>`;
  const second = await upload(xml, 'application/xml').expect(201);
  expect(second.body).toMatchObject({
    days: 1,
    recorded: 1,
    rejected: 1,
    firstRejected: [{ code: 'fx-rate-differs', rate: { rate: '1.06' } }],
  });
  const days = (await service.published('commission.fx-rate.recorded.v1')).filter(({ data }) => data.date === '2026-02-27');
  expect(days.map(({ data }) => data.rates.map(({ quote }) => quote))).toEqual([['USD', 'JPY'], ['GBP']]);
});

test('what is no such file is refused by name', async () => {
  expect((await upload('a,b\n1,2').expect(422)).body.code).toBe('fx-file-unreadable');
  expect((await upload('<html>', 'application/xml').expect(422)).body.code).toBe('fx-file-unreadable');
  expect((await upload('{}', 'application/json').expect(415)).body.code).toBe('media-type-not-supported');
  expect((await upload('', 'text/csv').expect(422)).body.code).toBe('request-invalid');
  const latin = service.request().post('/api/v1/fx-rates/import').set('content-type', 'text/csv');
  expect((await latin.send(Buffer.from('Date,\u00e9', 'latin1')).expect(400)).body.code).toBe('text-not-decodable');
});

test('rates are listed latest day first, page by page', async () => {
  const all = (await list('base=EUR&from=2026-02-25&to=2026-02-27')).data;
  expect(all.map((one: { date: string; quote: string }) => `${one.date} ${one.quote}`)).toEqual([
    '2026-02-27 GBP',
    '2026-02-27 JPY',
    '2026-02-27 USD',
    '2026-02-26 JPY',
    '2026-02-26 USD',
    '2026-02-25 JPY',
    '2026-02-25 USD',
  ]);
  const paged = [];
  for (let cursor = ''; ; ) {
    const { data, nextCursor } = await list(`base=EUR&from=2026-02-25&to=2026-02-27&limit=3${cursor}`);
    paged.push(...data);
    if (nextCursor === null) break;
    cursor = `&cursor=${nextCursor}`;
  }
  expect(paged).toEqual(all);
});

test('M-28 T-21 the store loads what rateOn needs: the last seven days of the pair, its inverse and every crossing', async () => {
  const rates = [
    aRate({ base: 'AUD', quote: 'NZD', date: '2026-01-10', rate: '1.1' }),
    aRate({ base: 'NZD', quote: 'AUD', date: '2026-01-11', rate: '0.9' }),
    aRate({ base: 'EUR', quote: 'CAD', date: '2026-01-09', rate: '1.5' }),
    aRate({ base: 'EUR', quote: 'AUD', date: '2026-01-12', rate: '1.6' }),
    aRate({ base: 'EUR', quote: 'AUD', date: '2026-01-12', rate: '1.7', source: 'bank' }),
    aRate({ base: 'SEK', quote: 'NOK', date: '2026-01-12', rate: '1' }),
    aRate({ base: 'DKK', quote: 'NOK', date: '2026-01-12', rate: '2' }),
  ];
  await post({ rates }).expect(201);
  const loaded = (questions: Parameters<typeof ratesFor>[1]): Promise<FxRate[]> =>
    service.db.tx(everything, (tx) => ratesFor(tx, questions));
  const answer = async (from: string, to: string, date: string) => rateOn(await loaded([{ from, to, date }]), from, to, date);
  expect((await answer('AUD', 'NZD', '2026-01-12'))?.rate).toEqual(rate('1.1'));
  expect((await answer('AUD', 'NZD', '2026-01-18'))?.path[0]).toMatchObject({ base: 'NZD', quote: 'AUD' });
  expect((await answer('AUD', 'CAD', '2026-01-12'))?.rate).toEqual(rational(15n, 16n));
  expect((await answer('SEK', 'DKK', '2026-01-12'))?.rate).toEqual(rate('0.5'));
  expect(await answer('AUD', 'CAD', '2026-01-17')).toBeNull();
  expect(await loaded([{ from: 'AUD', to: 'AUD', date: '2026-01-12' }])).toEqual([]);
  const both = await loaded([
    { from: 'AUD', to: 'NZD', date: '2026-01-12' },
    { from: 'SEK', to: 'DKK', date: '2026-01-12' },
  ]);
  expect(both.map(({ base, quote }) => `${base}/${quote}`).sort()).toEqual(['AUD/NZD', 'DKK/NOK', 'EUR/AUD', 'NZD/AUD', 'SEK/NOK']);
});

test('M-28 whoever waits for rates hears of those that count, in the transaction that records them', async () => {
  const heard: FxRate[] = [];
  const onRatesRecorded = async (_tx: unknown, rates: readonly FxRate[]) => void heard.push(...rates);
  const { outbox } = service.service.messaging;
  const context = { correlationId: 'test', actorId: 'test', actorKind: 'system' } as const;
  const day = { base: 'EUR', quote: 'PLN', date: '2026-03-04' };
  const reported = [
    { ...day, rate: '4.2', source: 'ecb' },
    { ...day, rate: '4.3', source: 'bank' },
  ];
  const now = service.clock.now();
  const record = () => service.db.tx(everything, (tx) => recordRates(tx, { outbox, onRatesRecorded }, reported, context, now));
  await record();
  await record();
  expect(heard).toEqual([{ ...day, rate: '4.2', source: 'ecb', recordedAt: now.toISOString() }]);
});

test('two who record the same pair and day at once do not both count', async () => {
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map((source) => post(aRate({ quote: 'HUF', rate: '400', source })).expect(201)));
  expect(answers.filter(({ body }) => body.rate.counts)).toHaveLength(1);
});

test('a rate is never changed: the application may neither update nor delete it', async () => {
  for (const statement of ["UPDATE fx_rate SET rate = '1'", 'DELETE FROM fx_rate']) {
    await expect(service.db.tx(everything, (tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
  }
});
