import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { incompatibilities } from './compatibility.js';
import { toJsonSchema } from './json-schema.js';

const shape = {
  id: z.string(),
  amount: z.int().min(0).max(1000),
  kind: z.enum(['sale', 'lead']),
  note: z.string().max(100).nullable(),
  code: z.string().regex(/^[A-Z]{3}$/),
  tag: z.string().optional(),
  lines: z.array(z.strictObject({ entry: z.string(), amount: z.int() })).max(10),
  outcome: z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('accepted'), id: z.string() }),
    z.strictObject({ is: z.literal('rejected'), why: z.string() }),
  ]),
  free: z.record(z.string(), z.union([z.string(), z.int()])),
  anything: z.unknown(),
};
type Change = Record<string, z.ZodType>;
const before = toJsonSchema(z.strictObject(shape));
const broken = (change: Change) => incompatibilities(before, toJsonSchema(z.strictObject({ ...shape, ...change })));
const { tag: _tag, ...withoutTag } = shape;
const line = { entry: z.string(), amount: z.int() };

test('the same schema, and every way of growing, is compatible', () => {
  const growth: Change[] = [
    {},
    { added: z.string().optional() },
    { kind: z.enum(['sale', 'lead', 'deposit']) },
    { kind: z.string() },
    { amount: z.int().min(-5).max(2000) },
    { amount: z.number() },
    { id: z.string().nullable() },
    { note: z.string().max(200).nullable() },
    { code: z.string() },
    { lines: z.array(z.strictObject({ ...line, reason: z.string().optional() })) },
    { outcome: z.union([shape.outcome, z.strictObject({ is: z.literal('duplicate') })]) },
    { free: z.record(z.string(), z.union([z.string(), z.int(), z.boolean()])) },
    { id: z.unknown() },
  ];
  expect(growth.map((change) => broken(change))).toEqual(growth.map(() => []));
});

const breaks: [string, Change, string][] = [
  ['a new required field', { added: z.string() }, '/added: field is required now'],
  ['an optional field made required', { tag: z.string() }, '/tag: field is required now'],
  ['a required field made optional', { id: z.string().optional() }, '/id: field is optional now'],
  ['another type', { id: z.int() }, '/id: type "string" became "integer"'],
  ['null no longer accepted', { note: z.string().max(100) }, '/note: "null" is no longer accepted'],
  ['an enum value taken away', { kind: z.enum(['sale']) }, '/kind: value "lead" is no longer accepted'],
  ['free text made an enum', { id: z.enum(['a']) }, '/id: value outside the list is no longer accepted'],
  ['a higher minimum', { amount: z.int().min(1).max(1000) }, '/amount: minimum is narrower (0 became 1)'],
  ['a lower maximum', { amount: z.int().min(0).max(9) }, '/amount: maximum is narrower (1000 became 9)'],
  ['a shorter text', { note: z.string().max(9).nullable() }, '/note: maxLength is narrower (100 became 9)'],
  ['another pattern', { code: z.string().regex(/^[A-Z]{2}$/) }, '/code: pattern is narrower (^[A-Z]{3}$ became ^[A-Z]{2}$)'],
  ['a new pattern', { id: z.string().regex(/^x/) }, '/id: pattern is narrower (none became ^x)'],
  [
    'a required field in a list',
    { lines: z.array(z.strictObject({ ...line, reason: z.string() })).max(10) },
    '/lines/[]/reason: field is required now',
  ],
  ['a field removed in a list', { lines: z.array(z.strictObject({ entry: z.string() })).max(10) }, '/lines/[]/amount: field removed'],
  ['a shorter list', { lines: z.array(z.strictObject(line)).max(2) }, '/lines: maxItems is narrower (10 became 2)'],
  ['fewer types in a free record', { free: z.record(z.string(), z.string()) }, '/free/*: "integer" is no longer accepted'],
  ['anything made something', { anything: z.string() }, '/anything: type "anything" became "string"'],
];
test.each(breaks)('%s is a breaking change', (_name, change, message) => {
  expect(broken(change)).toEqual([message]);
});

test('a removed field is a breaking change', () => {
  expect(incompatibilities(before, toJsonSchema(z.strictObject(withoutTag)))).toEqual(['/tag: field removed']);
});

test('an alternative taken away is a breaking change', () => {
  expect(broken({ outcome: z.strictObject({ is: z.literal('accepted'), id: z.string() }) })).not.toEqual([]);
});

test('an open object made strict is a breaking change', () => {
  const open = toJsonSchema(z.looseObject({ id: z.string() }));
  const closed = toJsonSchema(z.strictObject({ id: z.string() }));
  expect(incompatibilities(open, closed)).toEqual(['/: other fields are no longer accepted']);
});

test('recursive and named schemas are followed, and end', () => {
  const tree = (leaf: z.ZodType) => {
    const node: z.ZodType = z.lazy(() => z.strictObject({ leaf, children: z.array(node) }));
    return toJsonSchema(z.strictObject({ root: node }));
  };
  expect(incompatibilities(tree(z.string()), tree(z.string()))).toEqual([]);
  expect(incompatibilities(tree(z.string()), tree(z.int()))).toEqual(['/root/leaf: type "string" became "integer"']);
});
