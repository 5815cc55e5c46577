import { expect } from '@jest/globals';
import {
  type Circumstances,
  type Conversion,
  type DealVersion,
  emptyStream,
  type FoldResult,
  foldConversion,
  foldMonth,
  foldStream,
  type MonthFact,
  type MonthState,
  noState,
  type StreamPlace,
  type StreamRecord,
  type StreamState,
  type StreamTerms,
  type Terms,
  withDefaults,
} from '@tributary/engine';
import { add, parseFraction, type Rational, round, zero } from '@tributary/money';
import { type Owed, owedTo } from './oracle.js';
import { amendedFrom, conversionOf, dealKind, isAmended, months, type Place, type Size, type Told, termsOf, toldAs } from './story.js';

const start = '2026-01-01T00:00:00.000Z';
const chunkSize = 5_000;

/**
 * Every fact of a story through the pure engine in the order of time, some thousand at once. Kept between chunks are the states of
 * streams and months, the sums of the open month, and of retroactive scales the open month's records: nothing else.
 */
export function pureFold(size: Size) {
  const place: Place = {
    brandIds: ['brand-0', 'brand-1'],
    programIds: ['program-0', 'program-1'],
    partnerIds: Array.from({ length: size.partners }, (_, index) => `partner-${index}`),
  };
  const deals = new Map(everyDeal(size).map(([partner, brand]) => [`${partner} ${brand}`, `deal-${partner}-${brand}`]));
  const setting = settingsOf(size, place);
  const nets = new Map<string, bigint>();
  const running = new Map<string, Rational>();
  const states = new Map<string, StreamState>();
  const held = new Map<string, { record: StreamRecord; no: number }[]>();
  const sums = new Map<string, { version: number; events: number; gross: number; bonus: number; main: bigint }>();
  const openings = new Map<string, MonthState>();
  const statements = new Map<string, bigint>();
  let peak = 0;

  const pay = (partnerId: string, amount: bigint): void => void nets.set(partnerId, (nets.get(partnerId) ?? 0n) + amount);
  const inputOf = (told: Told) => {
    const refund = told.no + 1 < size.events ? toldAs(told.no + 1, size) : null;
    const refunds = refund?.of === told.no ? [engineFact(refund, place)] : [];
    return { original: engineFact(told, place), refunds, ...setting.of(told.partner, told.brand) };
  };
  const book = (told: Told, { scopes }: FoldResult): void => {
    for (const scope of scopes) {
      if (scope.type === 'running') {
        const key = `${scope.partnerId} ${scope.scope}`;
        running.set(key, add(running.get(key) ?? zero, parseFraction(scope.exact)));
        continue;
      }
      pay(scope.partnerId, scope.entitlement);
      const sum = sums.get(scope.dealId);
      if (sum && scope.component === 'main' && told.kind === 'deposit') sum.main += scope.entitlement;
    }
  };
  const foldChunk = (chunk: readonly Told[]): void => {
    const byStream = new Map<string, { record: StreamRecord; no: number }[]>();
    for (const told of chunk) {
      if (told.kind === 'player-activity') addUp(told);
      for (const record of foldConversion(inputOf(told)).records) {
        const into = setting.isRetroactive(record) ? held : byStream;
        into.set(record.stream, [...(into.get(record.stream) ?? []), { record, no: told.no }]);
      }
    }
    const places = new Map<number, Record<string, StreamPlace>>();
    for (const [stream, entries] of byStream) states.set(stream, foldInto(places, entries, states.get(stream)));
    const later = new Set([...held.values()].flatMap((entries) => entries.map(({ no }) => no)));
    for (const told of chunk)
      if (!later.has(told.no)) book(told, foldConversion({ ...inputOf(told), streamed: places.get(told.no) ?? {} }));
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const foldInto = (
    places: Map<number, Record<string, StreamPlace>>,
    entries: readonly { record: StreamRecord; no: number }[],
    from?: StreamState,
  ) => {
    const numbers = new Map(entries.map(({ record, no }) => [record.conversionId, no]));
    const folded = foldStream(
      entries.map(({ record }) => record),
      setting.termsOfRecord,
      from ?? emptyStream,
    );
    for (const { record, place: at } of folded.lines) {
      const no = numbers.get(record.conversionId) ?? -1;
      places.set(no, { ...places.get(no), [record.scope ?? '']: at });
    }
    return folded.state;
  };
  const addUp = ({ partner, brand, amount, quantity, at }: Told): void => {
    const dealId = deals.get(`${partner} ${brand}`) ?? '';
    const sum = sums.get(dealId);
    if (!sum) return;
    sum.version = isAmended(partner, brand) && at >= amendedFrom(4) ? 2 : 1;
    sum.events += 1;
    sum.gross += amount ?? 0;
    sum.bonus += quantity;
  };
  const beginMonth = (): void => {
    states.clear();
    for (const [partner, brand] of everyDeal(size))
      if (dealKind(partner, brand) === 4) sums.set(`deal-${partner}-${brand}`, { version: 1, events: 0, gross: 0, bonus: 0, main: 0n });
  };
  const endMonth = (period: string): void => {
    const places = new Map<number, Record<string, StreamPlace>>();
    for (const entries of held.values()) foldInto(places, entries);
    for (const [no, streamed] of places) {
      const told = toldAs(no, size);
      book(told, foldConversion({ ...inputOf(told), streamed }));
    }
    held.clear();
    for (const [dealId, sum] of sums) {
      const [, partner = 0, brand = 0] = dealId.split('-').map(Number);
      const { versions } = setting.of(partner, brand);
      const inForce = versions.filter((one) => one.dealId === dealId && one.effectiveFrom <= `${period}-02`).at(-1);
      if (inForce === undefined) throw new Error(`no version of ${dealId} in ${period}`);
      const fact: MonthFact = {
        ...{
          version: inForce.version,
          on: 'player-activity',
          customerId: null,
          currency: 'EUR',
          date: null,
          customers: 0,
          turnover: '0',
          quantity: '0',
        },
        ...{ events: sum.events, gross: `${sum.gross}`, deductions: { bonus: `${sum.bonus}` } },
      };
      const month = foldMonth({
        ...{
          dealId,
          partnerId: place.partnerIds[partner] ?? '',
          brandId: place.brandIds[brand] ?? '',
          period,
          currency: 'EUR',
          facts: [fact],
        },
        versions: [
          { version: inForce.version, from: `${period}-01T00:00:00.000Z`, to: `${period}-28T00:00:00.000Z`, terms: inForce.terms },
        ],
        otherEarnings: { main: `${sum.main}` },
        opening: openings.get(dealId) ?? noState,
      });
      openings.set(dealId, month.closing);
      const total = month.components.reduce((all, { entitlement }) => all + entitlement, 0n);
      statements.set(`${dealId} ${period}`, total);
      pay(place.partnerIds[partner] ?? '', total);
    }
  };

  const [began, used] = [performance.now(), process.cpuUsage()];
  const order = inOrderOfTime(size);
  let [chunk, period]: [Told[], string] = [[], months[0]];
  beginMonth();
  for (const key of order) {
    const told = toldAs(key % 2 ** 20, size);
    if (told.of !== null) continue;
    const month = told.at.slice(0, 7);
    if (month !== period || chunk.length === chunkSize) {
      foldChunk(chunk);
      chunk = [];
    }
    if (month !== period) {
      endMonth(period);
      beginMonth();
      period = month;
    }
    chunk.push(told);
  }
  foldChunk(chunk);
  endMonth(period);
  for (const [key, exact] of running) pay(key.split(' ')[0] ?? '', round(exact));
  const seconds = (performance.now() - began) / 1000;
  const processorSeconds = process.cpuUsage(used).user / 1e6;
  agree(size, place, deals, nets, statements);
  return { seconds, processorSeconds, peakMegabytes: Math.round(peak / 2 ** 20) };
}

const everyDeal = ({ partners }: Size): [number, number][] => Array.from({ length: partners * 2 }, (_, index) => [index >> 1, index % 2]);

/** Numbers of facts sorted by their instants, as numbers that hold both. */
function inOrderOfTime(size: Size): Float64Array {
  const keys = new Float64Array(size.events);
  for (let no = 0; no < size.events; no += 1) keys[no] = ((Date.parse(toldAs(no, size).at) - Date.parse(start)) / 1000) * 2 ** 20 + no;
  return keys.sort();
}

function engineFact(told: Told, place: Place): Conversion {
  const { amount, details, ...fact } = conversionOf(told, place);
  return { ...fact, amount: amount === null ? null : BigInt(amount), details: (details ?? null) as Conversion['details'] };
}

/** What stands around the facts: deals, and who stands above whom. */
function settingsOf(size: Size, { partnerIds, brandIds }: Place) {
  const versionsOf = (partner: number, brand: number): DealVersion[] =>
    [1, ...(isAmended(partner, brand) ? [2] : [])].map((version) => ({
      dealId: `deal-${partner}-${brand}`,
      version,
      partnerId: partnerIds[partner] ?? '',
      brandId: brandIds[brand] ?? '',
      programId: null,
      effectiveFrom: version === 1 ? start : amendedFrom(dealKind(partner, brand)),
      recordedAt: start,
      terms: termsOf(dealKind(partner, brand), partner, version) as Terms,
      status: 'active',
    }));
  const all = new Map(everyDeal(size).map(([partner, brand]) => [`${partner} ${brand}`, versionsOf(partner, brand)]));
  const settings = new Map(
    everyDeal(size).map(([partner, brand]) => {
      const above = Array.from({ length: partner % 3 }, (_, index) => partner - 1 - index);
      const uplines = above.map((one) => ({ partnerId: partnerIds[one] ?? '', tier: null, since: start }));
      const circumstances: Circumstances = { partner: { tags: [], tier: null }, uplines, customer: null, touches: [], rates: [] };
      const versions = [partner, ...above].flatMap((one) => all.get(`${one} ${brand}`) ?? []);
      return [`${partner} ${brand}`, { versions, circumstances, brandCurrency: 'EUR', timeZone: 'UTC' }] as const;
    }),
  );
  const terms = new Map<string, StreamTerms>();
  for (const version of [...all.values()].flat())
    for (const component of withDefaults(version.terms).components)
      terms.set(`${version.dealId} ${version.version} ${component.name}`, { component, timeZone: 'UTC' });
  const termsOfRecord = ({ dealId, dealVersion, component }: StreamRecord): StreamTerms => {
    const found = terms.get(`${dealId} ${dealVersion} ${component}`);
    if (found === undefined) throw new Error(`no terms of ${dealId}`);
    return found;
  };
  return {
    of: (partner: number, brand: number) => {
      const found = settings.get(`${partner} ${brand}`);
      if (found === undefined) throw new Error(`no deal of ${partner} with ${brand}`);
      return found;
    },
    termsOfRecord,
    isRetroactive: (record: StreamRecord): boolean => termsOfRecord(record).component.tiers?.retroactive === 'all',
  };
}

/** Tree by tree: the oracle's ledger of a million facts is not kept either. */
function agree(size: Size, place: Place, deals: Map<string, string>, nets: Map<string, bigint>, statements: Map<string, bigint>): void {
  const wanted = new Map<string, bigint>();
  const said = new Map<string, bigint>();
  for (const [index, numbers] of byTree(size).entries()) {
    const owed: Owed = { nets: new Map(), statements: said };
    const facts = [...numbers].map((no) => toldAs(no, size));
    owedTo(facts, index % 2, place, deals, owed);
    for (const [key, net] of owed.nets) wanted.set(key.split(' ')[0] ?? '', (wanted.get(key.split(' ')[0] ?? '') ?? 0n) + net);
  }
  const texts = (sums: Map<string, bigint>) => Object.fromEntries([...sums].map(([key, sum]) => [key, `${sum}`]).sort());
  expect(texts(nets)).toEqual(texts(wanted));
  expect(texts(statements)).toEqual(texts(said));
}

function byTree(size: Size): number[][] {
  const trees = Array.from({ length: (size.partners / 3) * 2 }, (): number[] => []);
  for (let no = 0; no < size.events; no += 1) {
    const { partner, brand } = toldAs(no, size);
    trees[Math.floor(partner / 3) * 2 + brand]?.push(no);
  }
  return trees;
}
