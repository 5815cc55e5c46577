import type { Caller, Json } from './caller.js';
import type { Fault } from './faults.js';
import { type Tormentor, until } from './tormentor.js';
import { created, type Keys, type World } from './world.js';

interface Scene {
  to: Caller;
  keys: Keys;
  world: World;
  torment: Tormentor;
  faults: readonly Fault[];
  /** Whether the clock is simulated and can be moved past waiting times. */
  advance: boolean;
}

const final = new Set(['settled', 'failed', 'returned']);

/** A payout run for each brand, one after the other; every fault meets one of them under way. */
export async function payOut({ to, keys, world, torment, faults, advance }: Scene): Promise<void> {
  const waiting = [...faults];
  const perRun = Math.ceil(faults.length / world.brands.length);
  for (const brand of world.brands) {
    // Armed before the run exists: who dies at the point dies in it.
    const inflicted = waiting.splice(0, perRun).map((fault) => torment.inflict(fault));
    for (const each of inflicted) each.catch(() => undefined);
    const runId = await submitted(to, keys, brand);
    if (runId) await settled(to, keys, runId, advance);
    await Promise.all(inflicted);
  }
}

async function submitted(to: Caller, keys: Keys, brand: { id: string; currency: string }): Promise<string | undefined> {
  const order = (op: string, path: string, key: string, body?: Json) =>
    to.insist({
      op,
      method: 'POST',
      path,
      key,
      ...(body ? { body } : {}),
      idempotencyKey: `${op}-${brand.id}`,
      note: { brandId: brand.id },
      keep: (json) => ({ id: json?.id }),
    });
  const run = created(await order('run', '/api/v1/payout-runs', keys.admin, { brandIds: [brand.id], currency: brand.currency }), 'run');
  if (run.payouts.length === 0) return undefined;
  created(await order('approve-run', `/api/v1/payout-runs/${run.id}/approve`, keys.finance), 'approval');
  created(await order('submit-run', `/api/v1/payout-runs/${run.id}/submit`, keys.finance), 'submission');
  return run.id;
}

/** A run that was left behind is taken up again after a minute, an unknown outcome is looked up. */
async function settled(to: Caller, keys: Keys, runId: string, advance: boolean): Promise<void> {
  let polls = 0;
  let open: string[] = [];
  await until(`every payout of ${runId} has an outcome`, 600_000, async () => {
    const answer = await to.insist({
      op: 'payouts',
      method: 'GET',
      path: `/api/v1/payouts?runId=${runId}&limit=100`,
      key: keys.finance,
      keep: () => undefined,
    });
    open = answer.json.data.filter((payout: Json) => !final.has(payout.status)).map((payout: Json) => payout.status);
    polls += 1;
    if (advance && polls % 10 === 0) {
      const { now } = (await to.insist({ op: 'clock', method: 'GET', path: '/api/v1/clock', key: keys.admin })).json;
      const body = { now: new Date(Date.parse(now) + 120_000).toISOString() };
      await to.insist({ op: 'clock', method: 'POST', path: '/api/v1/clock', key: keys.admin, body, isFinal: () => true });
    }
    if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, 300));
    return open.length === 0;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}; still ${open.join(', ')}`);
  });
}
