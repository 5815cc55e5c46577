import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mayDo, type RouteContract, roles, routeContracts } from '@tributary/contracts';
import { eventually, seededRandom } from '@tributary/testkit';
import { freePort } from '../../scripts/lib/processes.mjs';
import { type Answer, type Client, client, type Json } from './client.js';
import { addressOf, ask, contractOf, faultOf, successStatusOf } from './contract/ask.js';
import { hostileBodies, hostileQueries, hostileTexts, hostileValues } from './contract/hostile.js';
import { type Sample, samplesOf } from './contract/samples.js';
import { makeWorld, type World } from './contract/world.js';
import { type Started, startProgram } from './processes.js';

/** FUZZ_SEED repeats a run; FUZZ_URL with FUZZ_KEY attacks a platform that runs already (its clock simulated, its rate limit high). */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
const adminKey = process.env['FUZZ_KEY'] ?? 'trib_contract_fuzz_operator';
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-fuzz-'));
let platform: Started | undefined;
let world: World;
let samples: Record<string, () => Sample>;

beforeAll(async () => {
  let url = process.env['FUZZ_URL'];
  if (url === undefined) {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const env = {
      PORT: String(port),
      TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
      TRIBUTARY_ADMIN_KEY: adminKey,
      TRIBUTARY_CLOCK: 'simulated',
      TRIBUTARY_RATE_LIMIT: '100000',
      AMQP_URL: '',
    };
    platform = await startProgram('services/standalone/dist/main.js', [], env, url);
  }
  world = await makeWorld(url, adminKey);
  samples = samplesOf(world);
}, 240_000);
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const open = (contract: RouteContract) => contract.permission === 'public' || contract.permission === 'internal';
const sampleOf = ({ id }: RouteContract): Sample => {
  const sample = samples[id];
  if (!sample) throw new Error(`contract/samples.ts has no sample of ${id}`);
  return sample();
};
const routes = routeContracts.map((contract) => [contract.id, contract] as const);
const guarded = routes.filter(([, contract]) => !open(contract));
const withBody = guarded.filter(([, contract]) => contract.body !== undefined);
const withJson = withBody.filter(([, contract]) => contract.consumes === undefined);
const withText = withBody.filter(([, contract]) => contract.consumes !== undefined);

function expectKept(contract: RouteContract, answer: Answer, about: string): void {
  const fault = faultOf(contract, answer);
  if (fault) throw new Error(`seed ${seed}: ${contract.method} ${contract.path} with ${about} ${fault}`);
}

describe('who may call', () => {
  test.each(guarded)('%s without a key, or with a wrong one, answers 401', async (_id, contract) => {
    for (const key of [undefined, 'trib_nobody']) {
      const answer = await ask(client(world.url, key), contract, sampleOf(contract));
      expect([answer.status, answer.json.code]).toEqual([401, 'not-signed-in']);
    }
  });

  test.each(guarded)('%s in a role that may not answers 403', async (_id, contract) => {
    for (const role of roles.filter((one) => !mayDo([one], contract.permission))) {
      const answer = await ask(world.byRole[role], contract, sampleOf(contract));
      expect([role, answer.status, answer.json.code]).toEqual([role, 403, 'not-permitted']);
    }
  });

  test('what is for our own services only is not there for anybody else', async () => {
    for (const [, contract] of routes.filter(([, one]) => one.permission === 'internal')) {
      const answer = await ask(world.admin, contract, sampleOf(contract));
      expect([401, 404]).toContain(answer.status);
    }
  });
});

test.each(guarded)('%s answers as its contract says', async (_id, contract) => {
  const sample = sampleOf(contract);
  const answer = await ask(world.admin, contract, sample);
  expectKept(contract, answer, JSON.stringify(sample));
  const wanted = sample.status ?? (contract.dryRun && sample.query?.['dryRun'] ? 200 : successStatusOf(contract));
  if (wanted !== 0 && answer.status !== wanted) throw new Error(`${contract.id} answered ${answer.status}, not ${wanted}: ${answer.text}`);
});

/** Routes that belong to no brand: they look the same from everywhere, or show a brand's administrator its own. */
const ofNoBrand = new Set(['createApiKey', 'listApiKeys', 'getMe', 'createBrand', 'createPartner', 'getClock', 'getEvidenceKey']);
/** Routes over the whole platform, which nobody bound to a brand may touch. */
const ofPlatform = new Set([
  'moveClock',
  'verifyChain',
  'listParked',
  'showParked',
  'replayParked',
  'discardParked',
  'replayArchive',
  'getQuiet',
  'recordFxRates',
  'importFxRates',
]);

describe('invariant 8: what a caller outside a brand asks of it answers 404', () => {
  test.each(guarded.filter(([id]) => !ofNoBrand.has(id)))('%s', async (id, contract) => {
    const sample = sampleOf(contract);
    const answer = await ask(world.stranger, contract, sample);
    expectKept(contract, answer, 'a key of another brand');
    if (ofPlatform.has(id)) return;
    // A list shows nothing of it; everything else is not there.
    if (answer.status === 200 && Array.isArray(answer.json?.data)) {
      for (const secret of [world.brandId, world.partnerId, world.payoutId, world.runId]) expect(answer.text).not.toContain(secret);
      return;
    }
    expect([answer.status, answer.json?.code]).toEqual([404, 'not-found']);
  });

  test.each(guarded.filter(([, contract]) => contract.method === 'get'))('%s unfiltered shows nothing of it', async (_id, contract) => {
    const { query: _, ...sample } = sampleOf(contract);
    const answer = await ask(world.stranger, contract, sample);
    for (const secret of [world.brandId, world.payoutId, world.runId, world.dealId, world.entryId]) {
      if (Object.values(sample.params ?? {}).includes(secret)) continue;
      expect(answer.text).not.toContain(secret);
    }
  });
});

describe('hostile input', () => {
  test.each(withJson)('%s refuses what is not strict JSON', async (_id, contract) => {
    const sample = sampleOf(contract);
    for (const { name, body, type = 'application/json', statuses } of hostileBodies) {
      const answer = await send(world.admin, contract, sample, body, type);
      expectKept(contract, answer, name);
      if (!statuses.includes(answer.status)) throw new Error(`${contract.id} answered ${name} with ${answer.status}: ${answer.text}`);
    }
  });

  test.each(withText)('%s refuses what is no such file', async (_id, contract) => {
    for (const { name, body } of hostileBodies) {
      const { headers: _, ...sample } = sampleOf(contract);
      const answer = await send(world.admin, contract, sample, body, contract.consumes?.[0] ?? '');
      expectKept(contract, answer, name);
      if (![400, 422].includes(answer.status)) throw new Error(`${contract.id} answered ${name} with ${answer.status}: ${answer.text}`);
      expect((await send(world.admin, contract, sample, body, 'application/json')).status).toBe(415);
    }
  });

  test.each(withBody)('%s refuses a body beyond its limit', async (_id, contract) => {
    const answer = await send(
      world.admin,
      contract,
      sampleOf(contract),
      Buffer.alloc((contract.bodyLimitBytes ?? 1024 * 1024) + 1, 32),
      'application/json',
    );
    expectKept(contract, answer, 'a body beyond its limit');
    expect(answer.status).toBe(413);
  });

  test.each(guarded.filter(([, contract]) => contract.method === 'get'))(
    '%s refuses queries that nobody can mean',
    async (_id, contract) => {
      const path_ = addressOf(contract, { ...sampleOf(contract), query: {} });
      for (const search of hostileQueries) {
        const answer = await world.admin.call('GET', `${path_}?${search}`);
        expectKept(contract, answer, search);
        if (answer.status < 400) throw new Error(`${contract.id} takes ?${search}`);
      }
    },
  );

  test.each(routes.filter(([, contract]) => contract.path.includes('/:')))('%s withstands hostile ids', async (_id, contract) => {
    const sample = sampleOf(contract);
    for (const text of hostileTexts.filter((one) => one.trim() !== '')) {
      const params = Object.fromEntries(Object.keys(sample.params ?? {}).map((name) => [name, encodeURIComponent(text)]));
      const answer = await ask(world.admin, contract, { ...sample, params });
      expectKept(contract, answer, `the id ${text.slice(0, 40)}`);
      if (answer.status < 400 && contract.method === 'get') throw new Error(`${contract.id} takes the id ${text.slice(0, 40)}`);
    }
  });

  test(`random changes of valid requests break nothing (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    // Moving the clock far ahead, or revoking keys, would change the world under the other probes.
    const targets = guarded.filter(([id]) => !['moveClock', 'replayArchive', 'revokeApiKey'].includes(id));
    for (let round = 0; round < 1500; round++) {
      const [, contract] = pick(targets);
      const sample = changed(sampleOf(contract), pick);
      const answer = await ask(world.admin, contract, sample);
      expectKept(contract, answer, JSON.stringify(sample).slice(0, 1000));
    }
    await world.settle();
    const parked = await world.admin.expect(200, 'GET', '/api/v1/operations/parked');
    expect(parked.data.map((one: Json) => `${one.service} ${one.type}: ${one.reason}`)).toEqual([]);
  }, 240_000);
});

async function send(by: Client, contract: RouteContract, sample: Sample, body: string | Buffer, type: string): Promise<Answer> {
  const response = await fetch(`${world.url}${addressOf(contract, sample)}`, {
    method: contract.method.toUpperCase(),
    headers: { ...by.headers, 'content-type': type, ...sample.headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text || 'null') };
}

/** The sample with one place of it replaced, removed, or added to. */
function changed(sample: Sample, pick: <T>(items: readonly T[]) => T): Sample {
  const copy = structuredClone(sample);
  const places: { holder: Record<string, unknown>; key: string; texts: boolean }[] = [];
  const walk = (value: unknown, texts: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Record<string, unknown>, key, texts });
      walk((value as Record<string, unknown>)[key], texts);
    }
  };
  walk(copy.body, false);
  walk(copy.query, true);
  if (places.length === 0) return { ...copy, query: { ...copy.query, limit: pick(hostileTexts) } };
  const { holder, key, texts } = pick(places);
  const how = pick(['replace', 'replace', 'replace', 'remove', 'add']);
  if (how === 'remove') delete holder[key];
  else holder[how === 'add' ? pick(['id', 'status', '__proto__x', 'brandIds', 'limit']) : key] = pick(texts ? hostileTexts : hostileValues);
  return copy;
}

describe('repetition', () => {
  const idempotent = guarded.filter(([, contract]) => contract.idempotent);

  test.each(idempotent)('%s answers the same key with the same answer, and 409 with another body', async (_id, contract) => {
    const sample = sampleOf(contract);
    const { dryRun: _, ...query } = sample.query ?? {};
    const keyed = { ...sample, query, headers: { ...sample.headers, 'idempotency-key': world.fresh() } };
    const first = await ask(world.admin, contract, keyed);
    expectKept(contract, first, 'an Idempotency-Key');
    // A refusal leaves nothing behind, and so has nothing to replay.
    if (first.status >= 400) return;
    const second = await ask(world.admin, contract, keyed);
    expect([second.status, second.text, second.headers.get('idempotent-replayed')]).toEqual([first.status, first.text, 'true']);
    if (contract.body === undefined) return;
    const other = { ...(keyed.body as object), name: 'Other', reason: 'other', code: world.fresh(), tag: world.fresh() };
    const reused = await ask(world.admin, contract, { ...keyed, body: other });
    expect([409, 422]).toContain(reused.status);
    expect(['idempotency-key-reused', 'request-invalid']).toContain(reused.json.code);
  });

  test('twenty equal requests at once have one effect', async () => {
    const sample = { ...samples['createPartner']?.(), headers: { 'idempotency-key': world.fresh() } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(world.admin, contractOf('createPartner'), sample)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  test('a change of a deal wants the version that it changes', async () => {
    const sample = sampleOf(contractOf('amendDeal'));
    const without = await ask(world.admin, contractOf('amendDeal'), { ...sample, headers: {} });
    const stale = await ask(world.admin, contractOf('amendDeal'), { ...sample, headers: { 'if-match': '"99"' } });
    expect([without.status, stale.status]).toEqual([428, 412]);
  });
});

/** A random change of `freezePayouts` may have been a freeze: two people release it, once the rails have been asked. */
async function thaw(): Promise<void> {
  const newest = async (): Promise<Json> => (await world.admin.expect(200, 'GET', '/api/v1/payout-freezes')).data[0];
  if (((await newest())?.status ?? 'released') === 'released') return;
  await eventually('the rails have been asked', async () => (await newest()).findingsHash !== null, 60_000);
  const { id, findingsHash } = await newest();
  const { proposedBy } = await world.admin.expect(200, 'POST', `/api/v1/payout-freezes/${id}/release`, { reason: 'fuzz', findingsHash });
  await world.finance.expect(200, 'POST', `/api/v1/payout-freezes/${id}/release/confirm`, { findingsHash, proposedBy });
}

describe('at the same time', () => {
  beforeAll(thaw, 120_000);

  test('dry runs leave nothing; twenty builders pay each entry once; of twenty approvals one counts', async () => {
    for (let sale = 0; sale < 10; sale++) await world.sell(10_000 + sale);
    await world.settle();
    const body = { brandIds: [world.brandId] };
    const before = await world.admin.expect(200, 'GET', `/api/v1/partners/${world.partnerId}/balance`);
    await world.admin.expect(200, 'POST', '/api/v1/payout-runs?dryRun=true', body);
    expect((await world.admin.expect(200, 'GET', `/api/v1/partners/${world.partnerId}/balance`)).balances).toEqual(before.balances);

    const built = await Promise.all(Array.from({ length: 20 }, () => world.admin.call('POST', '/api/v1/payout-runs', body)));
    const runs = built.filter(({ status }) => status === 201).map(({ json }) => json);
    for (const answer of built) expectKept(contractOf('createRun'), answer, 'twenty at once');
    const lines = runs.flatMap((run) => run.payouts.flatMap((payout: Json) => payout.lines.map((line: Json) => line.entryId)));
    expect(runs).toHaveLength(1);
    expect(new Set(lines).size).toBe(lines.length);

    const approvals = await Promise.all(
      Array.from({ length: 20 }, () => world.finance.call('POST', `/api/v1/payout-runs/${runs[0].id}/approve`)),
    );
    expect(approvals.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  }, 120_000);

  test('of twenty decisions one counts', async () => {
    const path_ = `/api/v1/approvals/${world.approvalId}/decision`;
    const decided = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.finance.call('POST', path_, index % 2 ? { decision: 'approve' } : { decision: 'reject', reason: 'race' }),
      ),
    );
    expect(decided.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  });
});
