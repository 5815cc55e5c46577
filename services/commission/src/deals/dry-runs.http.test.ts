import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aConversion, createDeal, entriesOf, partnerOf, recorded, startWorld, tenPercent, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 24, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
/** Another partner for each test. */
const here = (): World => {
  next += 1;
  return { ...world, partnerIds: [world.partnerIds[next - 1] ?? ''] };
};
const percent = (rate: string) => ({ components: [{ on: 'sale', model: 'percentage', rate }] });
const sell = (place: World, ...days: string[]) =>
  world.service.deliver(...days.map((day) => recorded(aConversion(place, { occurredAt: `${day}T10:00:00.000Z` }))));

/** A command as it will be sent twice: once to see what it would do, once for real. */
interface Command {
  path: string;
  body: object;
  actorId?: string;
  ifMatch?: string;
}
const send = ({ path, body, actorId = 'key_author', ifMatch }: Command, query = '') => {
  const request = world.service.request({ actorId, roles: ['programme-manager'] }).post(`/api/v1${path}${query}`);
  return (ifMatch === undefined ? request : request.set('If-Match', ifMatch)).send(body);
};
const dryRun = (command: Command) => send(command, '?dryRun=true');

/** Every row of every table, the outbox among them; without how far the relay has got with it. */
const everyRow = () =>
  world.service.sql(
    `SELECT table_name, query_to_xml(format('SELECT count(*) AS n, md5(string_agg(one::text, chr(10) ORDER BY one::text)) AS content FROM %I.%I AS one',
       table_schema, table_name), false, true, '')::text AS content
     FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
       AND (table_schema, table_name) NOT IN (('messaging', 'sent'), ('messaging', 'unpublished')) ORDER BY table_name`,
  );
/** What another run names and dates anew. */
const anew = ['id', 'entryId', 'recordedAt', 'proposedAt', 'acceptedAt', 'activatedAt', 'declinedAt'];
/** An answer of which that is told only by whether it is there. */
const comparable = ({ body, headers }: { body: object; headers: Record<string, string> }) => ({
  body: Object.fromEntries(Object.entries(body).map(([key, value]) => [key, anew.includes(key) ? value !== null : value])),
  etag: headers['etag'],
});

const dealBody = (place: World, more: object = {}) => ({
  partnerId: partnerOf(place),
  brandId: place.brandId,
  effectiveFrom: '2026-01-01T00:00:00Z',
  terms: tenPercent,
  ...more,
});
const amendment = { effectiveFrom: '2026-03-01T00:00:00Z', terms: percent('0.15'), reason: 'agreed late' };
const newTemplate = async () =>
  (await send({ path: '/deal-templates', body: { name: 'Standard', brandId: world.brandId, terms: tenPercent } }).expect(201)).body;
/** A deal whose first version waits at a stage, with two sales that it would rate. */
async function aDealAt(status: 'draft' | 'proposed' | 'accepted'): Promise<string> {
  const place = here();
  const made = await send({ path: '/deals', body: dealBody(place, { status: status === 'draft' ? 'draft' : 'proposed' }) }).expect(201);
  const path = `/deals/${made.body.id}/versions/1`;
  if (status === 'accepted') await send({ path: `${path}/accept`, body: {}, actorId: 'key_other' }).expect(200);
  await sell(place, '2026-03-02', '2026-03-03');
  return path;
}
async function amendDealCommand(): Promise<Command> {
  const place = here();
  const deal = await createDeal(place);
  await sell(place, '2026-02-27', '2026-03-02', '2026-03-03');
  return { path: `/deals/${deal.id}/amendments`, body: amendment, ifMatch: '"1"' };
}
async function createDealCommand(): Promise<Command> {
  const place = here();
  await sell(place, '2026-02-10', '2026-03-10');
  return { path: '/deals', body: dealBody(place) };
}
const amendTemplateCommand = async (): Promise<Command> => ({
  path: `/deal-templates/${(await newTemplate()).id}/versions`,
  body: { terms: percent('0.15'), reason: 'more' },
  ifMatch: '"1"',
});

type Prepared = () => Promise<Command>;
const commands: [name: string, prepare: Prepared, status: number, says: object][] = [
  ['createDeal', createDealCommand, 201, { effect: { conversions: 2, entries: 2, amounts: [{ amount: 2_000, currency: 'EUR' }] } }],
  [
    'amendDeal',
    amendDealCommand,
    201,
    { version: 2, effect: { conversions: 2, entries: 2, amounts: [{ amount: 1_000, currency: 'EUR' }] } },
  ],
  ['proposeDealVersion', async () => ({ path: `${await aDealAt('draft')}/propose`, body: {} }), 200, { status: 'proposed' }],
  [
    'acceptDealVersion',
    async () => ({ path: `${await aDealAt('proposed')}/accept`, body: { note: 'as agreed' }, actorId: 'key_other' }),
    200,
    { status: 'accepted', approverId: 'key_other' },
  ],
  [
    'activateDealVersion',
    async () => ({ path: `${await aDealAt('accepted')}/activate`, body: {} }),
    200,
    { status: 'active', effect: { conversions: 2, entries: 2, amounts: [{ amount: 2_000, currency: 'EUR' }] } },
  ],
  ['declineDealVersion', async () => ({ path: `${await aDealAt('proposed')}/decline`, body: {} }), 200, { status: 'declined' }],
  [
    'createDealTemplate',
    async () => ({ path: '/deal-templates', body: { name: 'Summer', brandId: world.brandId, terms: percent('0.08') } }),
    201,
    { version: 1, name: 'Summer' },
  ],
  ['amendDealTemplate', amendTemplateCommand, 201, { version: 2, reason: 'more' }],
  [
    'createAdjustment',
    async () => ({
      path: '/adjustments',
      body: {
        partnerId: partnerOf(here()),
        brandId: world.brandId,
        amount: -2_500,
        currency: 'EUR',
        reason: 'best of May',
        occurredAt: '2026-05-31T10:00:00Z',
        holdDays: 3,
      },
    }),
    201,
    { amount: -2_500, period: '2026-05', maturesAt: '2026-06-03T22:00:00.000Z' },
  ],
];

test.each(commands)(
  'O-12 %s: the dry run says what the real call does, and leaves nothing behind',
  async (_name, prepare, status, says) => {
    const command = await prepare();
    const [before, published] = [await everyRow(), await world.service.published()];
    const dry = await dryRun(command).expect(200);
    expect(await everyRow()).toEqual(before);
    expect(await world.service.published()).toEqual(published);
    const real = await send(command).expect(status);
    expect(comparable(real)).toEqual(comparable(dry));
    expect(real.body).toMatchObject(says);
    expect(await everyRow()).not.toEqual(before);
  },
);

test('O-12 what a dry run of an amendment announced is what stands in the journal afterwards', async () => {
  const place = here();
  const deal = await createDeal(place);
  await sell(place, '2026-03-02', '2026-03-03');
  const command = { path: `/deals/${deal.id}/amendments`, body: amendment, ifMatch: '"1"' };
  const { effect } = (await dryRun(command).expect(200)).body;
  await send(command).expect(201);
  const posted = (await entriesOf(place, { partnerId: partnerOf(place) })).filter(({ reason }) => reason === 'amendment');
  expect(effect).toEqual({
    conversions: 2,
    entries: posted.length,
    amounts: [{ amount: posted.reduce((sum, { amount }) => sum + amount, 0), currency: 'EUR' }],
  });
});

const stepOf = (from: 'draft' | 'proposed' | 'accepted', verb: string, actorId: string) => async () => ({
  path: `${await aDealAt(from)}/${verb}`,
  body: {},
  actorId,
});
const declined = ({ path }: Command) => ({ path: path.replace(/\w+$/, 'decline'), body: {}, actorId: 'key_third' });
const same = (command: Command) => ({ ...command, actorId: 'key_third' });

/** What somebody else does between the dry run and the real call, and how that is refused. */
const overtaken: [name: string, prepare: Prepared, between: (command: Command) => Command, status: number, code: string][] = [
  [
    'amendDeal',
    amendDealCommand,
    (command) => ({ ...same(command), body: { ...amendment, terms: percent('0.30'), reason: 'his own' } }),
    412,
    'version-stale',
  ],
  [
    'amendDealTemplate',
    amendTemplateCommand,
    (command) => ({ ...same(command), body: { terms: percent('0.30'), reason: 'his own' } }),
    412,
    'version-stale',
  ],
  ['createDeal', createDealCommand, same, 409, 'deal-overlaps'],
  ['proposeDealVersion', stepOf('draft', 'propose', 'key_author'), same, 409, 'deal-version-state-forbids'],
  ['acceptDealVersion', stepOf('proposed', 'accept', 'key_other'), declined, 409, 'deal-version-state-forbids'],
  ['activateDealVersion', stepOf('accepted', 'activate', 'key_author'), declined, 409, 'deal-version-state-forbids'],
  ['declineDealVersion', stepOf('proposed', 'decline', 'key_other'), same, 409, 'deal-version-state-forbids'],
];

test.each(overtaken)(
  'O-12 %s: a change by another since the dry run is a declared conflict',
  async (_name, prepare, between, status, code) => {
    const command = await prepare();
    await dryRun(command).expect(200);
    await send(between(command)).expect(({ status: answered }) => expect([200, 201]).toContain(answered));
    const before = await everyRow();
    expect((await send(command).expect(status)).body.code).toBe(code);
    expect((await dryRun(command).expect(status)).body.code).toBe(code);
    expect(await everyRow()).toEqual(before);
  },
);

test('O-12 createAdjustment: a month closed since the dry run moves it into the open month of the books, to the same amount', async () => {
  const adjustment = { amount: 700, currency: 'EUR', reason: 'best of May', occurredAt: '2026-05-31T10:00:00Z' };
  const command = { path: '/adjustments', body: { partnerId: partnerOf(here()), brandId: world.brandId, ...adjustment } };
  const dry = await dryRun(command).expect(200);
  await world.service.request().post('/api/v1/periods/2026-05/close').send({ brandId: world.brandId }).expect(200);
  const real = comparable(await send(command).expect(201));
  expect(real.body).toEqual({ ...comparable(dry).body, period: '2026-06' });
  expect(real.body).toMatchObject({ amount: 700 });
});
