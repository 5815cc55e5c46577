import path from 'node:path';
import { migrate } from '@tributary/service-kit';
import pg from 'pg';
import type { Context } from '../measure/context.js';
import { cpuBetween, cpuSeconds } from '../measure/cpu.js';
import { load } from '../measure/load.js';
import { median, percentile } from '../measure/numbers.js';
import type { Finding } from '../measure/result.js';
import { alternate, type Sample } from '../measure/rounds.js';
import { insertBatches, rawBatch, readSamples } from '../reference/raw-unnest.js';
import { intakeServices, type Standalone, startStandalone } from '../subjects/standalone.js';
import { batchTemplate, jsonHeaders } from '../subjects/world.js';
import { checkStored, relayed } from './events-single.js';

const batchSize = 1000;
/** Senders at a time, and connections of the raw inserts: as many as tracking keeps for batches. */
const senders = 2;

/** Batches of 1,000 events, each attributed and stored with its outbox row, against the bare inserts of the same rows. */
export async function measureEventsBatch(context: Context): Promise<Finding> {
  const ours = await startStandalone(path.join(context.folder, 'events-batch'), { partners: 20, services: intakeServices });
  try {
    const intake = intakeOf(context, ours);
    await intake.warmUp();
    const raw = await rawOf(ours, intake.batches());
    try {
      const summary = await alternate(context.rounds, intake, raw, context.say);
      const verified = await checkStored(ours, intake.accepted());
      return {
        id: 'events-batch',
        goal: 0.5,
        unit: 'events/s',
        ...summary,
        cpuMicros: intake.cpuMicros(),
        what: {
          ours: `gateway, directory and tracking on standalone's port in one process, ${senders} senders of batches of ${batchSize}`,
          reference: `UNNEST inserts of the same rows (keys, conversions, outbox) into the same tables, a transaction a batch, ${senders} connections`,
        },
        verified,
        notes: [
          `raw inserts on one connection: ${Math.round(raw.single())} events/s (the reference has ${senders})`,
          'times are those of a whole batch; the rows of the raw inserts are made before the clock starts',
        ],
      };
    } finally {
      await raw.stop();
    }
  } finally {
    await ours.stop();
  }
}

function intakeOf(context: Context, ours: Standalone) {
  const requests = [
    { method: 'POST' as const, path: '/api/v1/events', headers: jsonHeaders(ours.api), body: batchTemplate(ours.world, batchSize) },
  ];
  const processes = { platform: ours.program.pid, postgresql: ours.postgres.pid };
  const cpu: Record<string, number> = {};
  let nextEvent = 0;
  let accepted = 0;
  let measured = 0;
  let batches = context.quick ? 4 : 20;
  const run = async () => {
    const result = await load(
      { url: ours.api.url, connections: senders, amount: batches, requests, eventIds: { prefix: 'b-', from: nextEvent } },
      202,
    );
    nextEvent = result.nextEvent;
    accepted += batches * batchSize;
    return result;
  };
  return {
    batches: () => batches,
    accepted: () => accepted,
    cpuMicros: () => Object.fromEntries(Object.entries(cpu).map(([name, seconds]) => [name, (seconds * 1e6) / measured])),
    async warmUp() {
      for (let time = 0; time < 2; time++) {
        const { seconds } = await run();
        batches = Math.max(senders, Math.min(200, Math.round((batches / seconds) * context.seconds)));
        await relayed(ours);
      }
    },
    async measure(): Promise<Sample> {
      const before = cpuSeconds(processes);
      const result = await run();
      for (const [name, seconds] of Object.entries(cpuBetween(before, cpuSeconds(processes)))) cpu[name] = (cpu[name] ?? 0) + seconds;
      measured += batches * batchSize;
      await relayed(ours);
      return { perSecond: (batches * batchSize) / result.seconds, p50Ms: result.p50Ms, p99Ms: result.p99Ms };
    },
  };
}

/** A second database with tracking's tables, indexes and partitions. */
async function rawOf(ours: Standalone, batches: number) {
  const url = new URL(ours.postgres.url);
  const role = { user: 'raw_app', password: 'raw' };
  await ours.postgres.rows('postgres', `CREATE ROLE ${role.user} LOGIN PASSWORD '${role.password}'`);
  await ours.postgres.rows('postgres', 'CREATE DATABASE raw');
  url.pathname = '/raw';
  const owner = url.toString();
  [url.username, url.password] = [role.user, role.password];
  const prismaDirectory = new URL('../../services/tracking/prisma/', import.meta.url);
  await migrate({ databaseUrl: owner, databaseAppUrl: url.toString(), prismaDirectory, appendOnly: [] });
  await ours.postgres.rows('raw', 'SELECT make_partitions(now(), 1)');
  const pool = new pg.Pool({ connectionString: url.toString(), max: senders, options: '-c app.brands=*' });
  const tracking = new URL(ours.postgres.url);
  tracking.pathname = '/tracking';
  const samples = await readSamples(tracking.toString(), batchSize);
  const insert = (count: number, connections: number) =>
    insertBatches(
      pool,
      Array.from({ length: count }, () => rawBatch(samples)),
      connections,
    );
  const single: number[] = [];
  await insert(senders * 2, senders);
  return {
    single: () => median(single),
    async measure(): Promise<Sample> {
      const some = Math.max(2, Math.round(batches / 4));
      single.push((some * batchSize) / (await insert(some, 1)).seconds);
      const { seconds, ms } = await insert(batches, senders);
      return { perSecond: (batches * batchSize) / seconds, p50Ms: median(ms), p99Ms: percentile(ms, 0.99) };
    },
    stop: () => pool.end(),
  };
}
