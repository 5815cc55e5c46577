import { expect } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, type TestService } from '@tributary/testkit';
import { aBrand, anEnrollment, aPartner, recorded } from '../builders.js';
import { type Owed, owedTo } from './oracle.js';
import { batchSize, consumerOf, startForgetful } from './service.js';
import {
  amendedFrom,
  byTree,
  conversionOf,
  dealKind,
  isAmended,
  months,
  orderOf,
  type Place,
  type Size,
  termsOf,
  toldAs,
} from './story.js';

const time = '2026-01-01T00:00:00.000Z';

export interface Measured {
  /** All in all: facts, amendments and closes. */
  eventsPerSecond: number;
  /** Of the service's process, relay included. */
  processorSeconds: number;
  peakMegabytes: number;
  scopes: number;
  statements: number;
}

/**
 * Tells a service all facts in full shuffle, amends deals and closes months in between, and compares every scope and every statement
 * with the oracle.
 */
export async function shuffle(size: Size): Promise<Measured> {
  const service = await startForgetful('2026-06-15T00:00:00Z');
  try {
    const place = await settle(service, size);
    const deals = await makeDeals(service, size, place);
    const told = await tell(service, size, place, deals);
    const compared = await compare(service, size, place, deals);
    return { ...told, ...compared };
  } finally {
    await service.stop();
  }
}

async function settle(service: TestService, { partners }: Size): Promise<Place> {
  const place = {
    brandIds: [newId('brand'), newId('brand')],
    programIds: [newId('program'), newId('program')],
    partnerIds: Array.from({ length: partners }, () => newId('partner')),
  };
  const both = place.brandIds.map((brandId, index) => [brandId, place.programIds[index] ?? ''] as const);
  await service.deliver(...both.map(([brandId, programId]) => aBrand(brandId, programId, {}, 'UTC')));
  const profiles = place.partnerIds.map((partnerId, index) => {
    const parents = index % 3 === 0 ? [] : [{ parentId: place.partnerIds[index - 1] ?? '', effectiveFrom: time, recordedAt: time }];
    return anEvent('directory.partner.changed.v1', { ...aPartner(partnerId).data, parents });
  });
  await service.deliver(...profiles);
  await service.deliver(
    ...place.partnerIds.flatMap((partnerId) => both.map(([brandId, programId]) => anEnrollment(partnerId, brandId, programId))),
  );
  return place;
}

type Deals = Map<string, string>;
const dealKey = (partner: number, brand: number): string => `${partner} ${brand}`;
const everyDeal = ({ partners }: Size): [number, number][] => Array.from({ length: partners * 2 }, (_, index) => [index >> 1, index % 2]);

async function makeDeals(service: TestService, size: Size, { partnerIds, brandIds }: Place): Promise<Deals> {
  const made: Deals = new Map();
  for (const [partner, brand] of everyDeal(size)) {
    const terms = termsOf(dealKind(partner, brand), partner, 1);
    const body = { partnerId: partnerIds[partner], brandId: brandIds[brand], effectiveFrom: time, terms };
    const { status, body: deal } = await service.request().post('/api/v1/deals').send(body);
    if (status !== 201) throw new Error(`deal of kind ${dealKind(partner, brand)}: ${JSON.stringify(deal)}`);
    made.set(dealKey(partner, brand), (deal as { id: string }).id);
  }
  return made;
}

async function amend(service: TestService, partner: number, brand: number, deals: Deals): Promise<void> {
  const kind = dealKind(partner, brand);
  const body = { effectiveFrom: amendedFrom(kind), terms: termsOf(kind, partner, 2), reason: 'as agreed' };
  const path = `/api/v1/deals/${deals.get(dealKey(partner, brand))}/amendments`;
  await service.request().post(path).set('if-match', '"1"').send(body).expect(201);
}

async function tell(service: TestService, size: Size, place: Place, deals: Deals): Promise<Omit<Measured, 'scopes' | 'statements'>> {
  const consume = consumerOf(service);
  const order = orderOf(size);
  const batches = Math.ceil(order.length / batchSize);
  const amendments = everyDeal(size).filter(([partner, brand]) => isAmended(partner, brand));
  const closeAfter = new Map(months.map((month, index) => [Math.floor(((index + 1) * batches) / (months.length + 1)), month]));
  let [seconds, processor, peak, amended] = [0, 0, 0, 0];
  for (let batch = 0; batch < batches; batch += 1) {
    const numbers = [...order.subarray(batch * batchSize, (batch + 1) * batchSize)];
    const events = numbers.map((no) => recorded(conversionOf(toldAs(no, size), place)));
    const [began, used] = [performance.now(), process.cpuUsage()];
    await consume(events);
    const due = Math.floor((amendments.length * (batch + 1)) / batches);
    for (; amended < due; amended += 1) await amend(service, ...(amendments[amended] as [number, number]), deals);
    const month = closeAfter.get(batch);
    for (const brandId of month === undefined ? [] : place.brandIds)
      await service.request().post(`/api/v1/periods/${month}/close`).send({ brandId }).expect(200);
    seconds += (performance.now() - began) / 1000;
    processor += process.cpuUsage(used).user / 1e6;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  await service.moveClock('2026-06-15T00:00:01Z');
  return {
    eventsPerSecond: Math.round(size.events / seconds),
    processorSeconds: Math.round(processor),
    peakMegabytes: Math.round(peak / 2 ** 20),
  };
}

/** Tree by tree: neither the ledger of a million facts nor the oracle's is held at once. */
async function compare(service: TestService, size: Size, place: Place, deals: Deals): Promise<Pick<Measured, 'scopes' | 'statements'>> {
  const statements: Owed['statements'] = new Map();
  let scopes = 0;
  for (const [index, numbers] of byTree(size).entries()) {
    const owed: Owed = { nets: new Map(), statements };
    const [first, brand] = [(index >> 1) * 3, index % 2];
    owedTo(
      Array.from(numbers, (no) => toldAs(no, size)),
      brand,
      place,
      deals,
      owed,
    );
    const nets = await service.sql<{ key: string; net: string }>(
      `SELECT partner_id || ' ' || scope AS key, net::text FROM commission_scope WHERE net <> 0 AND brand_id = $1 AND partner_id = ANY ($2)`,
      [place.brandIds[brand], place.partnerIds.slice(first, first + 3)],
    );
    differ(owed.nets, new Map(nets.map(({ key, net }) => [key, BigInt(net)])));
    scopes += nets.length;
  }
  const [all] = await service.sql<{ scopes: number }>('SELECT count(*)::int AS scopes FROM commission_scope WHERE net <> 0');
  expect(all).toEqual({ scopes });
  const totals = await service.sql<{ key: string; total: string }>(
    `SELECT DISTINCT ON (deal_id, period) deal_id || ' ' || period AS key, total::text FROM statement ORDER BY deal_id, period, revision DESC`,
  );
  differ(statements, new Map(totals.map(({ key, total }) => [key, BigInt(total)])));
  const [books] = await service.sql<{ off: number }>(
    `SELECT count(*)::int AS off FROM (SELECT scope, sum(amount) AS net FROM commission_entry GROUP BY scope) AS journal
     FULL JOIN commission_scope USING (scope) WHERE coalesce(journal.net, 0) <> coalesce(commission_scope.net, 0)`,
  );
  expect(books).toEqual({ off: 0 });
  return { scopes, statements: statements.size };
}

/** The first differences, and how many there are: a whole ledger is no message. */
function differ(wanted: ReadonlyMap<string, bigint>, found: ReadonlyMap<string, bigint>): void {
  const keys = [...new Set([...wanted.keys(), ...found.keys()])].filter((key) => wanted.get(key) !== found.get(key));
  const shown = keys.slice(-12).map((key) => [key, `${wanted.get(key)}`, `${found.get(key)}`]);
  expect({ different: keys.length, shown }).toEqual({ different: 0, shown: [] });
}
