import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, type EventOf, newId } from '@tributary/contracts';
import { anEvent, seededRandom, shuffled } from '@tributary/testkit';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { aBrand, aConversion, anEnrollment, aPartner, attributed, recorded, startWorld, type World } from './builders.js';
import { type OracleFact, type OracleVersion, whatIsOwed } from './oracle.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-15T00:00:00Z' });
});
afterAll(() => world.service.stop());

/** A day of January to May, and a moment in it. */
const moment = fc
  .record({ day: fc.nat(150), second: fc.nat(86_399) })
  .map(({ day, second }) => new Date(Date.UTC(2026, 0, 1 + day, 0, 0, second)).toISOString());
const amount = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 900, max: 1100 }), fc.integer({ min: 1, max: 100_000 }));
/** Partner at first and in the end: by index, -1 for nobody. */
const credit = fc.record({ first: fc.integer({ min: -1, max: 1 }), last: fc.option(fc.integer({ min: 0, max: 1 })) });
const happening = fc.record({ kind: fc.constantFrom('sale', 'sale', 'sale', 'lead', 'trade'), at: moment, amount, credit });
const refund = fc.record({
  of: fc.nat(30),
  kind: fc.constantFrom('refund', 'refund', 'chargeback'),
  at: moment,
  amount: fc.option(amount),
  originalLater: fc.boolean(),
});
const terms = fc.record({
  from: moment,
  ended: fc.boolean(),
  saleBasisPoints: fc.constantFrom(1, 333, 1000, 2500),
  saleMinimum: fc.constantFrom(0, 1000),
  bonus: fc.constantFrom(1, 250),
  bonusMinimum: fc.constantFrom(1, 1000),
  lead: fc.constantFrom(100, 500),
  tradeHundredths: fc.constantFrom(1, 37, 50),
});
const story = fc.record({
  happenings: fc.array(happening, { minLength: 3, maxLength: 30 }),
  refunds: fc.array(refund, { maxLength: 15 }),
  deals: fc.tuple(fc.array(terms, { minLength: 1, maxLength: 4 }), fc.array(terms, { minLength: 1, maxLength: 3 })),
  closes: fc.uniqueArray(fc.constantFrom('2026-01', '2026-02', '2026-03', '2026-04', '2026-05'), { maxLength: 3 }),
  brandArrives: fc.nat(20),
  seed: fc.nat(),
});
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;
type Terms = Story['deals'][0][number];
type Fact = EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>;

test(
  'D-05 D-02 facts shuffled and repeated, with amendments, closes, refunds and late attributions among them, end in what the oracle says',
  async () => {
    await fc.assert(fc.asyncProperty(story, play), { numRuns: runs(25, 600), endOnFailure: true });
  },
  runs(600_000, 3_600_000),
);

/** Tells the story to a brand of its own, in an order of its own, and compares the journal with the oracle. */
async function play(told: Story): Promise<void> {
  const here: World = { ...world, brandId: newId('brand'), programId: newId('program'), partnerIds: [newId('partner'), newId('partner')] };
  const { events, facts } = factsOf(here, told);
  const versions = told.deals.flatMap((deal, index) => versionsOf(here.partnerIds[index] ?? '', deal));
  await tell(here, told, events, versions);

  expect(await nets(here)).toEqual(whatIsOwed(facts, versions));
  expect(await brokenBooks(here)).toEqual({ scopesOff: 0, adjustsOff: 0, periodsOff: 0, unrated: 0 });
}

/** The events that tell the facts, and what the facts come to in the end. */
function factsOf(here: World, told: Story): { events: Fact[]; facts: OracleFact[] } {
  const partner = (index: number): string | null => here.partnerIds[index] ?? null;
  const events: Fact[] = [];
  const facts: OracleFact[] = [];
  const add = (early: ConversionData, late: ConversionData | null) => {
    events.push(recorded(early));
    if (late) events.push(attributed(late));
    const { conversionId, eventId, kind, occurredAt, partnerId, amount: minor, originalConversionId } = late ?? early;
    facts.push({
      id: conversionId,
      eventId,
      kind: kind as OracleFact['kind'],
      at: occurredAt,
      partner: partnerId,
      amount: minor === null ? null : BigInt(minor),
      original: originalConversionId,
    });
  };
  const originals = told.happenings.map(({ kind, at, amount: minor, credit: { first, last } }) => {
    const money = kind === 'sale' ? { amount: minor, currency: 'EUR' } : { amount: null, currency: null };
    const conversion = aConversion(here, { kind, occurredAt: at, ...money, partnerId: partner(first) });
    add(conversion, last === null ? null : { ...conversion, partnerId: partner(last) });
    return conversion;
  });
  for (const { of, kind, at, amount: minor, originalLater } of told.refunds) {
    const original = originals[of % originals.length];
    if (original === undefined || original.kind === 'trade') continue;
    const money = minor === null || original.kind !== 'sale' ? { amount: null, currency: null } : { amount: minor, currency: 'EUR' };
    const whole = aConversion(here, {
      kind,
      occurredAt: at,
      ...money,
      originalEventId: original.eventId,
      originalConversionId: original.conversionId,
    });
    if (originalLater) add({ ...whole, originalConversionId: null, partnerId: null, unattributedReason: 'original-unknown' }, whole);
    else add(whole, null);
  }
  return { events, facts };
}

/** Version 1 begins with the year and is active; of the later ones only the last may end the deal. */
const versionsOf = (partner: string, deal: readonly Terms[]): OracleVersion[] =>
  deal.map(({ from, ended, saleBasisPoints, saleMinimum, bonus, bonusMinimum, lead, tradeHundredths }, index) => ({
    partner,
    version: index + 1,
    from: index === 0 ? '2026-01-10T00:00:00.000Z' : from < '2026-01-10' ? '2026-01-10T00:00:00.000Z' : from,
    ended: ended && index > 0 && index === deal.length - 1,
    saleBasisPoints: BigInt(saleBasisPoints),
    saleMinimum: BigInt(saleMinimum),
    bonus: BigInt(bonus),
    bonusMinimum: BigInt(bonusMinimum),
    lead: BigInt(lead),
    tradeHundredths: BigInt(tradeHundredths),
  }));

const asTerms = (version: OracleVersion) => ({
  components: [
    {
      name: 'share',
      on: 'sale',
      model: 'percentage',
      rate: `0.${version.saleBasisPoints.toString().padStart(4, '0')}`,
      qualify: { minAmount: Number(version.saleMinimum) },
    },
    { name: 'bonus', on: 'sale', model: 'flat', amount: Number(version.bonus), qualify: { minAmount: Number(version.bonusMinimum) } },
    { name: 'lead', on: 'lead', model: 'flat', amount: Number(version.lead) },
    {
      name: 'trade',
      on: 'trade',
      model: 'flat',
      amount: `0.${version.tradeHundredths.toString().padStart(2, '0')}`,
      subCent: 'accumulate',
    },
  ],
});

/** Facts fully shuffled, each delivered one to three times in batches of any size; the commands fall anywhere between them. */
async function tell(here: World, told: Story, events: readonly Fact[], versions: readonly OracleVersion[]): Promise<void> {
  const random = seededRandom(told.seed);
  const facts = shuffled(
    told.seed,
    events.flatMap((event) => Array<Fact>(1 + Math.floor(random() * 3)).fill(event)),
  ).map(again);
  const commands = shuffled(told.seed + 1, [...told.closes.map((period) => () => close(here, period)), ...inTurn(here, versions)]);
  const batches: Fact[][] = [];
  for (let at = 0; at < facts.length; ) {
    const size = 1 + Math.floor(random() * 12);
    batches.push(facts.slice(at, at + size));
    at += size;
  }
  const brandAt = Math.min(told.brandArrives, batches.length);
  for (const [index, batch] of [...batches, []].entries()) {
    if (index === brandAt) await introduce(here);
    // Two consumers at once, as two instances of the service would be.
    const half = batch.length >> 1;
    await Promise.all([here.service.deliver(...batch.slice(0, half)), here.service.deliver(...batch.slice(half))]);
    const due = index < brandAt ? 0 : index === batches.length ? commands.length : Math.floor(random() * 3);
    for (const command of commands.splice(0, due)) await command();
  }
}

/** The same fact in another message now and then: what the inbox does not recognise must be recognised by its business key. */
function again(event: Fact, index: number): Fact {
  return index % 2 === 0 ? event : (anEvent(event.type, event.data) as Fact);
}

async function introduce(here: World): Promise<void> {
  const [one = '', two = ''] = here.partnerIds;
  await here.service.deliver(
    aBrand(here.brandId, here.programId),
    aPartner(one),
    aPartner(two),
    anEnrollment(one, here.brandId, here.programId),
    anEnrollment(two, here.brandId, here.programId),
  );
}

/** The versions of a deal are written one after another, whatever comes between: each call writes the next one of some partner. */
function inTurn(here: World, versions: readonly OracleVersion[]): (() => Promise<void>)[] {
  const written = new Map<string, string>();
  const waiting = new Map(here.partnerIds.map((partner) => [partner, versions.filter((version) => version.partner === partner)]));
  return versions.map(({ partner }) => async () => {
    const version = waiting.get(partner)?.shift();
    if (version === undefined) return;
    const agent = here.service.request();
    const body = { effectiveFrom: version.from, terms: asTerms(version) };
    const dealId = written.get(partner);
    if (dealId === undefined) {
      const { body: deal } = await agent
        .post('/api/v1/deals')
        .send({ ...body, partnerId: partner, brandId: here.brandId })
        .expect(201);
      written.set(partner, deal.id);
    } else {
      const amendment = { ...body, reason: 'story', status: version.ended ? 'ended' : 'active' };
      await agent
        .post(`/api/v1/deals/${dealId}/amendments`)
        .set('If-Match', `"${version.version - 1}"`)
        .send(amendment)
        .expect(201);
    }
  });
}

async function close(here: World, period: string): Promise<void> {
  await here.service.request().post(`/api/v1/periods/${period}/close`).send({ brandId: here.brandId }).expect(200);
}

/** The journal's nets, under the oracle's keys. */
async function nets(here: World): Promise<Record<string, bigint>> {
  const rows = await here.service.sql<{ key: string; net: string }>(
    `SELECT partner_id || ' ' || component || CASE component WHEN 'trade' THEN '' ELSE ' ' || conversion_id END AS key, sum(amount)::text AS net
     FROM commission_entry WHERE brand_id = $1 GROUP BY 1 HAVING sum(amount) <> 0`,
    [here.brandId],
  );
  return Object.fromEntries(rows.map(({ key, net }) => [key, BigInt(net)]));
}

/** Scopes whose stored net is not the sum of their postings, closed periods that changed after they were closed, facts without outcome. */
async function brokenBooks(here: World) {
  const [row] = await here.service.sql<{ scopesOff: number; adjustsOff: number; periodsOff: number; unrated: number }>(
    `SELECT (SELECT count(*)::int FROM commission_scope AS scope WHERE brand_id = $1 AND (net, postings) <> (
              SELECT coalesce(sum(amount), 0)::bigint, count(*)::int FROM commission_entry AS entry WHERE entry.scope = scope.scope)) AS "scopesOff",
            (SELECT count(*)::int FROM commission_entry AS entry WHERE brand_id = $1 AND adjusts IS DISTINCT FROM (
              SELECT first.entry_id FROM commission_entry AS first WHERE first.conversion_id = entry.conversion_id AND first.scope = entry.scope
              AND first.posting < entry.posting ORDER BY first.posting LIMIT 1)) AS "adjustsOff",
            (SELECT count(*)::int FROM closed_period AS closed WHERE brand_id = $1 AND (entries, amount) <> (
              SELECT count(*)::int, coalesce(sum(amount), 0)::bigint FROM commission_entry AS entry WHERE entry.brand_id = $1 AND entry.period = closed.period)) AS "periodsOff",
            (SELECT count(*)::int FROM conversion WHERE brand_id = $1 AND level > 0 AND (outcome IS NULL OR outcome = 'held')) AS unrated`,
    [here.brandId],
  );
  return row;
}
