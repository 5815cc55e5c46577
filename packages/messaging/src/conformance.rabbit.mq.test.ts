import { describe, test } from '@jest/globals';
import { conformance } from './testing/conformance.js';
import { rabbitRig } from './testing/rig.js';

const url = process.env['AMQP_URL'];
if (url === undefined) {
  describe('messaging over RabbitMQ', () => {
    test.skip('needs a broker: set AMQP_URL, for instance AMQP_URL=amqp://localhost npm run jest -- packages/messaging', () => undefined);
  });
} else {
  conformance('RabbitMQ', () => rabbitRig(url));
}
