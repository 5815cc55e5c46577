import { canonicalJson } from '@tributary/contracts';
import { canonicalHash, type EvidenceRecord, writeBundle } from '@tributary/evidence';
import { testKey } from '@tributary/evidence/testing';
import { seededRandom } from '@tributary/testkit';
import type { Json } from './client.js';

export interface Mutation {
  /** What was done, and what the forger made new to hide it. */
  how: string;
  bundle: string;
}

type Random = (below: number) => number;
const forger = testKey('evidence-forged');

/**
 * Random changes to a bundle, each another bundle than it was: bytes, lines, and any field or element at any depth; hidden by
 * nothing, by new hashes of the records, by a new root too, or by a signature of the forger's own.
 */
export function* mutations(text: string, count: number, seed: number): Generator<Mutation> {
  const next = seededRandom(seed);
  const random: Random = (below) => Math.floor(next() * below);
  for (let made = 0; made < count; ) {
    const mutation = mutate(text, random);
    if (!mutation || mutation.bundle === text) continue;
    made += 1;
    yield mutation;
  }
}

function mutate(text: string, random: Random): Mutation | undefined {
  const lines = text.trimEnd().split('\n');
  const kind = random(10);
  if (kind === 0) return changeBytes(text, random);
  if (kind === 1) return changeLines(lines, random);
  return changeField(lines, random);
}

function changeBytes(text: string, random: Random): Mutation {
  const bytes = Buffer.from(text);
  const at = random(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
  const ways: Record<string, () => Buffer> = {
    'a bit flipped': () => Buffer.concat([before, Buffer.of((bytes[at] ?? 0) ^ (1 << random(7))), after]),
    'a byte taken away': () => Buffer.concat([before, after]),
    'a byte put in': () => Buffer.concat([before, Buffer.of(32 + random(95)), bytes.subarray(at)]),
    'the end cut off': () => Buffer.from(before),
  };
  const [how, change] = pick(Object.entries(ways), random);
  return { how, bundle: change().toString('latin1') === bytes.toString('latin1') ? text : change().toString() };
}

/** Records are lost, doubled or change places; the rest is hidden as well as the forger can. */
function changeLines(lines: readonly string[], random: Random): Mutation {
  const records = lines.slice(0, -1).map((line) => JSON.parse(line) as EvidenceRecord);
  const [a, b] = [random(records.length), random(records.length)];
  const ways: Record<string, () => EvidenceRecord[]> = {
    'a record lost': () => records.toSpliced(a, 1),
    'a record doubled': () => records.toSpliced(b, 0, records[a] as EvidenceRecord),
    'two records swapped': () => records.with(a, records[b] as EvidenceRecord).with(b, records[a] as EvidenceRecord),
    'the last records lost': () => records.slice(0, Math.max(1, a)),
  };
  const [how, change] = pick(Object.entries(ways), random);
  return hide(how, change(), lines, random);
}

function changeField(lines: readonly string[], random: Random): Mutation | undefined {
  const parsed = lines.map((line) => JSON.parse(line) as Json);
  const at = random(lines.length);
  const place = pick(placesIn(parsed[at]), random);
  const how = alter(place, random);
  if (how === undefined) return undefined;
  // The signature's own line, and what a record says of itself, cannot be hidden by hashing.
  if (at === lines.length - 1 || !('body' in parsed[at]) || random(4) === 0) {
    const changed = lines.with(at, canonicalJson(parsed[at]));
    return { how: `${how}, nothing hidden`, bundle: `${changed.join('\n')}\n` };
  }
  return hide(how, parsed.slice(0, -1), lines, random);
}

/** Every place in a value: what holds it, and under which name. */
function placesIn(value: Json): { holder: Json; key: string | number }[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [{ holder: value, key }, ...placesIn(value[key])]);
}

/** Changes one place; undefined when this way cannot be gone there. */
function alter({ holder, key }: { holder: Json; key: string | number }, random: Random): string | undefined {
  const value = holder[key];
  const isArray = Array.isArray(holder);
  const way = random(5);
  if (way === 0) {
    holder[key] = other(value, random);
    return `${value === null ? 'nothing' : typeof value} edited`;
  }
  if (way === 1) {
    if (isArray) holder.splice(key as number, 1);
    else delete holder[key];
    return isArray ? 'an element deleted' : 'a field deleted';
  }
  if (way === 2) {
    if (isArray) holder.splice(key as number, 0, copyOf(value));
    else holder[`x${random(1000)}`] = copyOf(value);
    return isArray ? 'an element inserted' : 'a field inserted';
  }
  if (way === 3) {
    const names = isArray ? holder.map((_: Json, index: number) => index) : Object.keys(holder);
    const with_ = pick(names as (string | number)[], random);
    [holder[key], holder[with_]] = [holder[with_], value];
    return isArray ? 'elements swapped' : 'values swapped';
  }
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  holder[key] = value.slice(0, random(value.length + 1));
  return typeof value === 'string' ? 'a text truncated' : 'a list truncated';
}

function other(value: Json, random: Random): Json {
  if (typeof value === 'number') return value + (random(2) ? 1 : -1) * (1 + random(1000));
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') {
    const at = random(value.length + 1);
    return `${value.slice(0, at)}${'0123456789abcdef'[random(16)]}${value.slice(at + 1)}`;
  }
  return value === null ? 'something' : null;
}

/** Hashes made anew; with them the root; or all of it, signed with another key. The operator's signature cannot be made. */
function hide(how: string, records: readonly EvidenceRecord[], lines: readonly string[], random: Random): Mutation {
  const fresh = records.map(({ kind, body }) => ({ kind, body }));
  const way = random(3);
  if (way === 2) return { how: `${how}, signed by another`, bundle: `${writeBundle(fresh, forger).join('\n')}\n` };
  const hashed = fresh.map((record, number) => canonicalJson({ ...record, number, hash: canonicalHash(record) }));
  if (way === 0) return { how: `${how}, hashed anew`, bundle: `${[...hashed, lines.at(-1)].join('\n')}\n` };
  const signature = JSON.parse(lines.at(-1) ?? '') as Json;
  const forged = JSON.parse(writeBundle(fresh, forger).at(-1) ?? '') as Json;
  const body = { ...signature.body, records: forged.body.records, root: forged.body.root };
  return { how: `${how}, root made anew`, bundle: `${[...hashed, canonicalJson({ ...signature, body })].join('\n')}\n` };
}

function pick<T>(from: readonly T[], random: Random): T {
  const found = from[random(from.length)];
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

const copyOf = (value: Json): Json => (value === undefined ? null : JSON.parse(JSON.stringify(value)));
