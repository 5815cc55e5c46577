import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { serviceNames } from '@tributary/contracts';
import { startLocalPostgres } from '@tributary/local-postgres';
import { readSettings, type Stack, startStack, untilReady } from '@tributary/standalone/testing';
import { startOwnRabbit } from '../../scripts/lib/rabbitmq.mjs';
import { type Caller, caller } from './caller.js';
import { type Fault, payoutFaults, planFaults, planQuickFaults, quickPayoutFaults } from './faults.js';
import { generateEvents } from './generate-events.js';
import { openHistory } from './history.js';
import { payOut } from './pay-out.js';
import { random } from './random.js';
import { type Tormentor, tormentor, until } from './tormentor.js';
import { administer, sendEvents } from './traffic.js';
import { type Keys, makeWorld } from './world.js';

export interface ChaosOptions {
  folder: string;
  seed: number;
  events: number;
  /** Random kills, beside those at crash points. */
  kills: number;
  quick: boolean;
  /** Faults at a time, never two of one service. */
  lanes: number;
  say: (line: string) => void;
}
export interface Chaos {
  /** What the oracle reads: run.json and history.ndjson lie here. */
  folder: string;
  postgresUrl: string;
  tormentor: Tormentor;
  stop(): Promise<void>;
}

const adminKey = 'trib_chaos_first_operator';

/**
 * The whole stack on a broker and a PostgreSQL of its own (fsync on); an import while things die; then peace, payout runs while things
 * die, and peace again. Leaves everything up for the oracle, which reads `folder` and the databases.
 */
export async function runChaos(options: ChaosOptions): Promise<Chaos> {
  const { folder, seed, say } = options;
  mkdirSync(folder, { recursive: true });
  const luck = random(seed);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  say(`seed ${seed}, ${options.events} events, commit ${commit}, data in ${folder}`);
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const broker = await startOwnRabbit({ home: path.join(folder, 'broker') });
    closers.push(() => broker.stop());
    const postgres = await startLocalPostgres({
      folder: path.join(folder, 'postgres'),
      settings: { max_connections: '200', shared_buffers: '256MB', max_wal_size: '2GB' },
    });
    closers.push(() => postgres.stop());
    let torment: Tormentor | undefined;
    const stack = await startStack({
      settings: readSettings({
        ...process.env,
        PORT: '0',
        TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
        TRIBUTARY_ADMIN_KEY: adminKey,
        TRIBUTARY_POSTGRES_URL: postgres.url,
        TRIBUTARY_CLOCK: options.quick ? 'simulated' : 'system',
        LOG_LEVEL: 'info',
      }),
      amqpUrl: broker.url,
      onEnd: (name) => torment?.ended(name),
    });
    closers.push(() => stack.stop());
    await untilReady(stack, 180_000);
    torment = tormentor({ stack: () => stack, broker, say });
    await play(options, stack, torment, luck, { seed, commit, postgresUrl: postgres.url, luck });
    return { folder, postgresUrl: postgres.url, tormentor: torment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Luck = ReturnType<typeof random>;

async function play(
  options: ChaosOptions,
  stack: Stack,
  torment: Tormentor,
  luck: Luck,
  about: { seed: number; commit: string; postgresUrl: string; luck: Luck },
) {
  const { folder, say, quick } = options;
  const history = openHistory(path.join(folder, 'history.ndjson'));
  const to = caller(() => stack.urlOf('gateway'), history);
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1);
  try {
    const keys = await makeKeys(to);
    const world = await makeWorld(to, keys.admin, luck, quick ? { brands: 2, partners: 8 } : { brands: 3, partners: 24 });
    const shipments = generateEvents(world, luck, options.events);
    const faults = quick ? planQuickFaults(luck) : planFaults(luck, options.kills);
    say(`import of ${options.events} events in ${shipments.length} calls, under ${faults.length} faults (${seconds()} s)`);
    await importUnderFire(options, to, keys, world, shipments, faults, torment);
    say(`all sent and all faults over (${seconds()} s); waiting until all is quiet`);
    await quiet(to, keys.admin);
    say(`quiet (${seconds()} s); payout runs`);
    await payOut({ to, keys, world, torment, faults: quick ? quickPayoutFaults : payoutFaults, advance: quick });
    await quiet(to, keys.admin);
    say(`quiet again (${seconds()} s)`);
  } finally {
    history.close();
    const { seed, commit, postgresUrl } = about;
    const calls = { invoke: history.count('invoke'), ok: history.count('ok'), fail: history.count('fail'), info: history.count('info') };
    const run = {
      seed,
      events: options.events,
      quick,
      commit,
      postgresUrl,
      services: serviceNames,
      calls,
      deaths: torment.deaths(),
      faults: torment.done,
      seconds: Number(seconds()),
    };
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify(run, null, 1));
  }
}

async function makeKeys(to: Caller): Promise<Keys> {
  const make = async (role: string): Promise<string> => {
    const order = { op: 'api-key', method: 'POST', path: '/api/v1/api-keys', key: adminKey, idempotencyKey: `key-${role}` } as const;
    const body = { name: role, roles: [role] };
    return (await to.insist({ ...order, body, note: { body }, keep: (json) => ({ id: json.id }) })).json.key;
  };
  return { admin: adminKey, finance: await make('finance-approver'), manager: await make('programme-manager') };
}

async function importUnderFire(
  { lanes, events }: ChaosOptions,
  to: Caller,
  keys: Keys,
  world: Awaited<ReturnType<typeof makeWorld>>,
  shipments: ReturnType<typeof generateEvents>,
  faults: readonly Fault[],
  torment: Tormentor,
): Promise<void> {
  let over = false;
  const before = torment.done.length;
  // A lead, so that every queue has something in it when the first one dies.
  const quota = () => (over ? 1 : Math.min(1, (torment.done.length - before + 2) / (faults.length + 1)));
  const administering = administer(to, keys.admin, world, () => !over);
  const sending = sendEvents(to, keys.admin, shipments, quota);
  // When one of them fails the others must not be left behind as unhandled.
  for (const each of [administering, sending]) each.catch(() => undefined);
  try {
    await until('the first events are under way', 60_000, () => events > 0);
    await inflictAll(faults, torment, lanes);
  } finally {
    over = true;
  }
  await Promise.all([sending, administering]);
}

/** Several faults at a time, in order, never two of one service; the broker and the end of all have the stage for themselves. */
export async function inflictAll(faults: readonly Fault[], torment: Tormentor, lanes: number): Promise<void> {
  const waiting = [...faults];
  const busy = new Map<Promise<unknown>, Fault>();
  const alone = (fault: Fault) => !('service' in fault);
  const free = (fault: Fault) => {
    const running = [...busy.values()];
    if (alone(fault)) return running.length === 0;
    return !running.some((other) => alone(other) || ('service' in other && 'service' in fault && other.service === fault.service));
  };
  while (waiting.length > 0 || busy.size > 0) {
    // What must be alone blocks those behind it, or it would never come.
    const barrier = waiting.findIndex(alone);
    const index = busy.size >= lanes ? -1 : waiting.findIndex((fault, at) => (barrier === -1 || at <= barrier) && free(fault));
    if (index >= 0) {
      const [fault] = waiting.splice(index, 1) as [Fault];
      const running: Promise<unknown> = torment.inflict(fault).finally(() => busy.delete(running));
      busy.set(running, fault);
    } else await Promise.race(busy.keys());
  }
}

/** Every service says that nothing is unpublished or pending: several times in a row, since work moves from one to the next. */
async function quiet(to: Caller, key: string): Promise<void> {
  let inARow = 0;
  let said: unknown;
  await until('all is quiet', 900_000, async () => {
    const answer = await to.insist({ op: 'quiet', method: 'GET', path: '/api/v1/operations/quiet', key, keep: () => undefined });
    said = answer.json;
    inARow = answer.json?.quiet === true ? inARow + 1 : 0;
    if (inARow < 4) await pause(500);
    return inARow >= 4;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(said)}`);
  });
}
