import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { packageFolder } from '../../test/files.js';
import { catalogue } from '../catalogue.js';
import { asyncApiDocument, exchangeName } from './asyncapi.js';

const document = asyncApiDocument({ version: '1.2.3', brokerHost: 'localhost:5672' });

function parse(text: string): { channels: number; operations: number; diagnostics: { code: string; severity: number }[] } {
  const { stdout, stderr } = spawnSync(process.execPath, [join(packageFolder, 'test/validate-asyncapi.mjs')], {
    input: text,
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

test('the document is valid AsyncAPI 3.0', () => {
  const definitions = [...catalogue.values()];
  const { diagnostics, channels, operations } = parse(JSON.stringify(document));
  expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([]);
  expect(channels).toBe(definitions.length);
  expect(operations).toBe(definitions.reduce((sum, { consumers }) => sum + 1 + consumers.length, 0));
});

test('a broken document is found', () => {
  const { diagnostics } = parse(JSON.stringify(document).replaceAll('#/components/schemas/Envelope', '#/components/schemas/Gone'));
  expect(diagnostics.some(({ severity }) => severity === 0)).toBe(true);
});

test('every type is a channel on the one exchange, its address the routing key', () => {
  const channels = document['channels'] as Record<
    string,
    { address: string; bindings: { amqp: { exchange: { name: string; type: string } } } }
  >;
  expect(Object.keys(channels)).toEqual([...catalogue.keys()]);
  for (const [type, { address, bindings }] of Object.entries(channels)) {
    expect(address).toBe(type);
    expect(bindings.amqp.exchange).toMatchObject({ name: exchangeName, type: 'topic', durable: true });
  }
});
