import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { type DealVersion, type EntryExplanation, type FxRate, recomputePosting } from '@tributary/engine';
import { anEvent, seededRandom, shuffled } from '@tributary/testkit';
import fc from 'fast-check';
import { aBrand, anEnrollment, aPartner, startWorld, type World } from './builders.js';
import { startForgetful } from './scale/service.js';
import { dealPlans } from './streams-deals.js';
import { netsOf } from './streams-fold.js';
import { type Fact, type Facts, factsOf, type Places, type Story, story, toldAs } from './streams-story.js';

const long = process.env['TRIBUTARY_LONG'] === '1';
const seed = Number(process.env['TRIBUTARY_SEED'] ?? Date.now() % 1_000_000);
let world: World;
beforeAll(async () => {
  world = await startWorld({ service: await startForgetful('2026-06-15T00:00:00Z') });
});
afterAll(() => world.service.stop());

test(`D-05 D-07 M-27 scales, caps, overrides and histories end in the same books in whatever order they are told (seed ${seed})`, async () => {
  await fc.assert(fc.asyncProperty(story, play), { numRuns: long ? 200 : 8, seed, endOnFailure: true });
}, 3_600_000);

const brandsOf = () =>
  [
    { currency: 'EUR', timeZone: 'Europe/Berlin' },
    { currency: 'USD', timeZone: 'America/New_York' },
  ].map((rest) => ({ brandId: newId('brand'), programId: newId('program'), ...rest }));

/** Tells the story to brands of its own, in an order of its own, and compares the journal with the fold of all that is known in the end. */
async function play(told: Story): Promise<void> {
  const brands = brandsOf();
  const customerIds = brands.map(() => Array.from({ length: 4 }, () => newId('customer')));
  const places: Places = { brands, partnerIds: Array.from({ length: 4 }, () => newId('partner')), customerIds };
  const facts = factsOf(places, told);
  await introduce(places);
  await tell(places, told, facts);

  const known = { ...facts, places, versions: await versionsOf(places), rates: await ratesOf() };
  expect(await netsInJournal(places)).toEqual(netsOf(known));
  expect(await brokenBooks(places)).toEqual({ scopesOff: 0, periodsOff: 0, unrated: 0 });
  await expectExplained(places);
}

async function introduce({ brands, partnerIds }: Places): Promise<void> {
  for (const { brandId, programId, currency, timeZone } of brands) {
    const brand = aBrand(brandId, programId, {}, timeZone);
    await world.service.deliver(anEvent('directory.brand.changed.v1', { ...brand.data, currency }, { sequence: 1 }));
    await world.service.deliver(
      ...partnerIds.flatMap((one) => [
        anEvent('directory.partner.changed.v1', aPartner(one).data, { sequence: 0 }),
        anEnrollment(one, brandId, programId),
      ]),
    );
  }
}

/** Facts shuffled, each told one to three times in batches of any size; commands fall anywhere between them. */
async function tell(places: Places, told: Story, { events }: Facts): Promise<void> {
  const random = seededRandom(told.seed);
  const facts = shuffled(
    told.seed,
    events.flatMap((event) => Array<Fact>(1 + Math.floor(random() * 2.3)).fill(event)),
  ).map((event, index) => (index % 2 === 0 ? event : again(event)));
  const commands = shuffled(told.seed + 1, [...closesOf(places, told), ...ratesTold(told), ...versionsInTurn(places, told)]);
  for (let at = 0; at < facts.length; ) {
    const size = 1 + Math.floor(random() * 15);
    const batch = facts.slice(at, at + size);
    at += size;
    // Two consumers at once, as two instances of the service would be.
    const half = random() < 0.5 ? 0 : batch.length >> 1;
    await Promise.all([world.service.deliver(...batch.slice(0, half)), world.service.deliver(...batch.slice(half))]);
    for (const command of commands.splice(0, Math.floor(random() * 3))) await command();
  }
  for (const command of commands) await command();
}

/** The same in another message: what the inbox does not recognise must be recognised by its business key. */
const again = (event: Fact): Fact => anEvent(event.type, event.data, { sequence: event.sequence }) as Fact;

const closesOf = ({ brands }: Places, told: Story) =>
  toldAs(told, 'close').map(({ brand, month }) => async () => {
    const { status } = await world.service.request().post(`/api/v1/periods/2026-0${month}/close`).send({ brandId: brands[brand]?.brandId });
    expect([200, 409]).toContain(status);
  });

const ratesTold = (told: Story) =>
  toldAs(told, 'rate').map(({ day, thousandths }) => async () => {
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
    const rate = `${Math.floor(thousandths / 1_000)}.${String(thousandths % 1_000).padStart(3, '0')}`;
    // Of a day the first holds, also one that another story has told.
    const { status } = await world.service
      .request()
      .post('/api/v1/fx-rates')
      .send({ base: 'EUR', quote: 'USD', date, rate, source: 'test' });
    expect([201, 409]).toContain(status);
  });

/** The versions of a deal are written one after another, whatever comes between. */
function versionsInTurn({ brands, partnerIds }: Places, told: Story): (() => Promise<void>)[] {
  return dealPlans.flatMap(({ partner, brand, terms }, plan) => {
    let written: { id: string; version: number } | undefined;
    const amendments = toldAs(told, 'amendment').filter((one) => one.plan === plan);
    const steps = [
      { step: 0, from: '2026-01-05T00:00:00.000Z' },
      ...amendments.map(({ step, from }) => ({ step, from: from < '2026-01-05' ? '2026-01-05T00:00:00.000Z' : from })),
    ];
    return steps.map(() => async () => {
      const next = steps.shift();
      if (next === undefined) return;
      const agent = world.service.request();
      const body = { effectiveFrom: next.from, terms: terms(next.step) };
      const { status, body: deal } = await (written === undefined
        ? agent.post('/api/v1/deals').send({ ...body, partnerId: partnerIds[partner], brandId: brands[brand]?.brandId })
        : agent
            .post(`/api/v1/deals/${written.id}/amendments`)
            .set('If-Match', `"${written.version}"`)
            .send({ ...body, reason: 'story' }));
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(deal)}`);
      written = deal;
    });
  });
}

async function versionsOf({ brands }: Places): Promise<DealVersion[]> {
  const rows = await world.service.sql<Omit<DealVersion, 'effectiveFrom' | 'recordedAt'> & { effectiveFrom: Date; recordedAt: Date }>(
    `SELECT deal_id AS "dealId", version, partner_id AS "partnerId", brand_id AS "brandId", program_id AS "programId", status, terms,
       effective_from AS "effectiveFrom", recorded_at AS "recordedAt" FROM deal_version WHERE brand_id = ANY($1)`,
    [brands.map(({ brandId }) => brandId)],
  );
  return rows.map((row) => ({ ...row, effectiveFrom: row.effectiveFrom.toISOString(), recordedAt: row.recordedAt.toISOString() }));
}

async function ratesOf(): Promise<FxRate[]> {
  const { body } = await world.service.request().get('/api/v1/fx-rates').query({ limit: 500 }).expect(200);
  return (body.data as (FxRate & { counts: boolean })[]).filter(({ counts }) => counts);
}

async function netsInJournal({ brands }: Places): Promise<Record<string, bigint>> {
  const rows = await world.service.sql<{ scope: string; net: string }>(
    'SELECT scope, sum(amount)::text AS net FROM commission_entry WHERE brand_id = ANY($1) GROUP BY scope HAVING sum(amount) <> 0',
    [brands.map(({ brandId }) => brandId)],
  );
  return Object.fromEntries(rows.map(({ scope, net }) => [scope, BigInt(net)]));
}

/** Scopes whose stored net is not the sum of their postings, closed periods that changed after they were closed, facts without outcome. */
async function brokenBooks({ brands }: Places) {
  const [row] = await world.service.sql<{ scopesOff: number; periodsOff: number; unrated: number }>(
    `SELECT (SELECT count(*)::int FROM commission_scope AS scope WHERE brand_id = ANY($1) AND (net, postings) <> (
              SELECT coalesce(sum(amount), 0)::bigint, count(*)::int FROM commission_entry AS entry WHERE entry.scope = scope.scope)) AS "scopesOff",
            (SELECT count(*)::int FROM closed_period AS closed WHERE brand_id = ANY($1) AND (entries, amount) <> (
              SELECT count(*)::int, coalesce(sum(amount) FILTER (WHERE entry.currency = closed.currency), 0)::bigint
                FROM commission_entry AS entry WHERE entry.brand_id = closed.brand_id AND entry.period = closed.period)) AS "periodsOff",
            (SELECT count(*)::int FROM conversion WHERE brand_id = ANY($1) AND level > 0 AND (outcome IS NULL OR (outcome = 'held' AND reason <> 'fx-rate-missing'))) AS unrated`,
    [brands.map(({ brandId }) => brandId)],
  );
  return row;
}

async function expectExplained({ brands }: Places): Promise<void> {
  const rows = await world.service.sql<{ id: string; amount: string; explanation: EntryExplanation }>(
    'SELECT entry_id AS id, amount::text, explanation FROM commission_entry WHERE brand_id = ANY($1)',
    [brands.map(({ brandId }) => brandId)],
  );
  const wrong = rows.filter(({ amount, explanation }) => {
    const again = recomputePosting(explanation);
    return !again.agrees || `${again.amount}` !== amount;
  });
  expect(wrong).toEqual([]);
}
