import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { stringify as toYaml } from 'yaml';
import { dirt } from '../generate-orders/dirt.js';
import { generateOrders } from '../generate-orders/orders.js';
import { HeaderWrong, type Line, readLines } from './lines.js';
import { type Mapping, readMapping } from './mapping.js';
import { orderReader } from './read-order.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const csv: Mapping['csv'] = { columns: ['a', 'b'], delimiter: ',', encoding: 'utf-8' };

async function linesOf(content: string | Buffer, options = csv): Promise<Line[]> {
  const file = path.join(folder, 'lines.csv');
  writeFileSync(file, content);
  const lines: Line[] = [];
  for await (const line of readLines(file, options)) lines.push(line);
  return lines;
}
const fieldsOf = async (content: string | Buffer) => (await linesOf(content)).map(({ fields }) => fields);

test('a line that cannot be read takes no other with it', async () => {
  expect(await fieldsOf('\uFEFFa,b\r\n1,"x, y"\r\n2,"open\n\n3,7" TRAY\n4\n5,"a ""b"""\n6,"V" RING\n7,"open too')).toEqual([
    ['1', 'x, y'],
    'quote-not-closed',
    'line-empty',
    ['3', '7" TRAY'],
    'columns-wrong',
    ['5', 'a "b"'],
    ['6', '"V" RING'],
    'quote-not-closed',
  ]);
});

test('bytes that are no UTF-8 flaw their line alone, and may be read as what they are', async () => {
  const bytes = Buffer.from('a,b\n1,caf\xe9\n2,x\n', 'latin1');
  expect(await fieldsOf(bytes)).toEqual(['encoding-broken', ['2', 'x']]);
  expect((await linesOf(bytes, { ...csv, encoding: 'latin1' })).map(({ fields }) => fields)).toEqual([
    ['1', 'café'],
    ['2', 'x'],
  ]);
});

test('ordinals count lines, over many chunks and signs that only look like line ends', async () => {
  const many = await linesOf(`a,b\n${Array.from({ length: 1_200 }, (_, index) => `${index + 1},x\u2028y`).join('\n')}`);
  expect(many).toHaveLength(1_200);
  expect(many.every(({ ordinal, fields }) => fields[0] === String(ordinal))).toBe(true);
});

test('another header than the mapping names ends it', async () => {
  await expect(linesOf('a,c\n1,2\n')).rejects.toThrow(HeaderWrong);
  await expect(linesOf('')).rejects.toThrow(HeaderWrong);
});

const example = path.resolve(import.meta.dirname, '../../../examples/online-retail/mapping.json');

test('a mapping may be written as YAML', () => {
  const file = path.join(folder, 'mapping.yaml');
  writeFileSync(file, toYaml(JSON.parse(readFileSync(example, 'utf8'))));
  expect(readMapping(file)).toEqual(readMapping(example));
});

test('the generated file is the same for its seed, has every kind of dirt, and at least 500 matched and partial refunds', async () => {
  const generate = (seed: number) => Buffer.concat([...generateOrders({ lines: 3_000, seed })]);
  expect(generate(1).equals(generate(1))).toBe(true);
  expect(generate(1).equals(generate(2))).toBe(false);
  const mapping = readMapping(example);
  const read = orderReader(mapping);
  const outcomes = (await linesOf(generate(1), mapping.csv)).map(read);
  const reasons = new Set(outcomes.map((one) => ('flaws' in one ? one.flaws[0] : undefined)));
  expect(Object.keys(dirt).filter((kind) => kind !== 'event-in-future' && !reasons.has(kind as never))).toEqual([]);
  const events = outcomes.flatMap((one) => ('event' in one ? [one.event.body] : []));
  const amounts = new Map(events.map(({ eventId, amount }) => [eventId, amount]));
  const refunds = events.filter(({ originalEventId }) => originalEventId !== undefined);
  expect(refunds.length).toBeGreaterThanOrEqual(500);
  expect(refunds.filter(({ originalEventId, amount }) => amount < (amounts.get(originalEventId ?? '') ?? 0)).length).toBeGreaterThan(300);
  expect(refunds.length - new Set(refunds.map(({ originalEventId }) => originalEventId)).size).toBeGreaterThan(100);
});
