import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, type TraceCollector, traceCollector } from '@tributary/testkit';
import { hasBroker, type StackOnBroker, startStackOnBroker } from './stack-on-broker.js';
import { brokenHops, hops, without } from './trace-graph.js';
import { walkOneSale } from './trace-walk.js';

let collector: TraceCollector;
let stack: StackOnBroker;
const onBroker = hasBroker ? test : test.skip;
if (!hasBroker) process.stderr.write('skipped: traces across processes need a broker: AMQP_URL=amqp://… npm test\n');

beforeAll(async () => {
  collector = await traceCollector();
  stack = (await startStackOnBroker('trace', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })) as StackOnBroker;
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await collector?.close();
}, 60_000);

onBroker(
  'Q-10 every hop from the click to the mail is in the traces, across processes and queues, and a lost one is found',
  async () => {
    await walkOneSale(stack.url, stack.adminKey, stack.mails);
    let broken: string[] = [];
    const complete = () => {
      broken = brokenHops(collector.spans());
      return broken.length === 0;
    };
    await eventually('all hops have been exported', complete, 60_000).catch(() => undefined);
    expect(broken).toEqual([]);
    const spans = collector.spans();
    for (const hop of hops) expect(brokenHops(without(spans, hop))).toContain(hop.name);
  },
  300_000,
);
