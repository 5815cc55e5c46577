import { expect } from '@jest/globals';
import { emptyStream, foldConversion, foldStream, type StreamPlace, type StreamRecord, type StreamState } from '@tributary/engine';
import { type Owed, owedTo } from './oracle.js';
import { Books } from './pure-books.js';
import { dealIdOf, everyDeal, type Setting, settingOf } from './pure-setting.js';
import { byTree, months, type Size, type Told, toldAs } from './story.js';

const chunkSize = 5_000;
type Entries = Map<string, { record: StreamRecord; no: number }[]>;
type Places = Map<number, Record<string, StreamPlace>>;

/**
 * Every fact of a story through the pure engine in the order of time, some thousand at once, and compared with the oracle. Kept between
 * chunks are the states of streams and months, the sums of the open month, and of retroactive scales the open month's records.
 */
export function pureFold(size: Size): { seconds: number; processorSeconds: number; peakMegabytes: number } {
  const setting = settingOf(size);
  const books = new Books(size, setting);
  const streams = new Streams(setting);
  let peak = 0;
  const [began, used] = [performance.now(), process.cpuUsage()];
  books.beginMonth();
  for (const { month, facts, isLast } of chunksOf(size)) {
    foldChunk(facts, setting, streams, books);
    peak = Math.max(peak, process.memoryUsage.rss());
    if (!isLast) continue;
    for (const [no, streamed] of streams.endMonth()) {
      const told = toldAs(no, size);
      books.book(told, foldConversion({ ...setting.inputOf(told), streamed }));
    }
    books.endMonth(month);
    books.beginMonth();
  }
  books.settle();
  const [seconds, processorSeconds] = [(performance.now() - began) / 1000, process.cpuUsage(used).user / 1e6];
  agree(size, setting, books);
  return { seconds, processorSeconds, peakMegabytes: Math.round(peak / 2 ** 20) };
}

/** First what each fact puts into streams, then its amounts at its places there. */
function foldChunk(facts: readonly Told[], setting: Setting, streams: Streams, books: Books): void {
  const records = new Map<string, { record: StreamRecord; no: number }[]>();
  for (const told of facts) {
    books.addUp(told);
    for (const record of foldConversion(setting.inputOf(told)).records) put(records, record, told.no);
  }
  const { places, later } = streams.fold(records);
  for (const told of facts)
    if (!later.has(told.no)) books.book(told, foldConversion({ ...setting.inputOf(told), streamed: places.get(told.no) ?? {} }));
}

function put(into: Entries, record: StreamRecord, no: number): void {
  const known = into.get(record.stream);
  if (known) known.push({ record, no });
  else into.set(record.stream, [{ record, no }]);
}

/** The streams of the open month: a state each, and the records of those that a later fact may lift. */
class Streams {
  private readonly states = new Map<string, StreamState>();
  private readonly held: Entries = new Map();

  constructor(private readonly setting: Setting) {}

  fold(records: Entries): { places: Places; later: Set<number> } {
    const [places, later]: [Places, Set<number>] = [new Map(), new Set()];
    for (const [stream, entries] of records) {
      if (entries.some(({ record }) => this.setting.isRetroactive(record))) {
        for (const { record, no } of entries) {
          put(this.held, record, no);
          later.add(no);
        }
      } else this.states.set(stream, this.foldOn(entries, this.states.get(stream) ?? emptyStream, places));
    }
    return { places, later };
  }

  /** Where the records that were held stand, now that nothing lifts them any more. */
  endMonth(): Places {
    const places: Places = new Map();
    for (const entries of this.held.values()) this.foldOn(entries, emptyStream, places);
    this.held.clear();
    this.states.clear();
    return places;
  }

  private foldOn(entries: readonly { record: StreamRecord; no: number }[], from: StreamState, places: Places): StreamState {
    const numbers = new Map(entries.map(({ record, no }) => [record.conversionId, no]));
    const records = entries.map(({ record }) => record);
    const { lines, state } = foldStream(records, this.setting.termsOfRecord, from);
    for (const { record, place } of lines) {
      const no = numbers.get(record.conversionId) ?? -1;
      places.set(no, { ...places.get(no), [record.scope ?? '']: place });
    }
    return state;
  }
}

/** Everything but refunds in the order of time; no chunk reaches into another month. */
function* chunksOf(size: Size): Generator<{ month: string; facts: Told[]; isLast: boolean }> {
  let [facts, month]: [Told[], string] = [[], months[0]];
  for (const key of inOrderOfTime(size)) {
    const told = toldAs(key % 2 ** 20, size);
    if (told.of !== null) continue;
    const now = told.at.slice(0, 7);
    if (now !== month || facts.length === chunkSize) {
      yield { month, facts, isLast: now !== month };
      facts = [];
    }
    month = now;
    facts.push(told);
  }
  yield { month, facts, isLast: true };
}

/** Numbers of facts sorted by their instants, as numbers that hold both. */
function inOrderOfTime(size: Size): Float64Array {
  const keys = new Float64Array(size.events);
  for (let no = 0; no < size.events; no += 1) keys[no] = (Date.parse(toldAs(no, size).at) / 1000 - 1_767_225_600) * 2 ** 20 + no;
  return keys.sort();
}

/** Tree by tree: the oracle's ledger of a million facts is not kept either. */
function agree(size: Size, { place }: Setting, { nets, statements }: Books): void {
  const deals = new Map(everyDeal(size).map(([partner, brand]) => [`${partner} ${brand}`, dealIdOf(partner, brand)]));
  const wanted = new Map<string, bigint>();
  const said = new Map<string, bigint>();
  for (const [index, numbers] of byTree(size).entries()) {
    const owed: Owed = { nets: new Map(), statements: said };
    owedTo(
      numbers.map((no) => toldAs(no, size)),
      index % 2,
      place,
      deals,
      owed,
    );
    for (const [key, net] of owed.nets) {
      const [partnerId = ''] = key.split(' ');
      wanted.set(partnerId, (wanted.get(partnerId) ?? 0n) + net);
    }
  }
  const texts = (sums: ReadonlyMap<string, bigint>) => Object.fromEntries([...sums].map(([key, sum]) => [key, `${sum}`]).sort());
  expect(texts(nets)).toEqual(texts(wanted));
  expect(texts(statements)).toEqual(texts(said));
}
