import { expect, test } from '@jest/globals';
import { CloudEvent } from 'cloudevents';
import { v4, v7 } from 'uuid';
import { readSample, sampleFiles } from '../test/files.js';
import { definitionOf } from './catalogue.js';
import { actorKinds, envelopeSchema } from './envelope.js';

const sample = readSample('tracking.conversion.recorded.v1/1.json') as Record<string, unknown>;
const accepts = (change: Record<string, unknown>): boolean => envelopeSchema.safeParse({ ...sample, ...change }).success;

test.each(sampleFiles().map((file) => [file]))('%s is a CloudEvent to the library of the specification', (file) => {
  const envelope = envelopeSchema.parse(readSample(file));
  const event = new CloudEvent(envelope);
  expect(event.validate()).toBe(true);
  const { time, ...rest } = event.toJSON() as Record<string, unknown>;
  const { time: ours, ...others } = envelope;
  expect(rest).toEqual(others);
  expect(Date.parse(String(time))).toBe(Date.parse(ours));
});

test('extension attributes are named as CloudEvents wants: lower-case letters and digits', () => {
  expect(Object.keys(envelopeSchema.shape).every((name) => /^[a-z0-9]{1,20}$/.test(name))).toBe(true);
});

test('what is left out, and what may not be', () => {
  const optional = ['sequence', 'traceparent', 'tracestate', 'causationid', 'partnerid', 'brandid'];
  for (const name of Object.keys(envelopeSchema.shape)) {
    const whole: Record<string, unknown> = { sequence: 1, causationid: v7(), tracestate: 'a=b', ...sample };
    const { [name]: _, ...without } = whole;
    expect([name, envelopeSchema.safeParse(without).success]).toEqual([name, optional.includes(name)]);
  }
});

test.each([
  ['another specification', { specversion: '0.3' }],
  ['an id that carries no time', { id: v4() }],
  ['an id that is no UUID', { id: 'evt-1' }],
  ['a source outside the house', { source: 'https://elsewhere.example' }],
  ['a type without a version', { type: 'tracking.conversion.recorded' }],
  ['version zero', { type: 'tracking.conversion.recorded.v0' }],
  ['an empty subject', { subject: '' }],
  ['a local time', { time: '2026-03-03T09:00:04+01:00' }],
  ['a time without a zone', { time: '2026-03-03T09:00:04' }],
  ['a day that is none', { time: '2026-02-30T09:00:04Z' }],
  ['another content type', { datacontenttype: 'application/xml' }],
  ['a schema that is no absolute URI', { dataschema: '/schemas/x' }],
  ['sequence zero', { sequence: 0 }],
  ['a sequence with a fraction', { sequence: 1.5 }],
  ['an unknown kind of actor', { actorkind: 'robot' }],
  ['data in base 64', { data_base64: 'e30=' }],
  ['an attribute that we do not know', { priority: 1 }],
])('%s is refused', (_name, change) => {
  expect(accepts(change)).toBe(false);
});

test.each(actorKinds.map((kind) => [kind]))('actor kind %s is accepted', (actorkind) => {
  expect(accepts({ actorkind })).toBe(true);
});

test("null is data to the envelope; whether it is right is the business of the type's schema", () => {
  expect(accepts({ data: null })).toBe(true);
  expect(definitionOf('tracking.conversion.recorded.v1')?.schema.safeParse(null).success).toBe(false);
});
