import path from 'node:path';
import { ensureRabbit } from '../../scripts/lib/rabbitmq.mjs';
import { stopping } from '../measure/cleanup.js';
import type { Context } from '../measure/context.js';
import type { Finding } from '../measure/result.js';
import { alternate } from '../measure/rounds.js';
import { pipelinePostgres, startBenchStack } from '../subjects/stack.js';
import { startStandalone } from '../subjects/standalone.js';
import { type Flow, flowThrough } from './flow.js';

const partners = 50;

/** Conversions from accepted to payable, through every service: in batches, against the same code with batches of one. */
export async function measurePipeline(context: Context): Promise<Finding> {
  const broker = await ensureRabbit({ say: context.say, install: false });
  if (!broker.url) throw new Error(`no RabbitMQ to measure on: ${broker.how}`);
  const stopBroker = stopping(broker.stop);
  const at = { url: broker.url, pid: broker.own?.pid() };
  const stacks: Flow[] = [];
  const open = async (name: string, env: NodeJS.ProcessEnv) => {
    const prefix = `bench-${process.pid}-${name}.`;
    const subject = await startBenchStack(path.join(context.folder, `pipeline-${name}`), at, { partners, env, prefix });
    const flow = flowThrough(context, subject);
    stacks.push(flow);
    return flow;
  };
  try {
    const ours = await open('ours', {});
    await ours.warmUp(context.quick ? 500 : 4000);
    const single = await open('single', { TRIBUTARY_BATCH_SIZE: '1' });
    await single.warmUp(context.quick ? 50 : 400);
    const summary = await alternate(context.rounds, ours, single, context.say);
    const steady = await ours.steady(context.quick ? 50 : 300);
    const verified = [await ours.verify(), `batches of one: ${await single.verify()}`].join('; ');
    const cpuMicros = ours.cpuMicros();
    const notes = [
      `at a steady ${steady.perSecond} events/s, each sent alone: accepted -> payable p50 ${steady.p50Ms.toFixed(0)} ms, p99 ${steady.p99Ms.toFixed(0)} ms`,
      `PostgreSQL's busy time, microseconds for each, by database: ${ours.databaseMicros()}`,
      `the batches of one cost ${shown(single.cpuMicros())}`,
      `broker: ${broker.how}; the latencies in the table are those of a full backlog`,
    ];
    for (const flow of stacks.splice(0).reverse()) await flow.stop();
    if (!context.quick) notes.push(await inOneProcess(context));
    return {
      id: 'pipeline',
      goal: 5,
      leastOurs: 2000,
      unit: 'conversions/s',
      ...summary,
      cpuMicros,
      what: {
        ours: 'all nine services, each a process, RabbitMQ and PostgreSQL, on this machine; batches of 500 events sent as fast as they are taken',
        reference: 'the same with TRIBUTARY_BATCH_SIZE=1: one event a message, one event a transaction, one row a relay',
      },
      verified,
      notes,
    };
  } finally {
    for (const flow of stacks.reverse()) await flow.stop();
    await stopBroker();
  }
}

/** The same way in `npm start`'s single process. */
async function inOneProcess(context: Context): Promise<string> {
  const standalone = await startStandalone(path.join(context.folder, 'pipeline-in-process'), { partners, postgres: pipelinePostgres });
  const processes = () => ({ platform: standalone.program.pid, postgresql: standalone.postgres.pid });
  const flow = flowThrough(context, { ...standalone, processes });
  try {
    await flow.warmUp(2000);
    const { perSecond, p99Ms } = await flow.measure();
    return `in one process (standalone, in-process bus): ${Math.round(perSecond)} conversions/s, p99 ${p99Ms.toFixed(0)} ms; ${shown(flow.cpuMicros())}`;
  } finally {
    await flow.stop();
  }
}

const shown = (micros: Record<string, number>) =>
  Object.entries(micros)
    .filter(([, each]) => each >= 1)
    .map(([name, each]) => `${name} ${each.toFixed(0)} us`)
    .join(', ');
