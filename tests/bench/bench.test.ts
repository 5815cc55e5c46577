import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');

function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', path.join(root, 'bench/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

test('a quick benchmark counts what was stored and writes its results', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-test-'));
  try {
    const out = path.join(folder, 'results.json');
    const { code, output } = await bench(['--quick', '--only', 'events-batch', '--out', out]);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/(\d+) events accepted = \1 attributed conversions stored = \1 events published/);
    const number = expect.any(Number);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([
      { id: 'events-batch', ratio: number, ours: number, reference: number, unit: 'events/s', p99Ms: number },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);

test('without the default telemetry nothing is measured', async () => {
  const { code, output } = await bench(['--quick', '--only', 'events-batch'], { OTEL_SDK_DISABLED: 'true' });
  expect(code).not.toBe(0);
  expect(output).toContain('refuses to run: telemetry is not as by default (OTEL_SDK_DISABLED is set)');
}, 60_000);
