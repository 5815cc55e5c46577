import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { checksum, committedChecksums, committedSnapshot, readSample, sampleFiles } from '../test/files.js';
import { catalogue, definitionOf } from './catalogue.js';
import { incompatibilities } from './compatibility.js';
import { type EventDefinition, serviceNames } from './define-event.js';
import { envelopeSchema } from './envelope.js';
import * as accountStatements from './events/account-statements.js';
import * as approvals from './events/approvals.js';
import * as commission from './events/commission.js';
import * as directory from './events/directory.js';
import * as erasure from './events/erasure.js';
import * as exchange from './events/exchange.js';
import * as fx from './events/fx.js';
import * as others from './events/others.js';
import * as payoutFreezes from './events/payout-freezes.js';
import * as payouts from './events/payouts.js';
import * as tax from './events/payouts-tax.js';
import * as receivables from './events/receivables.js';
import * as reconciliation from './events/reconciliation.js';
import * as statements from './events/statements.js';
import * as tracking from './events/tracking.js';
import { eventJsonSchema, toJsonSchema } from './json-schema.js';

const definitions = [...catalogue.values()];
const types = definitions.map(({ type }) => [type] as const);
const definition = (type: string): EventDefinition => {
  const found = definitionOf(type);
  if (!found) throw new Error(`${type} is not in the catalogue`);
  return found;
};

test('Q-02 every event that is defined stands in the catalogue, once', () => {
  const isEvent = (value: unknown): value is EventDefinition => typeof value === 'object' && value !== null && 'lane' in value;
  const declared = [
    accountStatements,
    approvals,
    commission,
    directory,
    erasure,
    exchange,
    fx,
    others,
    payoutFreezes,
    payouts,
    receivables,
    reconciliation,
    statements,
    tax,
    tracking,
  ].flatMap((file) => Object.values(file).filter(isEvent));
  expect(declared.map(({ type }) => type).sort()).toEqual([...catalogue.keys()].sort());
  expect(new Set(declared.map(({ type }) => type)).size).toBe(declared.length);
});

test.each(types)('%s is well-formed', (type) => {
  const { producer, consumers, kind, lane, rank, summary } = definition(type);
  expect(type).toMatch(/^[a-z-]+\.[a-z-]+\.[a-z-]+\.v[1-9]\d*$/);
  expect(type.split('.')[0]).toBe(producer);
  expect(['fact', 'snapshot']).toContain(kind);
  expect(['facts', 'control']).toContain(lane);
  expect(Number.isInteger(rank) && rank >= 0 && rank < 100).toBe(true);
  expect(summary).toMatch(/^[A-Z].*\.$/);
  expect(consumers.every((name) => serviceNames.includes(name))).toBe(true);
  expect(new Set(consumers).size).toBe(consumers.length);
  expect(consumers).not.toContain(producer);
  expect(consumers.filter((name) => name === 'audit')).toHaveLength(1);
  expect(kind === 'snapshot' && lane === 'facts').toBe(false);
});

test('snapshots rank before facts, and what is referred to before what refers to it', () => {
  const rank = (type: string) => definition(type).rank;
  const snapshots = definitions.filter(({ kind, producer }) => kind === 'snapshot' && producer !== 'gateway').map((one) => one.rank);
  const volume = definitions.filter(({ lane }) => lane === 'facts').map((one) => one.rank);
  expect(Math.max(...snapshots)).toBeLessThan(Math.min(...volume));
  const flow = [
    'directory.brand.changed.v1',
    'directory.partner.changed.v1',
    'directory.enrollment.changed.v1',
    'commission.deal.versioned.v1',
    'tracking.conversion.recorded.v1',
    'tracking.conversion.attributed.v1',
    'commission.entry.accrued.v1',
    'approvals.commission.approved.v1',
    'payouts.payout.created.v1',
    'payouts.run.sealed.v1',
    'approvals.run.cleared.v1',
    'payouts.payout.submitted.v1',
    'payouts.payout.settled.v1',
    'payouts.payout.returned.v1',
  ].map(rank);
  expect(flow).toEqual([...flow].sort((a, b) => a - b));
  expect(new Set(flow).size).toBe(flow.length);
});

test('an unknown type has no definition', () => {
  expect(definitionOf('tracking.conversion.recorded.v99')).toBeUndefined();
});

test.each(types)('%s only grew since its committed snapshot', (type) => {
  const committed = committedSnapshot(type);
  // Without one: npm run -w packages/contracts snapshots
  if (!committed) throw new Error(`no snapshot of ${type} is committed`);
  const now = eventJsonSchema(definition(type));
  expect(incompatibilities(committed, now)).toEqual([]);
  expect(now).toEqual(committed);
});

test('a field removed, required or narrowed in an event of the catalogue is found', () => {
  const committed = committedSnapshot('commission.period.closed.v1');
  if (!committed) throw new Error('no snapshot');
  const { shape } = commission.periodClosed.schema;
  const changed = (change: Record<string, z.ZodType>) => toJsonSchema(z.strictObject({ ...shape, ...change }));
  const { closedBy: _, ...rest } = shape;
  expect(incompatibilities(committed, toJsonSchema(z.strictObject(rest)))).toEqual(['/closedBy: field removed']);
  expect(incompatibilities(committed, changed({ reason: z.string() }))).toEqual(['/reason: field is required now']);
  expect(incompatibilities(committed, changed({ closedBy: z.enum(['finance']) }))).toHaveLength(1);
});

test('every event has a sample, and samples are numbered without gaps', () => {
  const numbers = new Map<string, number[]>();
  for (const file of sampleFiles()) {
    const [type = '', name = ''] = file.split('/');
    numbers.set(type, [...(numbers.get(type) ?? []), Number(name.replace('.json', ''))]);
  }
  expect([...numbers.keys()].sort()).toEqual([...catalogue.keys()].sort());
  for (const found of numbers.values()) expect(found.sort((a, b) => a - b)).toEqual(found.map((_, index) => index + 1));
});

test.each(sampleFiles().map((file) => [file]))('sample %s parses, and parsing changes nothing', (file) => {
  const sample = readSample(file);
  const envelope = envelopeSchema.parse(sample);
  const { type, schema, kind, producer } = definition(file.split('/')[0] ?? '');
  expect(envelope.type).toBe(type);
  expect(envelope.source).toBe(`/services/${producer}`);
  expect(envelope.sequence !== undefined).toBe(kind === 'snapshot');
  expect({ ...envelope, data: schema.parse(envelope.data) }).toEqual(sample);
});

test('samples are only ever added: no committed one is changed or gone', () => {
  const now = Object.fromEntries(sampleFiles().map((file) => [file, checksum(file)]));
  expect(now).toEqual(committedChecksums());
});
