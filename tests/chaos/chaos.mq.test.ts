import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findServer } from '../../scripts/lib/rabbitmq.mjs';
import { judge, judgeAtRest } from './judge.js';
import { type Chaos, runChaos } from './run-chaos.js';
import { tamper } from './tamper.js';

test('the oracle uses no code of the product: Node, a PostgreSQL driver, its own files', () => {
  const parts = readdirSync(path.join(import.meta.dirname, 'oracle')).map((name) => path.join('oracle', name));
  const imports = ['oracle.mjs', ...parts].flatMap((file) =>
    [...readFileSync(path.join(import.meta.dirname, file), 'utf8').matchAll(/(?:from |import\(|require\()'([^']+)'/g)].map(
      ([, name]) => name,
    ),
  );
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((name) => !/^(node:[\w/]+|pg|\.\/(oracle\/)?[\w-]+\.mjs)$/.test(name ?? ''))).toEqual([]);
});

// Like every test that needs a broker; this one kills its own.
if (findServer() === undefined || process.env['AMQP_URL'] === undefined) {
  describe('chaos', () => {
    test.skip('needs rabbitmq-server on this machine (apt-get install rabbitmq-server) and AMQP_URL set', () => undefined);
  });
} else {
  describe('chaos', chaos);
}

function chaos(): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-chaos-'));
  const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1_000) % 1_000_000);
  const lines: string[] = [];
  let run: Chaos | undefined;

  beforeAll(async () => {
    try {
      run = await runChaos({ folder, seed, events: 3_000, kills: 0, quick: true, lanes: 3, say: (line) => lines.push(line) });
    } catch (error) {
      throw new Error(`SEED=${seed}: ${String(error)}\n${lines.join('\n')}`);
    }
  }, 400_000);
  afterAll(async () => {
    await run?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('D-12 O-10 kill -9 of every service and of the broker: each accepted event has exactly one effect, the ledger sums to 0, the chain holds', async () => {
    const died = new Set(run?.tormentor.done.map((fault) => ('service' in fault ? fault.service : fault.kind)));
    expect(died.size).toBe(10);
    const { code, output } = await judgeAtRest(folder);
    expect({ seed, code, output, run: lines }).toMatchObject({ code: 0, output: expect.stringContaining('PASS: no difference') });
  }, 120_000);

  test('the oracle bites: one row changed, lost or invented for each check, and each check fails', async () => {
    const wanted = await tamper(run?.postgresUrl ?? '');
    const { code, output } = await judge(folder);
    expect(code).toBe(1);
    for (const check of wanted) expect(output).toContain(`FAIL ${check} `);
  }, 120_000);
}
