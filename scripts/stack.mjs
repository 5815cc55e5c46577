// `npm run stack`: every service its own process, on RabbitMQ and PostgreSQL: those of AMQP_URL and TRIBUTARY_POSTGRES_URL, or
// local ones that are found or started here.

import { prepare, runBuilt } from './lib/prepare.mjs';
import { ensureRabbit } from './lib/rabbitmq.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
let broker;
try {
  await prepare();
  broker = await ensureRabbit({ say });
  if (!broker.url) throw new Error(`There is no RabbitMQ: ${broker.how}. Give one by AMQP_URL, install rabbitmq-server, or start Docker.`);
  say(`RabbitMQ: ${broker.how}`);
  process.exitCode = await runBuilt('services/standalone/dist/stack-main.js', process.argv.slice(2), { AMQP_URL: broker.url });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await broker?.stop();
}
