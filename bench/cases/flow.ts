import type { Context } from '../measure/context.js';
import { cpuBetween, cpuSeconds } from '../measure/cpu.js';
import { load } from '../measure/load.js';
import { percentile } from '../measure/numbers.js';
import type { Sample, Side } from '../measure/rounds.js';
import { until } from '../subjects/programs.js';
import type { Subject } from '../subjects/stack.js';
import { batchTemplate, commission, jsonHeaders, post, saleTemplate } from '../subjects/world.js';

const senders = 2;

export interface Flow extends Side {
  warmUp(events: number): Promise<void>;
  /** Single events at an even pace for some seconds. */
  steady(perSecond: number): Promise<Sample>;
  cpuMicros(): Record<string, number>;
  databaseMicros(): string;
  /** Accepted = payable, to the cent. @throws when it is not so. */
  verify(): Promise<string>;
  stop(): Promise<void>;
}

/** Sends conversions in and watches the ledger until all of them are payable. */
export function flowThrough(context: Context, subject: Subject): Flow {
  const { postgres, api, world } = subject;
  const cpu: Record<string, number> = {};
  const database: Record<string, number> = {};
  let sent = 0;
  let measured = 0;
  let each = 0;

  const payable = () => postgres.count('payouts', `SELECT coalesce(sum(payable), 0) / ${commission} FROM balance`);
  const arrived = () => until(`${sent} conversions are payable`, 600_000, async () => (await payable()) >= sent, 20);
  const push = async (events: number): Promise<void> => {
    const size = Math.min(500, Math.max(10, Math.ceil(events / 10)));
    const amount = Math.ceil(events / size);
    const requests = [{ method: 'POST' as const, path: '/api/v1/events', headers: jsonHeaders(api), body: batchTemplate(world, size) }];
    const prefix = `${sent.toString(36)}-`;
    sent += amount * size;
    await load({ url: api.url, connections: Math.min(senders, amount), amount, requests, eventIds: { prefix, from: 0 } }, 202);
  };
  const busy = async (): Promise<Record<string, number>> => {
    const rows = await postgres.rows<{ datname: string; active_time: number }>(
      'postgres',
      'SELECT datname, active_time FROM pg_stat_database',
    );
    return Object.fromEntries(rows.map((row) => [row.datname ?? 'shared', row.active_time / 1000]));
  };
  const run = async (events: number): Promise<{ count: number; seconds: number }> => {
    const before = sent;
    const begun = performance.now();
    await Promise.all([push(events), arrived()]);
    return { count: sent - before, seconds: (performance.now() - begun) / 1000 };
  };

  return {
    async warmUp(events) {
      await run(events);
      const { count, seconds } = await run(events);
      each = Math.max(10, Math.round((count / seconds) * context.seconds * 2));
    },
    async measure() {
      const from = sent;
      const before = cpuSeconds(subject.processes());
      const busyBefore = await busy();
      const { count, seconds } = await run(each);
      add(cpu, cpuBetween(before, cpuSeconds(subject.processes())));
      add(database, cpuBetween(busyBefore, await busy()));
      measured += count;
      const latencies = await latenciesSince(subject, from);
      await quiet(subject);
      return { perSecond: count / seconds, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
    },
    async steady(perSecond) {
      const from = sent;
      const count = Math.round(perSecond * context.seconds);
      const begun = performance.now();
      const sending: Promise<unknown>[] = [];
      for (let n = 0; n < count; n++) {
        const waitMs = begun + (n * 1000) / perSecond - performance.now();
        if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
        sending.push(post(api, '/api/v1/events', JSON.parse(saleTemplate(world, n).replace('@', `steady-${from}-${n}`)), 202));
      }
      await Promise.all(sending);
      sent += count;
      await arrived();
      const latencies = await latenciesSince(subject, from);
      return { perSecond, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
    },
    cpuMicros: () => Object.fromEntries(Object.entries(cpu).map(([name, seconds]) => [name, (seconds * 1e6) / measured])),
    databaseMicros: () =>
      Object.entries(database)
        .filter(([, seconds]) => (seconds * 1e6) / measured >= 1)
        .sort(([, a], [, b]) => b - a)
        .map(([name, seconds]) => `${name} ${((seconds * 1e6) / measured).toFixed(0)}`)
        .join(', '),
    async verify() {
      const conversions = await postgres.count('tracking', 'SELECT count(*) FROM conversions WHERE partner_id IS NOT NULL');
      const entries = await postgres.count('payouts', "SELECT count(*) FROM entry WHERE bucket = 'payable'");
      const legs = await postgres.count('payouts', 'SELECT coalesce(sum(amount), 0) FROM ledger_leg');
      if (conversions !== sent || entries !== sent || legs !== 0 || (await payable()) !== sent)
        throw new Error(`${sent} events were accepted: ${conversions} conversions, ${entries} payable entries, ledger sum ${legs}`);
      return `${sent} accepted = ${conversions} attributed conversions = ${entries} payable entries, ledger sum 0`;
    },
    stop: () => subject.stop(),
  };
}

function add(to: Record<string, number>, more: Record<string, number>): void {
  for (const [name, value] of Object.entries(more)) to[name] = (to[name] ?? 0) + value;
}

interface Committed {
  id: string;
  at: string;
}

/** Milliseconds from the commit that accepted each conversion to the commit that made its commission payable, as PostgreSQL keeps them. */
async function latenciesSince({ postgres }: Subject, from: number): Promise<number[]> {
  const at = 'extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS at';
  const accepted = await postgres.rows<Committed>('tracking', `SELECT conversion_id AS id, ${at} FROM conversion_keys`);
  const entries = await postgres.rows<{ entry: string; conversion: string }>(
    'commission',
    'SELECT entry_id AS entry, conversion_id AS conversion FROM commission_entry',
  );
  const payable = await postgres.rows<Committed>('payouts', `SELECT id, ${at} FROM entry WHERE bucket = 'payable'`);
  const conversionOf = new Map(entries.map(({ entry, conversion }) => [entry, conversion]));
  const acceptedAt = new Map(accepted.map(({ id, at: ms }) => [id, Number(ms)]));
  // Ids of conversions grow with time: the newest are those of this measurement.
  return payable
    .map(({ id, at: ms }) => ({ conversion: conversionOf.get(id) ?? '', ms: Number(ms) }))
    .sort((a, b) => (a.conversion < b.conversion ? -1 : 1))
    .slice(from)
    .map(({ conversion, ms }) => ms - (acceptedAt.get(conversion) ?? ms));
}

/** Nothing unpublished in any service: the slower ones must not run into the other side's turn. */
async function quiet({ postgres }: Subject): Promise<void> {
  for (const database of ['tracking', 'commission', 'approvals', 'payouts']) {
    const waiting = () => postgres.count(database, 'SELECT count(*) FROM messaging.unpublished');
    await until(`the outbox of ${database} is empty`, 120_000, async () => (await waiting()) === 0);
  }
  // Audit hears of everything: when it has as many records as there were events, the queues are empty.
  const sources = ['directory', 'tracking', 'commission', 'approvals', 'payouts'];
  const sentBy = await Promise.all(sources.map((name) => postgres.count(name, 'SELECT count(*) FROM messaging.outbox')));
  const all = sentBy.reduce((sum, count) => sum + count, 0);
  await until('audit has every event', 300_000, async () => (await postgres.count('audit', 'SELECT sequence FROM chain_head')) >= all);
  const conversions = await postgres.count('tracking', 'SELECT count(*) FROM conversions');
  const counted = () => postgres.count('insights', 'SELECT coalesce(sum(conversions), 0) FROM outcome_count');
  await until('insights has counted every conversion', 300_000, async () => (await counted()) >= conversions);
}
