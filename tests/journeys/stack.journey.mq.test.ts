import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Walked, walkGoldenPath } from './golden-path.js';
import { hasBroker, type StackOnBroker, startStackOnBroker } from './stack-on-broker.js';
import { expectEvidenceHolds } from './verify.js';

let stack: StackOnBroker;
let walked: Walked;
const onBroker = hasBroker ? test : test.skip;

beforeAll(async () => {
  stack = (await startStackOnBroker('journey')) as StackOnBroker;
}, 180_000);
afterAll(() => stack?.stop(), 60_000);

onBroker(
  'P-18 T-32 D-01 the golden path, with every service a process of its own on RabbitMQ',
  async () => {
    walked = await walkGoldenPath(stack);
  },
  240_000,
);

onBroker(
  'the evidence of the payout verifies offline, and a changed amount is found',
  async () => {
    await expectEvidenceHolds(walked, stack.folder);
  },
  60_000,
);

onBroker('no service had to be started twice', () => {
  expect([...stack.services.values()].map((service) => service.starts)).toEqual(Array.from(stack.services, () => 1));
});
